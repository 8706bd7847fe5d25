"""Applying by the public link, without an account: the questions of the rules first, then the rest, then a receipt.

Open to whoever has the link. A draft is found again by a cookie of this device, and by its own private link.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View

from cohorts.forms.applications import KEEP, ApplicationForm, RuleQuestionsForm
from cohorts.models import Application, ApplicationRound
from cohorts.rules.applications import Stage
from cohorts.selectors.applications import (
    NOBODY,
    Applicant,
    applicant_of,
    own_application,
    rules_in_words,
    shown_answers,
)
from cohorts.selectors.screening import outcome_of
from cohorts.services.applications import handing_in
from cohorts.services.applications.handing_in import CHANGEABLE, NotEligible
from cohorts.services.applications.links import application_behind, link_key
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.limits import address_of, is_too_often

COOKIE = "application"
DAYS = 60
TEN_MINUTES = 600
MOST_BEGUN, MOST_SENT = 40, 20  # from one address, by one link; each in ten minutes
State = Application.State


@method_decorator(never_cache, name="dispatch")
@method_decorator(login_not_required, name="dispatch")
class OpenPage:
    """Counts what is sent, and is found by no search engine. ``enter`` loads what the page stands on, or answers at once."""

    def dispatch(self, request, *args, **kwargs):
        if (answer := self.enter(**kwargs)) is not None:
            return answer
        if request.method == "POST" and self.is_too_often():
            return render(request, "429.html", status=429)
        response = super().dispatch(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def enter(self, **kwargs):
        raise NotImplementedError

    def is_too_often(self) -> bool:
        return is_too_often("application", self.kwargs["key"], most=MOST_SENT, seconds=TEN_MINUTES)

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class ApplyStart(OpenPage, FormView):
    """What the round is, and the questions of its rules."""

    form_class = RuleQuestionsForm
    template_name = "cohorts/apply_start.html"
    lacking: list[str] = []

    def enter(self, token):
        rounds = ApplicationRound.objects.select_related("cohort__program")
        self.round = get_object_or_404(rounds, token=token, cohort__is_closed=False)
        user = self.request.user
        self.applicant = applicant_of(user) if user.is_authenticated else NOBODY

    def is_too_often(self) -> bool:
        return is_too_often("apply", address_of(self.request), most=MOST_BEGUN, seconds=TEN_MINUTES)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"round": self.round, "applicant": self.applicant}

    def get_context_data(self, **kwargs):
        begun = self._begun()
        return super().get_context_data(
            round=self.round,
            cohort=self.round.cohort,
            stage=self.round.stage(timezone.now()),
            rules=rules_in_words(self.round),
            lacking=self.lacking,
            begun=begun,
            begun_key=link_key(begun) if begun else "",
            **kwargs,
        )

    def _begun(self) -> Application | None:
        """What was begun from this device or by this account, so that nobody types it twice."""
        key = self.request.COOKIES.get(f"{COOKIE}_{self.round.pk}", "")
        found = application_behind(key) if key else None
        if found is None and self.request.user.is_authenticated:
            found = own_application(self.round, self.request.user)
        return found if found and found.round_id == self.round.pk else None

    def form_valid(self, form):
        try:
            application = handing_in.begin(self.round, applicant=self.applicant, **form.values())
        except NotEligible as refusal:
            self.lacking = refusal.rules
            return self.form_invalid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        response = HttpResponseRedirect(reverse("cohorts:apply_form", kwargs={"key": link_key(application)}))
        remember(self.request, response, application)
        return response


def remember(request, response, application: Application) -> None:
    """This device finds the application again."""
    response.set_cookie(
        f"{COOKIE}_{application.round_id}",
        link_key(application),
        max_age=DAYS * 24 * 3600,
        path="/apply/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


class OneApplication(OpenPage):
    """A page behind the private link of an application."""

    needs_change = False  # the page is for changing; once that is over it leads to the receipt

    def enter(self, key):
        self.application = application_behind(key)
        if self.application is None:
            raise Http404
        self.round = self.application.round
        if self.needs_change and not self.may_change():
            return HttpResponseRedirect(self.address("cohorts:apply_receipt"))
        return None

    @cached_property
    def is_open(self) -> bool:
        return self.round.stage(timezone.now()) == Stage.OPEN and not self.round.cohort.is_closed

    def may_change(self) -> bool:
        return self.is_open and self.application.state in CHANGEABLE

    def address(self, name: str) -> str:
        return reverse(name, kwargs={"key": self.kwargs["key"]})

    def get_context_data(self, **kwargs):
        about = {
            "application": self.application,
            "round": self.round,
            "cohort": self.round.cohort,
            "key": self.kwargs["key"],
            "answers": shown_answers(self.application),
        }
        return super().get_context_data(**kwargs | about)


@method_decorator(sensitive_post_parameters("id_number", "phone"), name="dispatch")
class ApplyForm(OneApplication, FormView):
    """The rest of the questions; kept for later, or handed in."""

    needs_change = True
    form_class = ApplicationForm
    template_name = "cohorts/apply_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"application": self.application}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        asked = {field.key for field in context["form"].profile_fields}
        return context | {"answered": [each for each in context["answers"] if each.key not in asked]}

    def form_valid(self, form):
        keeps = self.request.POST.get("do") == KEEP and self.application.state == State.DRAFT
        is_change = self.application.state == State.SUBMITTED  # as it was when the page was filled in
        act = handing_in.keep_draft if keeps else handing_in.hand_in
        try:
            act(self.application, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        handed_in = _("Your changes were saved.") if is_change else _("Your application was handed in.")
        messages.success(self.request, _("Kept. Go on whenever you like.") if keeps else handed_in)
        return HttpResponseRedirect(self.address("cohorts:apply_form" if keeps else "cohorts:apply_receipt"))


class ApplyAnswers(OneApplication, FormView):
    """The questions of the rules once more, to correct an answer."""

    needs_change = True
    form_class = RuleQuestionsForm
    template_name = "cohorts/apply_answers.html"
    lacking: list[str] = []

    def get_form_kwargs(self):
        known = Applicant(person=self.application.person, profile=self.application.answers)
        initial = {"born_on": self.application.born_on, "sex": self.application.sex}
        return super().get_form_kwargs() | {"round": self.round, "applicant": known, "initial": initial}

    def get_context_data(self, **kwargs):
        return super().get_context_data(lacking=self.lacking, **kwargs)

    def form_valid(self, form):
        try:
            handing_in.answer_again(self.application, **form.values())
        except NotEligible as refusal:
            self.lacking = refusal.rules
            return self.form_invalid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return HttpResponseRedirect(self.address("cohorts:apply_form"))


class ApplyReceipt(OneApplication, TemplateView):
    """Where the application stands; what may still be done with it."""

    template_name = "cohorts/apply_receipt.html"

    def get(self, request, *args, **kwargs):
        if self.application.state == State.DRAFT:
            return HttpResponseRedirect(self.address("cohorts:apply_form"))
        response = super().get(request, *args, **kwargs)
        remember(request, response, self.application)
        return response

    def get_context_data(self, **kwargs):
        application = self.application
        return super().get_context_data(
            told=outcome_of(application),
            may_change=self.may_change(),
            may_begin=self.is_open and self.round.self_application and application.state == State.WITHDRAWN,
            may_withdraw=application.state in Application.OPEN and not application.trainee_id,
            address=self.request.build_absolute_uri(),
            is_public=application.origin != Application.Origin.NOMINATED,
            **kwargs,
        )


class ApplyWithdraw(OneApplication, View):
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        was_draft = self.application.state == State.DRAFT
        token = self.round.token
        try:
            handing_in.withdraw_application(self.application)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(self.address("cohorts:apply_receipt"))
        if was_draft:
            messages.success(request, _("What you had typed was erased."))
            response = HttpResponseRedirect(reverse("cohorts:apply_start", kwargs={"token": token}))
            response.delete_cookie(f"{COOKIE}_{self.round.pk}", path="/apply/")
            return response
        messages.success(request, _("Your application was withdrawn."))
        return HttpResponseRedirect(self.address("cohorts:apply_receipt"))
