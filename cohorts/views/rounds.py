"""The round of a cohort: its settings, its rules in words, the quotas of units."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.selectors import units_like
from cohorts.forms.applications import EligibilityRuleForm, QuotaForm, ReopenForm, RoundForm
from cohorts.models import ApplicationRound, EligibilityRule, UnitQuota
from cohorts.rules.applications import STAGE_WORDS, in_words
from cohorts.selectors.applications import asked_fields, condition_of, quota_lines, state_counts, units_that_nominate
from cohorts.selectors.cohorts import fields_of
from cohorts.services.applications import rounds as services
from trainee_mgmt.kit.pages import ActionPage, FormPage, Inside, Page, StaticPage
from trainee_mgmt.kit.pieces import offers

MANAGED = Inside("cohorts.Cohort", "cohorts.manage_applications", "cohort", related=("program",))


class RoundPage:
    """A page about the round of a cohort; ``round`` is None while there is none."""

    allow = "cohorts.manage_applications"
    inside = MANAGED
    needs_round = True

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.round = ApplicationRound.objects.select_related("cohort__program").filter(cohort=self.cohort).first()
        if self.needs_round and self.round is None:
            raise Http404

    def get_context_data(self, **kwargs):
        return super().get_context_data(round=self.round, **kwargs)

    def get_success_url(self):
        return reverse("cohorts:round_detail", kwargs={"cohort": self.cohort.pk})


class RoundDetail(RoundPage, StaticPage):
    needs_round = False
    template_name = "cohorts/round_detail.html"

    def get_context_data(self, **kwargs):
        if self.round is None:
            return super().get_context_data(**kwargs)
        own = {each.key: each for each in fields_of(cohort=self.cohort.pk)}
        rules = EligibilityRule.objects.filter(round=self.round).order_by("until", "pk")
        words = [(each, in_words(condition_of(each, own), day=self.cohort.starts_on)) for each in rules]
        stage = self.round.stage(timezone.now())
        return super().get_context_data(
            stage=stage,
            stage_words=STAGE_WORDS[stage],
            rules=[pair for pair in words if pair[0].until is None],
            old_rules=[pair for pair in words if pair[0].until is not None],
            quotas=quota_lines(self.round),
            fields=asked_fields(self.cohort.pk),
            counts=state_counts(self.round),
            link=self.request.build_absolute_uri(reverse("cohorts:apply_start", kwargs={"token": self.round.token})),
            **kwargs,
        )


class RoundUpdate(RoundPage, FormPage):
    needs_round = False
    form_class = RoundForm
    title = gettext_lazy("Round of applications")
    success_message = gettext_lazy("Saved.")
    template_name = "cohorts/round_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.round}

    def save(self, form):
        return services.set_round(self.cohort, **form.cleaned_data)


class RoundReopen(RoundPage, FormPage):
    form_class = ReopenForm
    title = gettext_lazy("Open applications again")
    success_message = gettext_lazy("Applications are open again.")
    template_name = "cohorts/round_form.html"

    def save(self, form):
        return services.reopen_round(self.round, until=form.cleaned_data["until"])


class RuleCreate(RoundPage, FormPage):
    form_class = EligibilityRuleForm
    title = gettext_lazy("New eligibility rule")
    success_message = gettext_lazy("The rule holds from now on.")
    template_name = "cohorts/round_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"round": self.round}

    def save(self, form):
        return services.add_rule(self.round, **form.values())


class QuotaUpdate(RoundPage, FormPage):
    """A quota for a unit; ``?unit=`` names the one to be changed."""

    form_class = QuotaForm
    title = gettext_lazy("Quota of a unit")
    success_message = gettext_lazy("Saved; the unit is told.")
    template_name = "cohorts/round_form.html"

    def get_initial(self):
        asked = self.request.GET.get("unit", "")
        line = next((each for each in quota_lines(self.round) if str(each.unit) == asked), None)
        return {"unit": line.name, "seats": line.seats} if line else {}

    def get_form_kwargs(self):
        options_url = reverse("cohorts:quota_units", kwargs={"cohort": self.cohort.pk})
        return super().get_form_kwargs() | {"units": units_that_nominate(self.cohort), "options_url": options_url}

    def save(self, form):
        return services.set_quota(self.round, form.cleaned_data["unit"], seats=form.cleaned_data["seats"])


class QuotaUnits(RoundPage, Page, View):
    """The units offered while one types: also to an organizer whose role is on the program and so reaches no unit."""

    def get(self, request, **kwargs):
        typed = request.GET.get("unit", "")[:100]
        return HttpResponse(offers(units_like(typed, units_that_nominate(self.cohort)).values()))


class RoundAction(ActionPage, abstract=True):
    """A button of the page of a round."""

    def get_success_url(self, row):
        cohort = row.cohort_id if isinstance(row, ApplicationRound) else row.round.cohort_id
        return reverse("cohorts:round_detail", kwargs={"cohort": cohort})


class RoundClose(RoundAction):
    allow = "cohorts.change_round"
    model = ApplicationRound

    def act(self, round):
        services.close_round(round)
        return _("Applications are closed.")


class RoundLink(RoundAction):
    allow = "cohorts.change_round"
    model = ApplicationRound

    def act(self, round):
        services.renew_link(round)
        return _("There is another link now; the old one ended.")


class RuleEnd(RoundAction):
    allow = "cohorts.change_eligibility_rule"
    model = EligibilityRule

    def act(self, rule):
        services.end_rule(rule)
        return _("The rule holds no more.")


class QuotaDelete(RoundAction):
    allow = "cohorts.change_quota"
    model = UnitQuota

    def act(self, quota):
        services.delete_quota(quota)
        return _("The quota was taken away.")
