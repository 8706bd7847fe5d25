"""Leave as pages and first pages ask for it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, QuerySet, Window

from learning.models import Leave, PersonTime


@dataclass(frozen=True)
class WaitingLeave:
    """Leave of one cohort that waits for a person: how many, and the one that begins first."""

    cohort_id: int
    count: int
    first_id: int
    name: str
    starts_at: datetime
    asked_at: datetime


def waiting_leave(leaves: QuerySet[Leave]) -> list[WaitingLeave]:
    """One line a cohort; one query."""
    rows = leaves.annotate(count=Window(Count("pk"), partition_by=F("cohort_id")))
    first = rows.order_by("cohort_id", "starts_at", "pk").distinct("cohort_id")
    names = ("cohort_id", "count", "pk", "trainee__person__name", "starts_at", "asked_at")
    return [WaitingLeave(*row) for row in first.values_list(*names)]


@dataclass(frozen=True)
class Touched:
    """A session that leave overlaps, with what counts for the person."""

    session_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    state: str


def touched(leave: Leave) -> list[Touched]:
    """The sessions of the trainee that the time of the leave overlaps, whatever became of it; one query."""
    rows = PersonTime.objects.filter(
        cohort=leave.cohort_id,
        trainee=leave.trainee_id,
        session__starts_at__lt=leave.ends_at,
        session__ends_at__gt=leave.starts_at,
    ).order_by("session__starts_at", "pk")
    names = ("session_id", "session__title", "session__starts_at", "session__ends_at", "state")
    return [Touched(*row) for row in rows.values_list(*names)]
