"""Which hosts of a cohort were visited, which are due, and which planned visits are overdue."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery

from cohorts.models import Cohort
from placements.models import Host, Placement, Visit, VisitRule
from placements.models.visits import USUAL_WEEKS
from placements.rules.coverage import Mark, Stay, due_on, mark_of


@dataclass(frozen=True)
class HostCoverage:
    """A host with people of a cohort: how many are there today, its visits, and by when it is to be visited."""

    host: int
    name: str
    address: str
    people: int
    stay: Stay
    visits: int
    due_on: date | None
    mark: Mark

    @property
    def is_late(self) -> bool:
        return self.mark == Mark.LATE


def weeks_of(cohort: Cohort) -> int:
    """So many weeks may lie between two visits."""
    rule = VisitRule.objects.filter(cohort=cohort).values_list("weeks", flat=True).first()
    return rule or USUAL_WEEKS


def coverage(cohort: Cohort, today: date) -> list[HostCoverage]:
    """Every host where somebody is placed until today or later, the most urgent first. Two queries."""
    weeks = weeks_of(cohort)
    found = [_line(row, weeks, today) for row in _stays(cohort, today)]
    order = list(Mark)
    return sorted(found, key=lambda each: (order.index(each.mark), each.due_on or date.max, each.name, each.host))


def uncovered_hosts(cohort: Cohort, today: date) -> list[HostCoverage]:
    """Those that had to be visited before today."""
    return [each for each in coverage(cohort, today) if each.is_late]


def overdue_visits(cohort: Cohort, today: date):
    """Planned for a day that is over, and neither noted as done nor called off."""
    return Visit.objects.filter(cohort=cohort, state=Visit.State.PLANNED, planned_on__lt=today)


def _stays(cohort: Cohort, today: date):
    visits = Visit.objects.filter(cohort=cohort, host=OuterRef("pk")).order_by().values("host")
    placed = Q(posts__offers__seats__placements__trainee__cohort=cohort) & ~Q(
        posts__offers__seats__placements__state=Placement.State.CALLED_OFF
    )
    days = "posts__offers__seats__placements"
    there = placed & Q(**{f"{days}__starts_on__lte": today, f"{days}__ends_on__gte": today})
    done, planned = Visit.State.DONE, Visit.State.PLANNED
    return (
        Host.objects.filter(placed)
        .annotate(
            first_on=Min(f"{days}__starts_on", filter=placed),
            last_on=Max(f"{days}__ends_on", filter=placed),
            people=Count(f"{days}__trainee", filter=there, distinct=True),
            visited_on=Subquery(visits.filter(state=done).annotate(day=Max("done_on")).values("day")),
            planned_on=Subquery(visits.filter(state=planned).annotate(day=Min("planned_on")).values("day")),
            times=Subquery(visits.filter(state=done).annotate(times=Count("pk")).values("times")),
        )
        .filter(first_on__lte=today, last_on__gte=today)
        .values_list(
            "pk", "name", "address", "people", "first_on", "last_on", "visited_on", "planned_on", "times",
            named=True,
        )
    )  # fmt: skip


def _line(row, weeks: int, today: date) -> HostCoverage:
    stay = Stay(row.first_on, row.last_on, row.visited_on, row.planned_on)
    return HostCoverage(
        row.pk, row.name, row.address, row.people, stay, row.times or 0, due_on(stay, weeks), mark_of(stay, weeks, today)
    )  # fmt: skip
