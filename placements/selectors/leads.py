"""Leads as they are looked at: which may be one company, what they count, and what they were made of."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from cohorts.models import Cohort
from placements.models import Lead, LeadCredit, LeadStep
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
    """With ``people`` (the names of those who have credit, most first) and ``is_twice``."""
    credits = LeadCredit.objects.filter(lead=OuterRef("pk"), in_force=True).order_by("-share", "pk")
    others = Lead.objects.standing().filter(same_company(), cohort__program=OuterRef("cohort__program"))
    return queryset.annotate(
        people=ArraySubquery(credits.values("trainee__person__name")),
        is_twice=Exists(others.exclude(pk=OuterRef("pk"))),
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


def steps_of(lead: Lead) -> QuerySet[LeadStep]:
    """What happened with a lead and with those that were put into it, in order, with files."""
    mine = LeadStep.objects.filter(Q(lead=lead) | Q(lead__merged_into=lead))
    return (
        mine.select_related("by", "lead")
        .defer("by__phone", "by__first_password")
        .prefetch_related("files")
        .order_by("at", "pk")
    )


def credited(cohort: Cohort) -> QuerySet[LeadCredit]:
    """The shares in force of a cohort's trainees in leads that stand: what scores may be counted from."""
    return LeadCredit.objects.filter(trainee__cohort=cohort, in_force=True, lead__merged_into=None)
