"""The clock of a ticket: which hours it counts, and that it stands still only between a stop and the next start.

All moments are in the zone in which days are meant.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

STOP, RESUME = "stop", "resume"
NOTHING, DAY = timedelta(0), timedelta(days=1)
FURTHEST = timedelta(days=1500)  # whoever works on no day at all would wait for ever
IsWorkingDay = Callable[[date], bool]


class Counts(StrEnum):
    """Which hours count towards an answer."""

    ALL = "all"
    DAYS = "days"  # all hours of working days
    OFFICE = "office"  # the hours of the office on working days


@dataclass(frozen=True)
class Office:
    """From when until when an office is open on a working day."""

    opens: time = time(9)
    closes: time = time(18)

    def __str__(self):
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


USUAL = Office()


@dataclass(frozen=True)
class Hours:
    """The hours that count: their kind, the hours of the office, and which days are worked on."""

    counts: str = Counts.ALL
    office: Office = USUAL
    is_working: IsWorkingDay | None = None

    @property
    def all_count(self) -> bool:
        return self.counts == Counts.ALL or self.is_working is None

    def of_day(self, day: date, zone: tzinfo | None) -> tuple[datetime, datetime]:
        """The first moment of a working day that counts, and the first after it that does not."""
        if self.counts == Counts.OFFICE:
            return datetime.combine(day, self.office.opens, zone), datetime.combine(day, self.office.closes, zone)
        midnight = datetime.combine(day, time.min, zone)
        return midnight, midnight + DAY


EVERY = Hours()


def due_at(since: datetime, hours: int, of: Hours = EVERY) -> datetime:
    """The moment at which so many hours that count are over."""
    return later(since, timedelta(hours=hours), of)


def later(since: datetime, by: timedelta, of: Hours = EVERY) -> datetime:
    """So much time that counts after a moment; of no time it is the moment itself."""
    if of.all_count or by <= NOTHING:
        return since + max(by, NOTHING)
    for first, last in _open(since, since + FURTHEST, of):
        if by <= last - first:
            return first + by
        by -= last - first
    return since + FURTHEST


def counted(since: datetime, until: datetime, of: Hours = EVERY) -> timedelta:
    """How much of the time between two moments counts."""
    if of.all_count:
        return max(until - since, NOTHING)
    return sum((last - first for first, last in _open(since, until, of)), NOTHING)


def moved(due: datetime, stopped_at: datetime, now: datetime, of: Hours = EVERY) -> datetime:
    """When it is due once the clock runs again: later by as much as it stood of the time that counts."""
    return later(due, counted(stopped_at, now, of), of)


def _open(since: datetime, until: datetime, of: Hours) -> Iterator[tuple[datetime, datetime]]:
    """The spans that count between two moments, in their order."""
    day = since.date()
    while day <= until.date():
        if of.is_working(day):
            opens, closes = of.of_day(day, since.tzinfo)
            first, last = max(opens, since), min(closes, until)
            if first < last:
                yield first, last
        day += DAY
