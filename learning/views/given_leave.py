from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from learning.access.leave import LEAVE_COHORT
from learning.forms.given_leave import GiveLeaveForm
from learning.services.given_leave import give_leave
from trainee_mgmt.kit.pages import FormPage


class LeaveGive(FormPage):
    """An organizer gives leave: a visit of the whole cohort elsewhere, a duty of some people."""

    allow = "learning.give_leave"
    inside = LEAVE_COHORT
    form_class = GiveLeaveForm
    template_name = "learning/leave_give.html"
    title = gettext_lazy("Give leave")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        return GiveLeaveForm.suggested()

    def save(self, form):
        given = give_leave(self.cohort, by=self.request.user, **form.values())
        if given.had_it:
            words = ngettext(
                "%(n)s person had leave in this time already.",
                "%(n)s people had leave in this time already.",
                given.had_it,
            )
            messages.info(self.request, words % {"n": given.had_it})
        return given

    def get_success_message(self):
        people = self.object.people
        words = ngettext("%(n)s person has leave and is told.", "%(n)s people have leave and are told.", people)
        return words % {"n": people}

    def get_success_url(self):
        return reverse("learning:leave_list", kwargs={"cohort": self.cohort.pk})
