"""Nominations of a unit: its live quotas, its nominees and no others."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from cohorts.forms.applications import KEEP, ApplicationForm, RuleQuestionsForm, WhyForm
from cohorts.models import Application, UnitQuota
from cohorts.rules.applications import STAGE_WORDS, Stage
from cohorts.selectors.applications import NOBODY, asked_fields, rules_in_words, shown_answers, taken_slots
from cohorts.services.applications import handing_in
from cohorts.services.applications.handing_in import CHANGEABLE, NotEligible
from cohorts.services.applications.links import link_key
from cohorts.tables.applications import NomineeTable, QuotaTable
from cohorts.views.found import findings_about
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage

State = Application.State


class NominationList(TablePage):
    allow = "cohorts.nominate_people"
    model = UnitQuota
    table_class = QuotaTable
    title = gettext_lazy("Nominations")

    def get_rows(self):
        return super().get_rows().filter(round__cohort__is_closed=False)

    def get_table_options(self):
        return {"context": {"now": timezone.now()}}


class AboutQuota:
    """For pages about one quota within reach."""

    allow = "cohorts.nominate_people"
    model = UnitQuota

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.quota = self.find(UnitQuota, kwargs["pk"], related=("round__cohort__program", "unit"))
        self.round = self.quota.round

    def get_context_data(self, **kwargs):
        stage = self.round.stage(timezone.now())
        taken = taken_slots(self.quota)
        return super().get_context_data(
            quota=self.quota,
            round=self.round,
            stage=stage,
            stage_words=STAGE_WORDS[stage],
            taken=taken,
            free=max(0, self.quota.seats - taken),
            may_add=stage == Stage.OPEN and self.round.nomination and not self.round.cohort.is_closed,
            nav="cohorts:nomination_list",
            **kwargs,
        )


class NominationDetail(AboutQuota, TablePage):
    """The live quota of one unit in one round, and its nominees."""

    table_class = NomineeTable
    template_name = "cohorts/nomination_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.title = _("Nominees of %(unit)s") % {"unit": self.quota.unit.name}

    def get_rows(self):
        nominated = Application.objects.filter(origin=Application.Origin.NOMINATED)
        return nominated.filter(round=self.round, nominating_unit=self.quota.unit_id)

    def get_table_options(self):
        context = {"fields": asked_fields(self.round.cohort_id), "units": [], "finds_numbers": True}
        return {"context": context}

    def get_context_data(self, **kwargs):
        return super().get_context_data(rules=rules_in_words(self.round), **kwargs)


class NomineeCreate(AboutQuota, FormPage):
    """What the rules need, before anything else is typed."""

    form_class = RuleQuestionsForm
    title = gettext_lazy("Nominate somebody")
    template_name = "cohorts/nominee_create.html"
    lacking: list[str] = []

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"round": self.round, "applicant": NOBODY}

    def get_context_data(self, **kwargs):
        return super().get_context_data(rules=rules_in_words(self.round), lacking=self.lacking, **kwargs)

    def save(self, form):
        return handing_in.begin(self.round, quota=self.quota, **form.values())

    def refused(self, form, refusal):
        if isinstance(refusal, NotEligible):
            self.lacking = refusal.rules
            return self.form_invalid(form)
        return super().refused(form, refusal)

    def get_success_url(self):
        return reverse("cohorts:nominee_update", kwargs={"pk": self.object.pk})


class AboutNominee:
    allow = "cohorts.change_nominee"
    model = Application
    needs_change = False

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("round__cohort__program", "nominating_unit", "person")
        self.application = self.find(Application, kwargs["pk"], related=related)
        self.round = self.application.round
        self.quota = UnitQuota.objects.filter(round=self.round, unit=self.application.nominating_unit_id).first()
        self.may_change = (
            self.application.state in CHANGEABLE
            and self.round.stage(timezone.now()) == Stage.OPEN
            and not self.round.cohort.is_closed
        )
        if self.needs_change and not self.may_change:
            raise Http404

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            application=self.application,
            round=self.round,
            quota=self.quota,
            answers=shown_answers(self.application),
            may_change=self.may_change,
            may_withdraw=self.application.state in (State.DRAFT, *Application.OPEN) and not self.application.trainee_id,
            nav="cohorts:nomination_list",
            **kwargs,
        )


class NomineeDetail(AboutNominee, StaticPage):
    template_name = "cohorts/nominee_detail.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**findings_about(self.application, self.request.user), **kwargs)


class NomineeUpdate(AboutNominee, FormPage):
    """The rest about a nominee; handing it in takes a slot."""

    needs_change = True
    form_class = ApplicationForm
    template_name = "cohorts/nominee_form.html"

    def get_title(self):
        return self.application.name or _("Nominate somebody")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"application": self.application}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        asked = {field.key for field in context["form"].profile_fields}
        return context | {"answered": [each for each in context["answers"] if each.key not in asked]}

    def save(self, form):
        self.keeps = self.request.POST.get("do") == KEEP and self.application.state == State.DRAFT
        act = handing_in.keep_draft if self.keeps else handing_in.hand_in
        return act(self.application, **form.values())

    def get_success_message(self):
        return _("Kept. Go on whenever you like.") if self.keeps else _("Nominated.")

    def get_success_url(self):
        return self.quota.get_absolute_url()


class NomineeWithdraw(AboutNominee, FormPage):
    """The slot is free again at once."""

    form_class = WhyForm
    title = gettext_lazy("Withdraw the nomination")
    success_message = gettext_lazy("The nomination was withdrawn; its slot is free again.")
    template_name = "cohorts/nominee_why.html"

    def save(self, form):
        return handing_in.withdraw_application(self.application, reason=form.cleaned_data["reason"])

    def get_context_data(self, **kwargs):
        note = _("Its slot is free again at once.")
        return super().get_context_data(form_note=note, form_danger=True, submit_label=self.title, **kwargs)

    def get_success_url(self):
        return self.quota.get_absolute_url()


@method_decorator(never_cache, name="dispatch")
class MyApplications(StaticPage):
    """One's own applications, each with its link."""

    allow = "cohorts.see_own_application"
    template_name = "cohorts/my_applications.html"

    def get_context_data(self, **kwargs):
        rows = self.reachable(Application).select_related("round__cohort__program").order_by("-pk")[:20]
        return super().get_context_data(applications=[(each, own_address(each)) for each in rows], **kwargs)


def own_address(application: Application) -> str:
    return reverse("cohorts:apply_receipt", kwargs={"key": link_key(application)})
