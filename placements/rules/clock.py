"""The clock of a ticket: which hours it counts, and that it stands still only between a stop and the next start.

All moments are in the zone in which days are meant.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

STOP, RESUME = "stop", "resume"
OPENS, CLOSES = time(9), time(18)  # of the office
NOTHING, DAY = timedelta(0), timedelta(days=1)
FURTHEST = timedelta(days=1500)  # whoever works on no day at all would wait for ever
IsWorkingDay = Callable[[date], bool]


class Counts(StrEnum):
    """Which hours count towards an answer."""

    ALL = "all"
    DAYS = "days"  # all hours of working days
    OFFICE = "office"  # the hours of the office on working days


def due_at(since: datetime, hours: int, counts: str = Counts.ALL, is_working: IsWorkingDay | None = None) -> datetime:
    """The moment at which so many hours that count are over."""
    return later(since, timedelta(hours=hours), counts, is_working)


def later(since: datetime, by: timedelta, counts: str = Counts.ALL, is_working: IsWorkingDay | None = None) -> datetime:
    """So much time that counts after a moment; of no time it is the moment itself."""
    if counts == Counts.ALL or is_working is None or by <= NOTHING:
        return since + max(by, NOTHING)
    for first, last in _open(since, since + FURTHEST, counts, is_working):
        if by <= last - first:
            return first + by
        by -= last - first
    return since + FURTHEST


def counted(
    since: datetime, until: datetime, counts: str = Counts.ALL, is_working: IsWorkingDay | None = None
) -> timedelta:
    """How much of the time between two moments counts."""
    if counts == Counts.ALL or is_working is None:
        return max(until - since, NOTHING)
    return sum((last - first for first, last in _open(since, until, counts, is_working)), NOTHING)


def moved(
    due: datetime,
    stopped_at: datetime,
    now: datetime,
    counts: str = Counts.ALL,
    is_working: IsWorkingDay | None = None,
) -> datetime:
    """When it is due once the clock runs again: later by as much as it stood of the time that counts."""
    return later(due, counted(stopped_at, now, counts, is_working), counts, is_working)


def _open(
    since: datetime, until: datetime, counts: str, is_working: IsWorkingDay
) -> Iterator[tuple[datetime, datetime]]:
    """The spans that count between two moments, in their order."""
    day = since.date()
    while day <= until.date():
        if is_working(day):
            midnight = datetime.combine(day, time.min, since.tzinfo)
            opens, closes = midnight, midnight + DAY
            if counts == Counts.OFFICE:
                opens, closes = (datetime.combine(day, at, since.tzinfo) for at in (OPENS, CLOSES))
            first, last = max(opens, since), min(closes, until)
            if first < last:
                yield first, last
        day += DAY
