"""A screening as the office sees it: where it stands, the ranked list, one person in it, the decision."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from accounts.models import Unit
from cohorts.forms.screening import DecideForm, OutcomeForm
from cohorts.models import Application, ApplicationRound, Override, Screening, ScreeningRow
from cohorts.rules.screening import OUTCOME_WORDS, Outcome
from cohorts.rules.screening_words import hits_in_words, limits_in_words, words_beside
from cohorts.selectors.calls import findings_of, without_reason
from cohorts.selectors.screening import (
    by_hand,
    decision_of,
    explanation,
    in_screening,
    newest_rules,
    newest_run,
    outcomes_of,
    rule_fields,
)
from cohorts.services import screening as services
from cohorts.tables.screening import RankedTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused, with_remedy
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, Inside, Page, StaticPage

SCREENED = Inside("cohorts.Cohort", "cohorts.view_screening", "cohort", related=("program",))
DECIDED = Inside("cohorts.Cohort", "cohorts.decide_screening", "cohort", related=("program",))


def round_of(cohort) -> ApplicationRound | None:
    round = ApplicationRound.objects.filter(cohort=cohort).first()
    if round:
        round.cohort = cohort
    return round


class ScreeningList(StaticPage):
    """Where the screening of a cohort stands: what counts, the runs, what comes next."""

    allow = "cohorts.view_screening"
    inside = SCREENED
    template_name = "cohorts/screening_list.html"

    def get_context_data(self, **kwargs):
        round = round_of(self.cohort)
        if round is None:
            return super().get_context_data(round=None, **kwargs)
        rules = newest_rules(round)
        fields = rule_fields(self.cohort.pk)
        runs = Screening.objects.filter(round=round).select_related("rules", "made_by").order_by("-number")
        people = list(in_screening(round).defer("id_number", "phone"))
        warned = without_reason(findings_of(people, self.cohort))
        return super().get_context_data(
            round=round,
            rules=rules,
            lines=[(each, words_beside(each, fields.get(each.field))) for each in rules.rule_set.rules]
            if rules
            else [],
            limits=limits_in_words(rules.rule_set) if rules else [],
            runs=list(runs[:50]),
            decision=decision_of(round),
            people=len(people),
            warned=len(warned),
            manages=self.may_decide(),
            **kwargs,
        )

    def may_decide(self) -> bool:
        return not self.cohort.is_closed and access.may(self.request.user, "cohorts.decide_screening", self.cohort)


class ScreeningRun(Page, View):
    """The button that puts the applications into order."""

    allow = "cohorts.decide_screening"
    inside = DECIDED
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        round = get_object_or_404(ApplicationRound, cohort=self.cohort)
        try:
            made, is_new = services.run(round, by=request.user)
        except Refused as refusal:
            messages.error(request, with_remedy(refusal, request.user))
            return HttpResponseRedirect(reverse("cohorts:screening_list", kwargs={"cohort": self.cohort.pk}))
        if is_new:
            words = ngettext("%(n)s person was put into order.", "%(n)s people were put into order.", made.people)
            messages.success(request, words % {"n": made.people})
        else:
            words = _("Nothing changed since run %(run)s: the same list, and nothing was written.")
            messages.info(request, words % {"run": made.number})
        return HttpResponseRedirect(made.get_absolute_url())


class OneRun:
    """A page of one run, with its cohort."""

    allow = "cohorts.view_screening_run"
    model = Screening

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("round__cohort__program", "rules", "made_by")
        self.screening = self.find(Screening, kwargs["pk"], related=related)
        self.cohort = self.screening.round.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(screening=self.screening, cohort=self.cohort, **kwargs)


class ScreeningDetail(OneRun, TablePage):
    """The ranked list of a run, with the rules that each person meets."""

    table_class = RankedTable
    template_name = "cohorts/screening_detail.html"

    def get_rows(self):
        return ScreeningRow.objects.filter(
            access.rows(self.request.user, "cohorts.view_screening_row"), screening=self.screening
        )

    def get_table_options(self):
        named = Unit.objects.filter(nominations__round=self.screening.round_id).order_by("name", "pk").distinct()
        units = [(str(pk), name) for pk, name in named.values_list("pk", "name")]
        return {"context": {"rules": self.screening.rules.rule_set, "units": units}}

    def get_context_data(self, **kwargs):
        newest = newest_run(self.screening.round)
        decision = decision_of(self.screening.round)
        decided = bool(decision) and decision.screening_id == self.screening.pk
        manages = not self.cohort.is_closed and access.may(
            self.request.user, "cohorts.publish_screening", self.screening
        )
        to_enroll = Application.objects.filter(
            round=self.screening.round_id, state=Application.State.CHOSEN, trainee=None
        )
        return super().get_context_data(
            is_newest=newest.pk == self.screening.pk,
            decision=decision if decided else None,
            manages=manages,
            has_to_enroll=decided and manages and to_enroll.exists(),
            **kwargs,
        )

    @property
    def title(self):
        return _("Ranked list, run %(number)s") % {"number": self.screening.number}


class ScreeningPrint(OneRun, StaticPage):
    """The whole list on paper."""

    template_name = "cohorts/screening_print.html"

    def get_context_data(self, **kwargs):
        rules = self.screening.rules.rule_set
        changed = by_hand(self.screening.round)
        rows = self.screening.rows.order_by("rank").values_list(
            "application", "rank", "application__name", "application__work_unit", "points", "hits", "outcome"
        )
        return super().get_context_data(
            rows=[
                (rank, name, unit, points, _(", ").join(hits_in_words(hits, rules)), *_final(changed.get(pk), outcome))
                for pk, rank, name, unit, points, hits, outcome in rows
            ],
            limits=limits_in_words(rules),
            rules=rules.rules,
            **kwargs,
        )


def _final(override: Override | None, outcome: str) -> tuple[str, str]:
    """The outcome in words, and the reason if a person changed it."""
    if override and override.outcome != outcome:
        return str(OUTCOME_WORDS[Outcome(override.outcome)]), override.reason
    return str(OUTCOME_WORDS[Outcome(outcome)]), ""


class ScreeningCheck(ActionPage):
    """Compute a stored list once more from what was stored with it."""

    allow = "cohorts.view_screening_run"
    model = Screening

    def get_rows(self):
        return super().get_rows().select_related("rules", "round__cohort")

    def act(self, screening):
        if services.is_reproduced(screening):
            return _("Computed again from the stored facts, rules and seed: the same list.")
        raise Refused(_("Computed again, the list differs from the stored one. Tell the administrator."))


class ScreeningDecide(EditPage):
    """Before the outcomes reach the applications: how many, who is moved by hand, what follows."""

    allow = "cohorts.publish_screening"
    model = Screening
    form_class = DecideForm
    template_name = "cohorts/screening_decide.html"

    def get_queryset(self):
        return super().get_queryset().select_related("round__cohort__program", "rules")

    def get_form_kwargs(self):
        return {name: value for name, value in super().get_form_kwargs().items() if name != "instance"}

    def get_title(self):
        return _("Decide on run %(number)s") % {"number": self.object.number}

    def get_context_data(self, **kwargs):
        found = outcomes_of(self.object)
        hand = by_hand(self.object.round)
        count = {"chosen": len(found.chosen), "seats": self.object.round.seats, "waiting": len(found.waiting)}
        return super().get_context_data(
            cohort=self.object.round.cohort,
            screening=self.object,
            effects=[
                _("%(chosen)s people are chosen for %(seats)s seats.") % count,
                _("%(waiting)s people are on the waiting list, in the order of their ranks.") % count,
                _("%(declined)s people are not chosen.") % {"declined": len(found.declined)},
                _("%(hand)s outcomes were changed by hand.") % {"hand": len(hand)},
                _("Everybody with an account is told the own outcome, why, and what would have changed it."),
            ],
            cancel_url=self.object.get_absolute_url(),
            submit_label=_("Publish these outcomes"),
            **kwargs,
        )

    def save(self, form):
        return services.start_deciding(self.object, by=self.request.user) or self.object

    def get_success_message(self):
        return _("The outcomes are published.") if isinstance(self.object, Screening) else ""

    def get_success_url(self):
        return self.object.get_absolute_url()


class ScreeningRowDetail(StaticPage):
    """Why this person is here, and what would have changed it."""

    allow = "cohorts.view_screening_row"
    model = ScreeningRow
    template_name = "cohorts/screeningrow_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("screening__rules", "screening__round__cohort__program", "application__nominating_unit")
        without = ("application__id_number", "application__phone")
        self.row = self.find(ScreeningRow, kwargs["pk"], related=related, without=without)
        self.cohort = self.row.screening.round.cohort

    def get_context_data(self, **kwargs):
        row = self.row
        override = by_hand(row.screening.round).get(row.application_id)
        rules = row.screening.rules.rule_set.rules
        fields = rule_fields(self.cohort.pk)
        manages = not self.cohort.is_closed and access.may(self.request.user, "cohorts.change_screening_row", row)
        return super().get_context_data(
            row=row,
            cohort=self.cohort,
            screening=row.screening,
            told=explanation(row, override),
            override=override,
            rules=[(rule, words_beside(rule, fields.get(rule.field)), at in row.hits) for at, rule in enumerate(rules)],
            manages=manages and newest_run(row.screening.round).pk == row.screening_id,
            **kwargs,
        )


class ScreeningRowChange(EditPage):
    """Another outcome than that of the list."""

    allow = "cohorts.change_screening_row"
    model = ScreeningRow
    form_class = OutcomeForm

    def get_queryset(self):
        rows = super().get_queryset().select_related("screening__round__cohort__program", "application")
        return rows.defer("application__id_number", "application__phone")

    def get_form_kwargs(self):
        return {name: value for name, value in super().get_form_kwargs().items() if name != "instance"}

    def get_initial(self):
        return {"outcome": Outcome.WAITING if self.object.outcome == Outcome.CHOSEN else Outcome.CHOSEN}

    def get_title(self):
        return _("Outcome of %(name)s") % {"name": self.object.application.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cohort=self.object.screening.round.cohort, cancel_url=self.object.get_absolute_url(), **kwargs
        )

    def save(self, form):
        return services.change_outcome(self.row, by=self.request.user, **form.cleaned_data)

    @property
    def row(self) -> ScreeningRow:
        return ScreeningRow.objects.select_related("screening", "application").get(pk=self.kwargs["pk"])

    def get_success_message(self):
        return _("The outcome was changed by hand; it is published with the decision.")

    def get_success_url(self):
        return reverse("cohorts:screeningrow_detail", kwargs={"pk": self.kwargs["pk"]})
