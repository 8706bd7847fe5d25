"""What a home page shows of cohorts: those in reach, and what their rosters lack."""

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


@dataclass(frozen=True)
class RosterGaps:
    """How many people in training of one cohort lack what; all counts are of ``people``."""

    cohort_id: int
    people: int
    without_phone: int
    without_id_number: int
    without_account: int
    without_class: int


def roster_gaps(trainees: QuerySet[Trainee], *, day: date) -> list[RosterGaps]:
    """One line a cohort; one query."""
    placed = ClassMembership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), trainee=OuterRef("pk"))
    rows = trainees.filter(status=Trainee.Status.ACTIVE).order_by().values_list("cohort")
    return [
        RosterGaps(*row)
        for row in rows.annotate(
            people=Count("pk"),
            without_phone=Count("pk", filter=Q(person__phone_index=None)),
            without_id_number=Count("pk", filter=Q(person__id_index=None)),
            without_account=Count("pk", filter=Q(person__user=None)),
            without_class=Count("pk", filter=~Exists(placed)),
        )
    ]
