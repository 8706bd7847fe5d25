"""Sessions of a week, laid out by day and part of the day. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Part(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


NOON, DUSK = time(12), time(18)
WORKING_DAYS = 5


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def chosen_week(asked: str, today: date, first: date, last: date) -> date:
    """The Monday that is asked for (any day of its week); nonsense is this week. Kept between the first and last day."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = today
    return monday_of(min(max(day, first), last))


def part_of(start: datetime) -> Part:
    """By the local hour at which it begins."""
    if start.time() < NOON:
        return Part.MORNING
    return Part.AFTERNOON if start.time() < DUSK else Part.EVENING


@dataclass(frozen=True)
class Entry:
    """A session as the week shows it; moments are local."""

    pk: int
    title: str
    start: datetime
    end: datetime
    classes: str = ""
    teacher: str = ""
    where: str = ""
    is_draft: bool = False
    is_cancelled: bool = False
    conflicts: tuple[str, ...] = ()  # what it is in conflict about, in words

    @property
    def hours(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"

    @property
    def details(self) -> str:
        return " · ".join(filter(None, (self.classes, self.where, self.teacher)))


@dataclass(frozen=True)
class Day:
    date: date
    parts: list[tuple[Part, list[Entry]]]

    @property
    def count(self) -> int:
        return sum(len(entries) for _part, entries in self.parts)


def lay_out(entries: Sequence[Entry], monday: date) -> list[Day]:
    """Monday to Friday, and the weekend as far as something is on it. An entry stands on the day on which it begins."""
    cells: dict[tuple[date, Part], list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: (each.start, each.end, each.pk)):
        cells.setdefault((entry.start.date(), part_of(entry.start)), []).append(entry)
    days = [
        Day(day, [(part, cells.get((day, part), [])) for part in Part])
        for day in (monday + timedelta(days=n) for n in range(7))
    ]
    while len(days) > WORKING_DAYS and not days[-1].count:
        days.pop()
    return days


def count(days: Iterable[Day]) -> int:
    return sum(day.count for day in days)
