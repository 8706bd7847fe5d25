"""What a round asks and of whom; where its applications and quotas stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from cohorts.models import (
    Application,
    ApplicationRound,
    Cohort,
    EligibilityRule,
    Person,
    ProfileField,
    Trainee,
    UnitQuota,
)
from cohorts.rules.applications import AGE, SEX, Condition, in_words
from cohorts.rules.profile import on_page
from cohorts.selectors.cohorts import fields_of
from cohorts.selectors.trainees import Answer

State = Application.State
MOST = 20  # quotas named on a home page


def asked_fields(cohort: int) -> list[ProfileField]:
    """What is asked of applicants, in the order of the form: what is marked so, and what the rules need."""
    needed = EligibilityRule.objects.filter(round__cohort=cohort, until=None).values_list("field", flat=True)
    keys = set(needed)
    return [each for each in fields_of(cohort=cohort) if each.asked_of_applicants or each.key in keys]


def conditions_of(round: ApplicationRound, version: int | None = None) -> list[Condition]:
    """The eligibility rules of a version (else of now), with the words for what they are about."""
    version = round.rules_version if version is None else version
    rows = EligibilityRule.objects.filter(Q(until=None) | Q(until__gt=version), round=round, since__lte=version)
    fields = {field.key: field for field in fields_of(cohort=round.cohort_id)}
    return [condition_of(row, fields) for row in rows.order_by("pk")]


def condition_of(row: EligibilityRule, fields: dict[str, ProfileField]) -> Condition:
    if row.field in (AGE, SEX):
        label = _("Age") if row.field == AGE else _("Sex")
        return Condition(row.field, row.operator, row.value, label, row.field)
    field = fields.get(row.field)
    return Condition(
        row.field, row.operator, row.value, field.label if field else row.field, field.kind if field else "text"
    )


def rules_in_words(round: ApplicationRound) -> list[str]:
    day = round.cohort.starts_on
    return [in_words(each, day=day) for each in conditions_of(round)]


def shown_answers(application: Application) -> list[Answer]:
    """The answers in the order of the form; of a masked field only that there is one."""
    answers = []
    for each in asked_fields(application.round.cohort_id):
        value = application.answers.get(each.key)
        hides = each.is_personal and value is not None
        answers.append(Answer(each.key, each.label, "" if hides else on_page(each.kind, value), hides))
    return answers


@dataclass(frozen=True)
class Applicant:
    """What is known of somebody before the first question: of a person who is signed in."""

    account: User | None = None
    person: Person | None = None
    work_unit: str = ""
    position: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)


NOBODY = Applicant()


def applicant_of(user: User) -> Applicant:
    """Whoever is signed in, with the latest place: what it holds is not asked again. Two queries."""
    person = Person.objects.filter(user=user).first()
    if person is None:
        return Applicant(user)
    latest = Trainee.objects.filter(person=person).order_by("-joined_on", "-pk").first()
    if latest is None:
        return Applicant(user, person)
    return Applicant(user, person, latest.work_unit, latest.position, latest.profile)


def own_application(round: ApplicationRound, user: User) -> Application | None:
    """The latest one of somebody who is signed in."""
    mine = Q(account=user) | Q(person__user=user)
    return Application.objects.filter(mine, round=round).order_by("-pk").first()


@dataclass(frozen=True)
class QuotaLine:
    """One unit's quota: slots, how many are taken by nominations, how many nominees came back."""

    pk: int
    unit: int
    name: str
    seats: int
    taken: int
    returned: int

    @property
    def free(self) -> int:
        return max(0, self.seats - self.taken)


def units_that_nominate(cohort: Cohort) -> QuerySet[Unit]:
    """Open units of the tree in which the program stands."""
    top = cohort.program.unit.path.partition(".")[0]
    return Unit.objects.filter(path__startswith=f"{top}.", closed_on=None)


def quota_lines(round: ApplicationRound) -> list[QuotaLine]:
    """Two queries."""
    counted = (
        Application.objects.filter(round=round, origin=Application.Origin.NOMINATED)
        .order_by()
        .values_list("nominating_unit")
        .annotate(
            taken=Count("pk", filter=Q(state__in=Application.OPEN)),
            returned=Count("pk", filter=Q(state=Application.State.RETURNED)),
        )
    )
    by_unit = {unit: (taken, returned) for unit, taken, returned in counted}
    rows = UnitQuota.objects.filter(round=round).order_by("unit__name", "pk")
    return [
        QuotaLine(pk, unit, name, seats, *by_unit.get(unit, (0, 0)))
        for pk, unit, name, seats in rows.values_list("pk", "unit", "unit__name", "seats")
    ]


def taken_slots(quota: UnitQuota) -> int:
    nominated = Application.objects.taking_a_slot()
    return nominated.filter(round=quota.round_id, nominating_unit=quota.unit_id).count()


def state_counts(round: ApplicationRound) -> dict[str, int]:
    rows = Application.objects.filter(round=round).order_by().values_list("state")
    return dict.fromkeys(Application.State.values, 0) | dict(rows.annotate(n=Count("pk")))


@dataclass(frozen=True)
class Intake:
    """How a cohort may get its people by applications. ``is_usual``: it has a round, or another cohort of the program had."""

    has_round: bool
    is_usual: bool
    handed_in: int


def intake_of(cohort: Cohort) -> Intake:
    """One query."""
    rounds = ApplicationRound.objects.filter(cohort__program=cohort.program_id)
    counted = Count("applications", filter=~Q(applications__state=State.DRAFT))
    rows = dict(rounds.order_by().values_list("cohort").annotate(n=counted))
    return Intake(cohort.pk in rows, bool(rows), rows.get(cohort.pk, 0))


@dataclass(frozen=True)
class Desk:
    """What waits for the office in one cohort: applications to be read, free seats with somebody on the waiting list."""

    cohort: int
    submitted: int
    proposed: int


def desks(cohorts: QuerySet[Cohort]) -> list[Desk]:
    """Those in which something waits; one query."""
    counted = ApplicationRound.objects.filter(cohort__in=cohorts).annotate(
        **{
            state.value: Count("applications", filter=Q(applications__state=state))
            for state in (State.SUBMITTED, State.CHOSEN, State.WAITING)
        }
    )
    rows = counted.order_by("cohort").values_list("cohort", "submitted", "seats", "chosen", "waiting", "decided_at")
    found = [
        Desk(cohort, submitted, min(waiting, max(0, seats - chosen)) if decided else 0)
        for cohort, submitted, seats, chosen, waiting, decided in rows
    ]
    return [each for each in found if each.submitted or each.proposed]


@dataclass(frozen=True)
class OpenQuota:
    """A quota with free slots in a round that is open."""

    pk: int
    unit: str
    cohort: str
    free: int
    closes_at: datetime


def open_quotas(quotas: QuerySet[UnitQuota], now: datetime) -> list[OpenQuota]:
    """The ones that close first come first; one query."""
    taken = Application.objects.taking_a_slot().filter(round=OuterRef("round"), nominating_unit=OuterRef("unit"))
    per_unit = taken.order_by().values("nominating_unit").annotate(n=Count("pk")).values("n")
    rows = quotas.filter(
        round__nomination=True,
        round__closed_at=None,
        round__decided_at=None,
        round__opens_at__lte=now,
        round__closes_at__gt=now,
        round__cohort__is_closed=False,
    ).annotate(free=F("seats") - Coalesce(Subquery(per_unit, output_field=IntegerField()), 0))
    rows = rows.filter(free__gt=0).order_by("round__closes_at", "pk")
    return [
        OpenQuota(*row)
        for row in rows.values_list("pk", "unit__name", "round__cohort__name", "free", "round__closes_at")[:MOST]
    ]
