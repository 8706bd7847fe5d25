"""A trainee's own profile: what is known, what is still asked, what the trainee has said yes to."""

from django.core.exceptions import BadRequest
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.accounts import OwnProfileForm
from cohorts.models import Consent, Trainee
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.trainees import answers_of
from cohorts.services import consents
from cohorts.services.trainees import fill_own_profile
from cohorts.views.days import day_of
from trainee_mgmt.kit.pages import ButtonPage, FormPage

CONSENT_TEXTS = {
    Consent.Purpose.DIRECTORY: gettext_lazy(
        "My classmates may see my phone number in the address book of the class. Without it they see a mask."
    ),
    Consent.Purpose.PROFILE: gettext_lazy(
        "My answers marked “only with consent” may be read by the organizers and counted in the figures of the cohort."
    ),
}


class OwnPlace:
    """For pages about oneself: the latest place as ``trainee`` and the person behind it."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        mine = self.reachable(Trainee).select_related("person", "cohort__program")
        self.places = list(mine.defer("person__phone", "person__id_number").order_by("-joined_on", "-pk"))
        if not self.places:
            raise Http404
        self.trainee = self.places[0]
        self.person = self.trainee.person


class MyProfile(OwnPlace, FormPage):
    allow = "cohorts.see_own_place"
    form_class = OwnProfileForm
    title = gettext_lazy("My profile")
    success_message = gettext_lazy("Saved. You will not be asked again.")
    template_name = "cohorts/my_profile.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        fields = self.trainee.cohort.profile_fields.filter(filled_by_trainee=True).order_by("order", "pk")
        self.mine = list(fields)
        known = self.trainee.profile
        wants_all = "edit" in request.GET
        self.asked = [field for field in self.mine if wants_all or known.get(field.key) in (None, "")]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"fields": self.asked, "profile": self.earlier() | self.trainee.profile}

    def earlier(self) -> dict:
        """What the same person answered in earlier cohorts, so that nothing is typed twice."""
        known = {}
        for place in reversed(self.places[1:]):
            known |= place.profile
        return known

    def save(self, form):
        return fill_own_profile(self.trainee, form.answers)

    def get_success_url(self):
        return reverse("cohorts:my_profile")

    def get_context_data(self, **kwargs):
        history = list(self.person.consents.order_by("-given_at", "-pk"))
        given = {each.purpose for each in history if each.withdrawn_at is None}
        purposes = [
            {"key": purpose.value, "text": text, "is_given": purpose.value in given}
            for purpose, text in CONSENT_TEXTS.items()
        ]
        asked = {field.key for field in self.asked}
        day, _asked = day_of(self.request, self.trainee.cohort)
        here = members_on(day).filter(trainee=self.trainee).select_related("training_class").first()
        return super().get_context_data(
            trainee=self.trainee,
            person=self.person,
            places=self.places,
            training_class=here.training_class if here else None,
            answers=[answer for answer in answers_of(self.trainee) if answer.key not in asked],
            has_questions=bool(self.asked),
            may_edit=len(self.mine) > len(self.asked),
            purposes=purposes,
            history=history,
            **kwargs,
        )


class ConsentAct(OwnPlace, ButtonPage):
    """Say yes to the purpose in the form, or take it back; which of the two is the URL's."""

    allow = "cohorts.see_own_place"
    gives = True

    def act(self):
        purpose = self.request.POST.get("purpose", "")
        if purpose not in Consent.Purpose.values:
            raise BadRequest("unknown purpose")
        (consents.give_consent if self.gives else consents.take_back_consent)(self.person, purpose)
        return _("Thank you, noted.") if self.gives else _("Taken back.")

    def get_success_url(self):
        return reverse("cohorts:my_profile")
