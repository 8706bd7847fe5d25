"""Which hosts have to be visited, and by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Mark(StrEnum):
    """How a stay stands to the visit that is due."""

    LATE = "late"  # the day by which somebody had to go is over
    PLANNED = "planned"  # a visit by that day stands in the plan
    OPEN = "open"  # nobody has planned it yet
    COVERED = "covered"  # no further visit is due while people are there


@dataclass(frozen=True)
class Stay:
    """The time in which a host has people of a cohort, the last visit and the next one planned."""

    first_on: date
    last_on: date
    visited_on: date | None
    planned_on: date | None


def due_on(stay: Stay, weeks: int) -> date | None:
    """The day by which the host is to be visited: so many weeks after the last visit, or after the first day. None where
    everybody has left by then; a stay shorter than that is visited once before it ends."""
    since = stay.visited_on if stay.visited_on and stay.visited_on >= stay.first_on else None
    due = (since or stay.first_on) + timedelta(weeks=weeks)
    if due <= stay.last_on:
        return due
    return None if since else stay.last_on


def mark_of(stay: Stay, weeks: int, today: date) -> Mark:
    """``weeks``: how often the cohort wants a host seen while people are there."""
    due = due_on(stay, weeks)
    if due is None:
        return Mark.COVERED
    if due < today:
        return Mark.LATE
    return Mark.PLANNED if stay.planned_on and stay.planned_on <= due else Mark.OPEN
