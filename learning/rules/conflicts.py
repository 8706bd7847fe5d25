"""Two sessions that cannot both be: which, why, and when there is room. Values in, values out.

Times are half-open intervals [starts_at, ends_at): one that ends when the next begins is no conflict.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from trainee_mgmt.kit.names import name_key


class Kind(StrEnum):
    VENUE = "venue"  # one venue, two sessions
    CLOSED = "closed"  # the venue is closed on that day
    TEACHER = "teacher"
    CLASS = "class"
    PERSON = "person"  # one person in two classes or cohorts
    CAPACITY = "capacity"  # more people than seats
    TRAVEL = "travel"  # less time between two venues than the way takes
    LEAVE = "leave"  # who teaches it, or many of those expected, are on leave


ALWAYS_BLOCKED = frozenset({Kind.VENUE, Kind.CLOSED})
BETWEEN = re.compile(r"[、，,;；/／|&＆\n]+")


def teacher_keys(names: str) -> frozenset[str]:
    """The keys of the people named in one field: ``张三、李四`` are two."""
    return frozenset(filter(None, map(name_key, BETWEEN.split(names))))


class Site(NamedTuple):
    """Where a venue is, as ways are counted: a place of a unit, or the venue alone where no place is written down."""

    unit: int
    place: str  # a key as of ``name_key``
    venue: int = 0

    @classmethod
    def of(cls, venue: int, unit: int, place: str) -> "Site":
        key = name_key(place)
        return cls(unit, key) if key else cls(unit, "", venue)


@dataclass(frozen=True)
class Ways:
    """How many minutes it takes from one site to another, in either direction. ``default`` holds between two different
    places that nobody wrote a time for."""

    minutes: Mapping[frozenset[Site], int] = field(default_factory=dict)
    default: int = 0

    @property
    def longest(self) -> timedelta:
        return timedelta(minutes=max([self.default, *self.minutes.values()]))

    def between(self, one: Site | None, other: Site | None) -> timedelta:
        if one is None or other is None or one == other or (one.place and one.place == other.place):
            return timedelta(0)
        default = self.default if one.place and other.place else 0
        return timedelta(minutes=self.minutes.get(frozenset((one, other)), default))


NO_WAYS = Ways()


def overlap(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> bool:
    """Whether two half-open intervals share a moment."""
    return start < other_end and other_start < end


@dataclass(frozen=True)
class Side:
    """A session as a conflict sees it. ``key`` names it together with its draft; one that is not saved yet has a
    negative one.

    ``people`` are the persons expected; ``seats`` and ``closed_on`` belong to the venue; ``day`` is its local day.
    ``site`` is where one has to go to; ``away`` and ``away_teachers`` are people expected, and names, on leave.
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
    site: Site | None = None
    away: int = 0
    away_teachers: frozenset[str] = frozenset()
    is_short_of_people: bool = False  # more of them are on leave than the rule lets pass

    @cached_property
    def teachers(self) -> frozenset[str]:
        return teacher_keys(self.teacher)

    def meets(self, other: "Side") -> bool:
        return overlap(self.starts_at, self.ends_at, other.starts_at, other.ends_at)


@dataclass(frozen=True)
class Conflict:
    """``count``: people in both, people expected in a venue of too few seats, or people on leave (0: who teaches it is).
    ``way``: how long it takes from one to the other."""

    kind: Kind
    one: Side
    other: Side | None = None
    count: int = 0
    way: timedelta = timedelta(0)

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
            Kind.TRAVEL: f"{self.way.total_seconds() / 60:.0f}",
            Kind.LEAVE: "+".join(sorted(self.one.away_teachers)) if not self.count else "",
        }.get(self.kind, "")
        return "|".join([self.kind, *parts, about, str(self.count)])


def alone(side: Side) -> Iterator[Conflict]:
    """What is wrong with one session: its venue, or who is on leave at its time."""
    if side.closed_on and side.closed_on <= side.day:
        yield Conflict(Kind.CLOSED, side)
    if side.seats is not None and len(side.people) > side.seats:
        yield Conflict(Kind.CAPACITY, side, count=len(side.people))
    if side.away_teachers:
        yield Conflict(Kind.LEAVE, side)
    if side.is_short_of_people:
        yield Conflict(Kind.LEAVE, side, count=side.away)


def between(one: Side, other: Side, ways: Ways = NO_WAYS) -> Iterator[Conflict]:
    """What two sessions cannot share at one time. People are named where their class as a whole is not in both."""
    if one.key == other.key:
        return
    if not one.meets(other):
        yield from on_the_way(one, other, ways)
        return
    if one.venue is not None and one.venue == other.venue:
        yield Conflict(Kind.VENUE, one, other)
    if not (one.may_overlap or other.may_overlap) and one.teachers & other.teachers:
        yield Conflict(Kind.TEACHER, one, other)
    if one.classes & other.classes:
        yield Conflict(Kind.CLASS, one, other)
    elif both := len(one.people & other.people):
        yield Conflict(Kind.PERSON, one, other, both)


def on_the_way(one: Side, other: Side, ways: Ways) -> Iterator[Conflict]:
    """A way that takes longer than the time between two sessions, for a teacher, a class or people in both. Exactly
    enough time is enough."""
    first, then = in_order(one, other)
    way = ways.between(first.site, then.site)
    if then.starts_at - first.ends_at >= way:
        return
    is_one_teacher = one.teachers & other.teachers and not (one.may_overlap or other.may_overlap)
    if is_one_teacher or one.classes & other.classes:
        yield Conflict(Kind.TRAVEL, one, other, way=way)
    elif both := len(one.people & other.people):
        yield Conflict(Kind.TRAVEL, one, other, both, way)


def in_order(one: Side, other: Side) -> tuple[Side, Side]:
    return (one, other) if one.starts_at <= other.starts_at else (other, one)


def against(side: Side, others: Iterable[Side], ways: Ways = NO_WAYS) -> list[Conflict]:
    """All conflicts of one session, saved or not."""
    return [*alone(side), *chain.from_iterable(between(side, other, ways) for other in others)]


def among(mine: Iterable[Side], others: Iterable[Side] = (), ways: Ways = NO_WAYS) -> list[Conflict]:
    """All conflicts in which one of ``mine`` takes part, each once, by time. One sweep over the beginnings; who has ended
    stays in it for as long as the longest way takes."""
    longest = ways.longest
    own = {side.key: side for side in mine}
    found, running = [], []
    for side in sorted([*own.values(), *others], key=lambda side: (side.starts_at, side.key)):
        running = [other for other in running if other.ends_at + longest > side.starts_at]
        if side.key in own:
            found += alone(side)
        for other in running:
            if side.key in own:
                found += between(side, other, ways)
            elif other.key in own:
                found += between(other, side, ways)
        running.append(side)
    return sorted(found, key=lambda each: (each.one.starts_at, each.one.key, each.kind))


# Leave ----------------------------------------------------------------------------------------------------------------


MANY = 3  # in a group of two or three, one on leave is nothing to plan by


@dataclass(frozen=True)
class Away:
    """Approved leave of one person of a cohort, over a half-open time. ``name`` is a key as of ``name_key``."""

    cohort: int
    person: int
    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Leaves:
    """Who is on leave when. A session lacks people from ``percent`` of those expected on, and ``MANY`` of them at least;
    0 asks for nothing."""

    rows: Sequence[Away] = ()
    percent: int = 0

    def seen_by(self, side: Side, start: datetime | None = None, end: datetime | None = None) -> Side:
        """The side with who is on leave at its time, or at the time asked for."""
        start, end = start or side.starts_at, end or side.ends_at
        gone = [
            each
            for each in self.rows
            if each.cohort == side.cohort and overlap(start, end, each.starts_at, each.ends_at)
        ]
        away = len({each.person for each in gone} & side.people)
        return replace(
            side,
            away=away,
            away_teachers=side.teachers & {each.name for each in gone},
            is_short_of_people=bool(self.percent and away >= MANY and away * 100 >= self.percent * len(side.people)),
        )

    def leaves_room(self, side: Side, start: datetime, end: datetime) -> bool:
        """Whether leave lets the session be at another time."""
        seen = self.seen_by(side, start, end)
        return not (seen.away_teachers or seen.is_short_of_people)


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
    search: Search,
    busy: Sequence[tuple[datetime, datetime]],
    *,
    suits: Callable[[datetime, datetime], bool] = lambda start, end: True,
    most: int = 3,
) -> list[tuple[datetime, datetime]]:
    """The first slots that meet nothing in ``busy`` and suit otherwise, apart from each other; fewer, or none, where there
    is no room."""
    found: list[tuple[datetime, datetime]] = []
    by_day: dict[date, list[tuple[datetime, datetime]]] = {}
    for span in busy:
        for n in range((span[1].date() - span[0].date()).days + 1):
            by_day.setdefault(span[0].date() + timedelta(days=n), []).append(span)
    for day in search.days():
        for start, end in _of_day(search, day):
            taken = chain(by_day.get(day, ()), found)
            if start >= search.now and not any(overlap(start, end, *span) for span in taken) and suits(start, end):
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
