"""What of tickets and visits lies on somebody's desk in each cohort, all of it in one query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, DateField, F, Min, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from placements.models import Ticket, Visit, VisitTask
from placements.models.tickets import overdue_at

TICKETS, VISITS, TASKS = "tickets", "visits", "tasks"
IN_ORDER = (TICKETS, TASKS, VISITS)


@dataclass(frozen=True)
class OnDesk:
    """In one cohort: open tickets and how ``many`` of them are overdue; or visits that are overdue; or own tasks of visits.
    ``due_on`` is the first day."""

    what: str
    cohort_id: int
    count: int
    many: int
    due_on: date | None


def on_desk(
    *,
    tickets: QuerySet[Ticket] | None,
    visits: QuerySet[Visit] | None,
    tasks: QuerySet[VisitTask] | None,
    now: datetime,
    today: date,
) -> list[OnDesk]:
    """Of what is given; one query, or none."""
    parts = list(_parts(tickets, visits, tasks, now, today))
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return sorted((OnDesk(*row) for row in rows), key=lambda each: (IN_ORDER.index(each.what), each.cohort_id))


def _parts(tickets, visits, tasks, now: datetime, today: date) -> Iterator[QuerySet]:
    none = Count("pk", filter=Q(pk=None))
    if tickets is not None:
        late = Count("pk", filter=overdue_at(now))
        yield _part(TICKETS, tickets.open(), late, Min(TruncDate("due_at")))
    if tasks is not None:
        is_open = tasks.filter(done_at=None).annotate(cohort=F("visit__cohort"))
        yield _part(TASKS, is_open, none, Min("due_on"))
    if visits is not None:
        late = visits.filter(state=Visit.State.PLANNED, planned_on__lt=today)
        yield _part(VISITS, late, none, Min("planned_on", output_field=DateField()))


def _part(what: str, rows: QuerySet, many, due_on) -> QuerySet:
    counted = rows.order_by().values("cohort").annotate(what=Value(what), n=Count("pk"), many=many, due=due_on)
    return counted.values_list("what", "cohort", "n", "many", "due")
