"""How often a cohort asks for a journal, and from when a change of that holds. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class Every(StrEnum):
    """What one journal is about. A day counts only if it is a working day."""

    NONE = "none"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class JournalRule:
    """One rule and the days on which periods begin under it: from ``from_on`` (None: from the first day of the cohort)
    until the day before ``until_on`` (None: to its last). A journal is due ``due_in`` days after its period."""

    every: Every
    due_in: int = 0
    from_on: date | None = None
    until_on: date | None = None

    def asks_the_same_as(self, other: "JournalRule") -> bool:
        return (self.every, self.due_in) == (other.every, other.due_in)


def first_day(every: Every, day: date) -> date:
    """The first day of the day, week or month that the day lies in."""
    if every == Every.WEEK:
        return day - day.weekday() * DAY
    return day.replace(day=1) if every == Every.MONTH else day


def day_after(every: Every, day: date) -> date:
    """The first day of the next day, week or month."""
    if every == Every.WEEK:
        return first_day(every, day) + 7 * DAY
    if every == Every.MONTH:
        return first_day(every, first_day(every, day) + 31 * DAY)
    return day + DAY


def changed(rules: Sequence[JournalRule], new: JournalRule, *, starts_on: date, today: date) -> list[JournalRule]:
    """The rules of a cohort, oldest first, after ``new`` was decided on ``today``.

    A period that has begun keeps its rule: the new one holds from the day after it. Before the first day of the cohort, and
    for a rule that does not hold yet, the new one simply takes its place.
    """
    *past, last = rules
    if last.from_on and last.from_on > today:
        if past and new.asks_the_same_as(past[-1]):
            return [*past[:-1], replace(past[-1], until_on=None)]
        return [*past, replace(new, from_on=last.from_on, until_on=None)]
    if new.asks_the_same_as(last):
        return list(rules)
    if today < starts_on:
        return [*past, replace(new, from_on=last.from_on, until_on=None)]
    from_on = day_after(last.every, today)
    return [*past, replace(last, until_on=from_on), replace(new, from_on=from_on, until_on=None)]
