"""Tickets of a cohort: who answers what by when, which are open, and the picture of a month."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort
from placements.models import Category, Counts, OfficeHours, Ticket, TicketRule
from placements.models.tickets import overdue_at
from placements.rules.clock import USUAL, Office
from trainee_mgmt.kit.rounding import half_up

USUAL_HOURS = {Category.HOUSING: 72, Category.MEALS: 48, Category.SAFETY: 4, Category.OTHER: 120}


@dataclass(frozen=True)
class Rule:
    """Who answers tickets of a category, and within how many hours of which kind; the office is the cohort's."""

    category: str
    hours: int
    owner: User | None = None
    counts: str = Counts.ALL
    office: Office = USUAL


def rules_of(cohort: Cohort) -> dict[str, Rule]:
    """By category; what the cohort has not set is the usual."""
    office = office_of(cohort)
    found = {each.category: each for each in TicketRule.objects.filter(cohort=cohort).select_related("owner")}
    return {
        category: Rule(category, found[category].hours, found[category].owner, found[category].counts, office)
        if category in found
        else Rule(category, USUAL_HOURS[category], office=office)
        for category in Category
    }


def office_of(cohort: Cohort) -> Office:
    """The hours in which the office of a cohort answers; the usual ones where none are set."""
    hours = OfficeHours.objects.filter(cohort=cohort).values_list("opens", "closes").first()
    return Office(*hours) if hours else USUAL


def open_tickets(cohort: Cohort):
    return Ticket.objects.filter(cohort=cohort).open()


def late_at(now: datetime) -> Q:
    """Answered after its time, or over it and not answered."""
    return overdue_at(now) | Q(closed_at__gt=F("due_at"))


@dataclass(frozen=True)
class Cell:
    """Tickets of one category at one host; ``host`` None: of people who were placed nowhere."""

    category: str
    count: int
    share: int  # of the largest cell, in fifths, for the shade


@dataclass(frozen=True)
class MonthRow:
    host: int | None
    name: str
    cells: list[Cell]
    total: int


@dataclass(frozen=True)
class Month:
    """The tickets opened in a month by host and category; every number opens its rows."""

    rows: list[MonthRow]
    totals: list[Cell]
    total: int
    late: int
    rated: int
    satisfaction: Decimal | None


def month_picture(tickets, starts_at: datetime, ends_at: datetime) -> Month:
    """Of these tickets; two queries."""
    opened = tickets.filter(opened_at__gte=starts_at, opened_at__lt=ends_at).order_by()
    counts: dict[tuple, dict[str, int]] = {}
    for host, name, category, count in opened.values_list("host", "host__name", "category").annotate(n=Count("pk")):
        counts.setdefault((host, name or ""), {})[category] = count
    most = max((count for row in counts.values() for count in row.values()), default=1)
    rows = [
        MonthRow(host, name, [_cell(each, row.get(each, 0), most) for each in Category.values], sum(row.values()))
        for (host, name), row in counts.items()
    ]
    rows.sort(key=lambda row: (-row.total, row.name, row.host or 0))
    facts = opened.aggregate(
        late=Count("pk", filter=late_at(timezone.now())),
        rated=Count("satisfaction"),
        points=Sum("satisfaction"),
    )
    totals = [Cell(key, sum(row.cells[at].count for row in rows), 0) for at, key in enumerate(Category.values)]
    mean = half_up(Fraction(facts["points"], facts["rated"]), 1) if facts["rated"] else None
    return Month(rows, totals, sum(each.count for each in totals), facts["late"], facts["rated"], mean)


def _cell(category: str, count: int, most: int) -> Cell:
    return Cell(category, count, -(-5 * count // most))
