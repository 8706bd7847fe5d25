"""The screening of a round as it is read: what rules may ask, who is in it, runs, decisions, a person's own outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import (
    Application,
    ApplicationRound,
    Override,
    ProfileField,
    Screening,
    ScreeningDecision,
    ScreeningRow,
    ScreeningRules,
)
from cohorts.rules.applications import AGE, facts
from cohorts.rules.screening import Applicant, Outcome, Place, RuleSet, Standing, Why
from cohorts.rules.screening_words import change_sentence, hits_in_words, why_sentence

WORK_UNIT, POSITION = "work_unit", "position"


@dataclass(frozen=True)
class RuleField:
    """Something that rules may ask about."""

    key: str
    label: Any
    kind: str
    choices: tuple[str, ...] = ()


OWN_FIELDS = (
    RuleField(AGE, gettext_lazy("Age"), "number"),
    RuleField(WORK_UNIT, gettext_lazy("Works at"), "text"),
    RuleField(POSITION, gettext_lazy("Position"), "text"),
)


def rule_fields(cohort: int) -> dict[str, RuleField]:
    """By key: age on the first day, employer, position, and the cohort's profile fields but for dates."""
    found = {field.key: field for field in OWN_FIELDS}
    rows = ProfileField.objects.filter(cohort=cohort).exclude(kind=ProfileField.Kind.DATE).order_by("order", "pk")
    for key, label, kind, choices in rows.values_list("key", "label", "kind", "choices"):
        found.setdefault(key, RuleField(key, label, kind, tuple(choices)))
    return found


def choices_of(fields: dict[str, RuleField]) -> dict[str, tuple[str, ...]]:
    return {key: field.choices for key, field in fields.items() if field.choices}


def newest_rules(round: ApplicationRound) -> ScreeningRules | None:
    return ScreeningRules.objects.filter(round=round).order_by("-version").first()


def newest_run(round: ApplicationRound) -> Screening | None:
    return Screening.objects.filter(round=round).select_related("rules").order_by("-number").first()


def decision_of(round: ApplicationRound) -> ScreeningDecision | None:
    """The last decision; the outcomes of its run are those of the applications."""
    decisions = ScreeningDecision.objects.filter(screening__round=round).select_related(
        "screening__rules", "decided_by"
    )
    return decisions.order_by("-pk").first()


def in_screening(round: ApplicationRound):
    """The applications that a run puts into order: those accepted for it, and those that the last decision turned down."""
    turned_down = ScreeningRow.objects.filter(outcome=Outcome.DECLINED)
    decision = decision_of(round)
    rows = Application.objects.filter(round=round, id_index__isnull=False)
    again = (
        Q(
            state=Application.State.DECLINED,
            pk__in=turned_down.filter(screening=decision.screening_id).values("application"),
        )
        if decision
        else Q(pk__in=[])
    )
    return rows.filter(Q(state__in=Application.SCREENED) | again)


def applicants_of(round: ApplicationRound, rules: Iterable[RuleSet]) -> dict[Applicant, int]:
    """Who is in the screening, with what these rules ask, and the key of each application. The human's blind index is the
    key of the draw: whoever applies again draws the same lot."""
    asked = {rule.field for each in rules for rule in each.rules}
    day = round.cohort.starts_on
    rows = (
        in_screening(round)
        .order_by("pk")
        .values_list("pk", "id_index", "nominating_unit", "answers", "born_on", "sex", WORK_UNIT, POSITION)
    )
    found = {}
    for pk, human, unit, answers, born_on, sex, work_unit, position in rows:
        known = facts(answers, born_on=born_on, sex=sex, day=day) | {WORK_UNIT: work_unit, POSITION: position}
        found[Applicant(human, {key: known.get(key) for key in sorted(asked)}, unit)] = pk
    return found


def stored_standings(screening: Screening) -> list[Standing]:
    """The list of a run as it was stored."""
    rows = screening.rows.order_by("rank").values_list(
        "application__id_index", "facts", "application__nominating_unit", "rank", "points", "draw", "hits", "outcome",
        "why", "waiting_rank",
    )  # fmt: skip
    return [
        Standing(
            Place(Applicant(human, known, unit), rank, points, draw, tuple(hits)), Outcome(outcome), Why(why), waiting
        )
        for human, known, unit, rank, points, draw, hits, outcome, why, waiting in rows
    ]


def by_hand(round: ApplicationRound) -> dict[int, Override]:
    """Outcomes that a person changed, by application."""
    rows = Override.objects.filter(round=round, kind=Override.Kind.OUTCOME, in_force=True)
    return {row.application_id: row for row in rows.select_related("made_by")}


@dataclass(frozen=True)
class Outcomes:
    """What a decision would publish: keys of applications, those who wait in their order."""

    chosen: list[int]
    waiting: list[int]
    declined: list[int]


def outcomes_of(screening: Screening) -> Outcomes:
    """The outcomes of a run with those changed by hand; the waiting list stays in the order of ranks."""
    changed = {key: row.outcome for key, row in by_hand(screening.round).items()}
    found = Outcomes([], [], [])
    for application, outcome in screening.rows.order_by("rank").values_list("application", "outcome"):
        getattr(found, changed.get(application, outcome)).append(application)
    return found


def undecided(cohorts: Iterable[int], now: datetime) -> dict[int, int]:
    """How many applications wait for a decision, by cohort, where no more come in; one query."""
    over = Q(round__closes_at__lte=now) | Q(round__closed_at__isnull=False)
    rows = Application.objects.filter(
        over, round__cohort__in=cohorts, round__decided_at=None, state=Application.State.ACCEPTED
    )
    return dict(rows.order_by().values_list("round__cohort").annotate(n=Count("pk")))


# A person's own outcome -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Explanation:
    """Why a person is where the screening put them: for the office, and after the decision for the person."""

    hits: list[str]
    why: str
    change: str
    by_hand: str  # the reason, if a person decided otherwise

    @property
    def sentences(self) -> list[str]:
        return [each for each in (self.by_hand, self.why, self.change) if each]


def explanation(row: ScreeningRow, override: Override | None = None) -> Explanation:
    """Of a row whose screening and rules are loaded."""
    screening = row.screening
    rules = screening.rules.rule_set
    hand = ""
    if override and override.outcome != row.outcome:
        hand = _("The office decided by hand: %(reason)s") % {"reason": override.reason}
    return Explanation(
        hits_in_words(row.hits, rules),
        why_sentence(row, people=screening.people, seats=screening.seats),
        change_sentence(row.outcome, row.changes, rules),
        hand,
    )


def published_row(application: Application) -> tuple[ScreeningRow, Override | None] | None:
    """Where the last decision about the round put the person, and what it made known that was changed by hand: a change of
    later waits for its own decision. None before there is one."""
    decision = decision_of(application.round)
    if decision is None:
        return None
    rows = ScreeningRow.objects.filter(screening=decision.screening_id, application=application)
    row = rows.select_related("screening__rules").first()
    if row is None:
        return None
    changed = Override.objects.filter(application=application, kind=Override.Kind.OUTCOME, outcome=application.state)
    return row, changed.filter(made_at__lte=decision.decided_at).order_by("-pk").first()


def outcome_of(application: Application) -> Explanation | None:
    """How the last decision about the round came to the person's outcome; None before there is one."""
    if application.state not in (*Application.SCREENED, Application.State.DECLINED):
        return None
    found = published_row(application)
    return explanation(*found) if found else None
