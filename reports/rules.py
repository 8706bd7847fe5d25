"""Deadlines of what stands on a home page. Values in, values out."""

from datetime import date, timedelta
from enum import StrEnum

ANSWER_WITHIN = timedelta(days=3)  # a complaint is answered within three days


class When(StrEnum):
    """How urgent a line is; the order is the order on the page."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


def when(due_on: date, today: date) -> When:
    """Overdue from the day after; everything that is not due today stands under this week."""
    if due_on < today:
        return When.OVERDUE
    return When.TODAY if due_on == today else When.WEEK


def week_of(starts_on: date, ends_on: date, day: date) -> tuple[int, int] | None:
    """(week, of so many) of a run on a day, counted in calendar weeks; None before and after it."""
    if not starts_on <= day <= ends_on:
        return None
    monday = starts_on - timedelta(days=starts_on.weekday())
    return (day - monday).days // 7 + 1, (ends_on - monday).days // 7 + 1


def part_of_day(hour: int) -> str:
    """morning before noon, afternoon until six, then evening."""
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
