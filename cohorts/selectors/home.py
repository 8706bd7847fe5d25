"""What a home page shows of cohorts: those in reach, and what their rosters lack."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cohorts.models import ClassMembership, Cohort, Trainee


@dataclass(frozen=True)
class CohortLine:
    pk: int
    name: str
    program: str
    starts_on: date
    ends_on: date


def cohort_lines(cohorts: QuerySet[Cohort], *, most: int = 200) -> list[CohortLine]:
    """Those that are not closed, the newest first; one query."""
    rows = cohorts.filter(is_closed=False).order_by("-starts_on", "name", "pk")
    return [CohortLine(*row) for row in rows.values_list("pk", "name", "program__name", "starts_on", "ends_on")[:most]]


def without_class(cohorts: Iterable[int], *, day: date) -> dict[int, int]:
    """How many people in training have no class, now or from a later day, by cohort; one query."""
    placed = ClassMembership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), trainee=OuterRef("pk"))
    rows = Trainee.objects.active().filter(~Exists(placed), cohort__in=cohorts).order_by().values_list("cohort")
    return dict(rows.annotate(n=Count("pk")))
