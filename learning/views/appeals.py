from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models import Trainee
from learning.forms.appeals import DECLINE, AnswerForm, AppealForm
from learning.models import Appeal, Attendance
from learning.rules.states import in_words
from learning.selectors.appeals import lines_of_one
from learning.selectors.rates import Measure, counts_of
from learning.services.appeals import answer_appeal, object_to
from learning.tables.appeals import AppealTable
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage

SHOWN = 100


class MyAttendance(StaticPage):
    """My marks, what they make together, the rule in words, and where I may object."""

    allow = "learning.object_to_mark"
    model = Attendance
    template_name = "learning/my_attendance.html"

    def get_context_data(self, **kwargs):
        places = Trainee.objects.filter(person__user=self.request.user, status=Trainee.Status.ACTIVE)
        ordered = places.select_related("cohort").order_by("-joined_on", "-pk")
        return super().get_context_data(places=[_place(each) for each in ordered], **kwargs)


def _place(trainee: Trainee) -> dict:
    now, today = timezone.now(), timezone.localdate()
    measure = Measure.of(trainee.cohort_id, at=now, today=today)
    counts = counts_of(trainee.pk, measure)
    return {
        "trainee": trainee,
        "counts": counts,
        "standing": measure.standing(counts) if counts else None,
        "lines": lines_of_one(trainee, today=today, most=SHOWN),
        "words": in_words(measure.aim),
    }


class AppealCreate(FormPage):
    allow = "learning.object_to_mark"
    model = Attendance
    form_class = AppealForm
    template_name = "learning/appeal_form.html"
    title = gettext_lazy("Object to a mark")
    success_message = gettext_lazy("Your objection is sent. The answer comes here.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.mark = self.find(Attendance, kwargs["pk"], related=("session", "trainee__person"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(mark=self.mark, **kwargs)

    def save(self, form):
        return object_to(self.mark, text=form.cleaned_data["text"], by=self.request.user)

    def get_success_url(self):
        return reverse("learning:my_attendance")


class AppealList(TablePage):
    allow = "learning.answer_appeal"
    inside = COHORT
    model = Appeal
    table_class = AppealTable
    title = gettext_lazy("Objections to marks")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)


class AppealDetail(FormPage):
    """Both texts, the mark, and the form of the answer while there is none."""

    allow = "learning.answer_appeal"
    model = Appeal
    form_class = AnswerForm
    template_name = "learning/appeal_detail.html"
    success_message = gettext_lazy("Answered; the trainee is told.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("trainee__person", "mark__session", "mark__marked_by", "new_mark", "answered_by", "cohort__program")
        self.appeal = get_object_or_404(self.reachable(Appeal).select_related(*related), pk=kwargs["pk"])

    def get_title(self):
        return _("Objection of %(name)s") % {"name": self.appeal.trainee.person.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(appeal=self.appeal, cohort=self.appeal.cohort, **kwargs)

    def save(self, form):
        decision = form.cleaned_data["decision"]
        grants = decision != DECLINE
        return answer_appeal(
            self.appeal,
            grants=grants,
            state=decision if grants else "",
            text=form.cleaned_data["text"],
            by=self.request.user,
        )

    def get_success_url(self):
        return self.appeal.get_absolute_url()
