"""When a head teacher is warned about one person's attendance. Values in, values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from learning.rules.attendance import CAME, Mark
from learning.rules.states import Limits

LEAST_MARKED = 3  # below that a rate says nothing
NEWEST = 5  # the sessions whose rate is held against all before them
MOST_DAYS = 8  # named in one sentence


class Reason(StrEnum):
    IN_ROW = "in_row"
    BELOW = "below"
    DROP = "drop"


@dataclass(frozen=True)
class Cause:
    """A condition that holds now. ``since``: the day from which it has held without a break; ``days``: of the absences it
    is about; ``n`` of ``of`` sessions attended."""

    reason: Reason
    since: date
    days: tuple[date, ...]
    n: int
    of: int


Marks = Sequence[tuple[date, str | None]]  # of the sessions held, in order


def causes(marks: Marks, limits: Limits) -> list[Cause]:
    """What holds after the last session. Sessions without a mark say nothing; leave breaks no row and makes none."""
    known = [(day, state) for day, state in marks if state is not None]
    return [cause for find in (_in_row, _below, _drop) if (cause := find(known, limits))]


def _in_row(marks: Marks, limits: Limits) -> Cause | None:
    if not limits.warn_in_row:
        return None
    counted = [(day, state) for day, state in marks if state != Mark.EXCUSED]
    row: list[date] = []
    for day, state in counted:
        row = [*row, day] if state == Mark.ABSENT else []
    if len(row) < limits.warn_in_row:
        return None
    return Cause(Reason.IN_ROW, row[limits.warn_in_row - 1], tuple(row[-MOST_DAYS:]), 0, len(row))


def _below(marks: Marks, limits: Limits) -> Cause | None:
    def holds(came: int, size: int) -> bool:
        return size >= LEAST_MARKED and came * 100 < limits.warn_below * size

    return _since(marks, Reason.BELOW, lambda sums, at: holds(sums[at], at))


def _drop(marks: Marks, limits: Limits) -> Cause | None:
    def holds(sums: list[int], at: int) -> bool:
        before = at - NEWEST
        if not limits.warn_drop or before < NEWEST:
            return False
        newest = sums[at] - sums[before]
        return 100 * (sums[before] * NEWEST - newest * before) >= limits.warn_drop * before * NEWEST

    return _since(marks, Reason.DROP, holds)


def _since(marks: Marks, reason: Reason, holds: Callable[[list[int], int], bool]) -> Cause | None:
    """The condition asked after each session (``sums``: how many came of the first ones); when it last began to hold."""
    sums = [0]
    for _day, state in marks:
        sums.append(sums[-1] + (state in CAME))
    since = None
    for at in range(1, len(sums)):
        if not holds(sums, at):
            since = None
        elif since is None:
            since = marks[at - 1][0]
    if since is None:
        return None
    missed = tuple(day for day, state in marks if state not in CAME)[-MOST_DAYS:]
    return Cause(reason, since, missed, sums[-1], len(marks))
