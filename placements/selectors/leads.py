"""Leads as they are looked at: which may be one company, what they count, and what they were made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from cohorts.models import Cohort
from placements.models import Lead, LeadCredit, LeadMerge, LeadStep
from placements.rules import lead_days as days
from placements.rules.leads import may_be_one

FEW = 5


@dataclass(frozen=True)
class Cited:
    """What a lead was made of, as far as this person may see it."""

    name: str
    url: str


# Filled by apps that know what leads are made of: by the kind of the source.
SOURCES: dict[str, Callable[[User, int], Cited | None]] = {}


def cited(user: User, lead: Lead) -> Cited | None:
    find = SOURCES.get(lead.source_type)
    return find(user, lead.source_id) if find else None


def same_company() -> Q:
    """Other leads of the same program with the same code or the same name, seen from ``OuterRef`` fields."""
    return Q(name_key=OuterRef("name_key")) | Q(credit_code=OuterRef("credit_code")) & ~Q(credit_code="")


def with_credit(queryset: QuerySet[Lead]) -> QuerySet[Lead]:
    """With ``people`` (the names of those who have credit, most first), ``is_twice`` and ``found_on``."""
    credits = LeadCredit.objects.filter(lead=OuterRef("pk"), in_force=True).order_by("-share", "pk")
    first = LeadStep.objects.filter(lead=OuterRef("pk"), kind=LeadStep.Kind.STAGE).with_day().order_by("pk")
    others = Lead.objects.standing().filter(same_company(), cohort__program=OuterRef("cohort__program"))
    return queryset.annotate(
        people=ArraySubquery(credits.values("trainee__person__name")),
        is_twice=Exists(others.exclude(pk=OuterRef("pk"))),
        found_on=Subquery(first.values("day")[:1]),
    )


def perhaps_one(lead: Lead, among: QuerySet[Lead]) -> list[tuple[Lead, bool]]:
    """Leads of the program that may be the same company; whether it is for sure (the same code or name). Sure ones first."""
    found = []
    for other in among.of_same_program(lead).select_related("cohort").order_by("pk"):
        is_sure = other.name_key == lead.name_key or bool(lead.credit_code and other.credit_code == lead.credit_code)
        differs = bool(lead.credit_code and other.credit_code and other.credit_code != lead.credit_code)
        if is_sure or (may_be_one(lead.name_key, other.name_key) and not differs):
            found.append((other, is_sure))
    return sorted(found, key=lambda each: not each[1])[:FEW]


@dataclass(frozen=True)
class Told:
    """A step as it is told: the day on which it happened, whether it is a stage that holds or one that was taken back, and the
    rows that corrected its day."""

    step: LeadStep
    day: date
    holds: bool
    is_taken_back: bool
    corrections: tuple[LeadStep, ...]

    @property
    def may_be_corrected(self) -> bool:
        return self.holds and self.step.kind == LeadStep.Kind.STAGE

    @property
    def corrected(self) -> list[tuple[date, LeadStep]]:
        """Each correction after the day that stood before it."""
        stood = [self.step.happened_on, *(each.happened_on for each in self.corrections)]
        return list(zip(stood, self.corrections))


def path_of(lead: Lead) -> list[days.Step]:
    """The steps that made its stage, as they were entered."""
    return _paths(LeadStep.objects.filter(lead=lead)).get(lead.pk, [])


def _paths(steps: QuerySet[LeadStep]) -> dict[int, list[days.Step]]:
    """Lead key -> the steps that made its stage."""
    paths: dict[int, list[days.Step]] = {}
    for lead, key, stage, on, kind in steps.path().values_list("lead", "pk", "stage", "day", "kind"):
        paths.setdefault(lead, []).append(days.Step(key, stage, on, kind == LeadStep.Kind.MERGE))
    return paths


def reached_between(leads: QuerySet[Lead], stage: str, first: date | None, last: date | None) -> list[int]:
    """Of these leads the keys of those that reached the stage, or one further on, in these days; see ``days.reached_on``."""
    paths = _paths(LeadStep.objects.filter(lead__in=leads))
    reached = {lead: days.reached_on(path, stage) for lead, path in paths.items()}
    return [lead for lead, on in reached.items() if (not first or first <= on) and (not last or on <= last)]


def steps_of(lead: Lead) -> list[Told]:
    """What happened with a lead and with those that were put into it, by its days, with files."""
    steps = LeadStep.objects.filter(Q(lead=lead) | Q(lead__merged_into=lead))
    rows = steps.with_day().select_related("by", "lead").defer("by__phone", "by__first_password")
    corrections: dict[int, list[LeadStep]] = {}
    told = []
    for each in rows.prefetch_related("files").order_by("pk"):
        if each.kind == LeadStep.Kind.DAY:
            corrections.setdefault(each.corrects_id, []).append(each)
        else:
            told.append(each)
    paths = _paths(steps)
    held = {step.key for path in paths.values() for step in days.holding(path)}
    apart = set(LeadMerge.objects.filter(lead=lead, undone_at__isnull=False).values_list("undone_at", flat=True))

    def is_taken_back(each: LeadStep) -> bool:
        if each.kind == LeadStep.Kind.NOTE or each.at in apart:
            return False
        path = paths.get(each.lead_id, [])
        return all(step.key != each.pk for step in path) or days.is_taken_back(path, each.pk)

    return [
        Told(each, each.day, each.pk in held, is_taken_back(each), tuple(corrections.get(each.pk, ())))
        for each in sorted(told, key=lambda each: (each.day, each.pk))
    ]


def credited(cohort: Cohort) -> QuerySet[LeadCredit]:
    """The shares in force of a cohort's trainees in leads that stand: what scores may be counted from."""
    return LeadCredit.objects.filter(trainee__cohort=cohort, in_force=True, lead__merged_into=None)
