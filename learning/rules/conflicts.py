"""Two sessions that cannot both be: which, why, and when there is room. Values in, values out.

Times are half-open intervals [starts_at, ends_at): one that ends when the next begins is no conflict.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import chain


class Kind(StrEnum):
    VENUE = "venue"  # one venue, two sessions
    CLOSED = "closed"  # the venue is closed on that day
    TEACHER = "teacher"
    CLASS = "class"
    PERSON = "person"  # one person in two classes or cohorts
    CAPACITY = "capacity"  # more people than seats


ALWAYS_BLOCKED = frozenset({Kind.VENUE, Kind.CLOSED})
BETWEEN = re.compile(r"[、，,;；/／|&＆\n]+")


def name_key(name: str) -> str:
    """A name as it is compared: one width, no spaces, no case. The database computes the same (``NameKey``)."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name).lower())


def teacher_keys(names: str) -> frozenset[str]:
    """The keys of the people named in one field: ``张三、李四`` are two."""
    return frozenset(filter(None, map(name_key, BETWEEN.split(names))))


def overlap(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> bool:
    """Whether two half-open intervals share a moment."""
    return start < other_end and other_start < end


@dataclass(frozen=True)
class Side:
    """A session as a conflict sees it. ``key`` names it together with its draft; one that is not saved yet has a
    negative one.

    ``people`` are the persons expected; ``seats`` and ``closed_on`` belong to the venue; ``day`` is its local day.
    """

    key: int
    title: str
    starts_at: datetime
    ends_at: datetime
    day: date
    cohort: int = 0
    classes: frozenset[int] = frozenset()
    class_names: str = ""
    teacher: str = ""
    venue: int | None = None
    venue_name: str = ""
    seats: int | None = None
    closed_on: date | None = None
    people: frozenset[int] = frozenset()
    may_overlap: bool = False
    pk: int = 0  # of the row: the draft, where there is one

    @cached_property
    def teachers(self) -> frozenset[str]:
        return teacher_keys(self.teacher)

    def meets(self, other: "Side") -> bool:
        return overlap(self.starts_at, self.ends_at, other.starts_at, other.ends_at)


@dataclass(frozen=True)
class Conflict:
    """``count``: people in both, or people expected in a venue of too few seats."""

    kind: Kind
    one: Side
    other: Side | None = None
    count: int = 0

    @property
    def fingerprint(self) -> str:
        """Names the conflict as it stands: with another time, venue or number of people it is another one."""
        sides = sorted((side for side in (self.one, self.other) if side), key=lambda side: side.key)
        parts = [f"{side.key}@{side.starts_at.timestamp():.0f}-{side.ends_at.timestamp():.0f}" for side in sides]
        about = {
            Kind.TEACHER: "+".join(sorted(self.one.teachers & self.other.teachers)) if self.other else "",
            Kind.CAPACITY: f"{self.one.venue}:{self.one.seats}",
            Kind.CLOSED: f"{self.one.venue}:{self.one.closed_on}",
            Kind.VENUE: f"{self.one.venue}",
        }.get(self.kind, "")
        return "|".join([self.kind, *parts, about, str(self.count)])


def alone(side: Side) -> Iterator[Conflict]:
    """What is wrong with one session and its venue."""
    if side.closed_on and side.closed_on <= side.day:
        yield Conflict(Kind.CLOSED, side)
    if side.seats is not None and len(side.people) > side.seats:
        yield Conflict(Kind.CAPACITY, side, count=len(side.people))


def between(one: Side, other: Side) -> Iterator[Conflict]:
    """What two sessions cannot share at one time. People are named where their class as a whole is not in both."""
    if one.key == other.key or not one.meets(other):
        return
    if one.venue is not None and one.venue == other.venue:
        yield Conflict(Kind.VENUE, one, other)
    if not (one.may_overlap or other.may_overlap) and one.teachers & other.teachers:
        yield Conflict(Kind.TEACHER, one, other)
    if one.classes & other.classes:
        yield Conflict(Kind.CLASS, one, other)
    elif both := len(one.people & other.people):
        yield Conflict(Kind.PERSON, one, other, both)


def against(side: Side, others: Iterable[Side]) -> list[Conflict]:
    """All conflicts of one session, saved or not."""
    return [*alone(side), *chain.from_iterable(between(side, other) for other in others)]


def among(mine: Iterable[Side], others: Iterable[Side] = ()) -> list[Conflict]:
    """All conflicts in which one of ``mine`` takes part, each once, by time. One sweep over the beginnings."""
    own = {side.key: side for side in mine}
    found, running = [], []
    for side in sorted([*own.values(), *others], key=lambda side: (side.starts_at, side.key)):
        running = [other for other in running if other.ends_at > side.starts_at]
        if side.key in own:
            found += alone(side)
        for other in running:
            if side.key in own:
                found += between(side, other)
            elif other.key in own:
                found += between(other, side)
        running.append(side)
    return sorted(found, key=lambda each: (each.one.starts_at, each.one.key, each.kind))


# Free slots -----------------------------------------------------------------------------------------------------------

STEP = timedelta(minutes=30)
LONGEST_SEARCH = 60  # days


@dataclass(frozen=True)
class Hours:
    """When one may plan: from ``opens`` to ``closes``, not over the break, on weekends only if they are allowed."""

    opens: time = time(8, 30)
    closes: time = time(21)
    break_starts: time = time(12)
    break_ends: time = time(14)
    weekends: bool = False

    def allows(self, start: datetime, end: datetime) -> bool:
        day = start.date()
        if not self.weekends and day.weekday() >= 5:
            return False
        if start < at(day, self.opens, start) or end > at(day, self.closes, start):
            return False
        is_short = end - start <= at(day, self.closes, start) - at(day, self.break_ends, start)
        return not (
            is_short and overlap(start, end, at(day, self.break_starts, start), at(day, self.break_ends, start))
        )


def at(day: date, clock: time, like: datetime) -> datetime:
    return datetime.combine(day, clock, like.tzinfo)


@dataclass(frozen=True)
class Search:
    """For a free slot: as long as ``length``, in ``hours``, from ``first`` to ``last``, the days near ``wished`` first, and
    not before ``now``. Moments are local."""

    length: timedelta
    wished: datetime
    now: datetime
    first: date
    last: date
    hours: Hours = field(default_factory=Hours)

    def days(self) -> list[date]:
        """The wished day, then later ones, then earlier ones; at most ``LONGEST_SEARCH``."""
        first = max(self.first, self.now.date())
        start = min(max(self.wished.date(), first), self.last)
        later = [start + timedelta(days=n) for n in range((self.last - start).days + 1)]
        earlier = [start - timedelta(days=n) for n in range(1, (start - first).days + 1)]
        return [day for day in (later + earlier)[:LONGEST_SEARCH] if first <= day <= self.last]


def free_slots(
    search: Search, busy: Sequence[tuple[datetime, datetime]], *, most: int = 3
) -> list[tuple[datetime, datetime]]:
    """The first slots that meet nothing in ``busy``, apart from each other; fewer, or none, where there is no room."""
    found: list[tuple[datetime, datetime]] = []
    by_day: dict[date, list[tuple[datetime, datetime]]] = {}
    for span in busy:
        for n in range((span[1].date() - span[0].date()).days + 1):
            by_day.setdefault(span[0].date() + timedelta(days=n), []).append(span)
    for day in search.days():
        for start, end in _of_day(search, day):
            taken = chain(by_day.get(day, ()), found)
            if start >= search.now and not any(overlap(start, end, *span) for span in taken):
                found.append((start, end))
            if len(found) == most:
                return sorted(found)
    return sorted(found)


def _of_day(search: Search, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The hour that was wished, then every half hour from the opening on."""
    same_hour = at(day, search.wished.time(), search.wished)
    starts = [same_hour]
    start, closing = at(day, search.hours.opens, search.wished), at(day, search.hours.closes, search.wished)
    while start + search.length <= closing:
        starts.append(start)
        start += STEP
    starts.append(at(day, search.hours.break_ends, search.wished))
    for each in dict.fromkeys(starts):
        if search.hours.allows(each, each + search.length):
            yield each, each + search.length
