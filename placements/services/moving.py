"""Whatever hangs on the days of a stay says here what moves with it.

``MOVERS`` is filled by this app and by apps above it, which placements does not know. The preview of a change is what all
of them answer to ``what_moves``; the commit hands each of them exactly that again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.functional import Promise

from cohorts.models import Trainee
from placements.models import Placement, PlacementChange, Seat
from placements.rules.changes import Days

Move = dict[str, Any]  # one duty that moves: plain data, as a stored plan keeps it


@dataclass(frozen=True)
class Span:
    """One stay that a change touches; ``placement`` is None before a transfer has made it, ``after`` where it is called off."""

    placement: Placement | None
    before: Days | None
    after: Days | None


@dataclass(frozen=True)
class Change:
    """What somebody asks for. ``training_ends_on``: the last day of training, where the person leaves with the stay.
    ``training_goes_on``: a withdrawal that came with the change is taken back. ``seat``: where a transfer leads.
    ``cohort_ends_on``: the last day of the cohort, where it moves with the stay. ``undoes``: the change that is taken back."""

    kind: str
    trainee: Trainee
    spans: tuple[Span, ...]
    training_ends_on: date | None = None
    training_goes_on: bool = False
    reason: str = ""
    seat: Seat | None = None
    cohort_ends_on: date | None = None
    undoes: PlacementChange | None = None


class Moved(NamedTuple):
    """One line of the preview, in the reader's language."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Mover:
    """``what_moves`` writes nothing; ``move`` writes exactly what it is given, in the transaction of the change."""

    name: str
    label: str | Promise
    what_moves: Callable[[Change], list[Move]]
    words: Callable[[Move], Moved]
    move: Callable[[Change, list[Move]], None]


MOVERS: dict[str, Mover] = {}


def register(mover: Mover) -> Mover:
    """Called at import by whatever has duties on the days of a stay."""
    if mover.name in MOVERS:
        raise ValueError(f"the mover {mover.name} exists already")
    MOVERS[mover.name] = mover
    return mover


def follows(change: Change, moves: list[Move]) -> None:
    """What is shown is a view of rows that the change itself writes."""


def all_moves(change: Change) -> dict[str, list[Move]]:
    """By mover, without those of which nothing moves."""
    found = {name: mover.what_moves(change) for name, mover in MOVERS.items()}
    return {name: moves for name, moves in found.items() if moves}


def move_all(change: Change, moves: dict[str, list[Move]]) -> int:
    """Answers how many duties moved."""
    for name, each in moves.items():
        MOVERS[name].move(change, each)
    return count_moves(moves)


def count_moves(moves: dict[str, list[Move]]) -> int:
    """Without what only stands in the preview to say that it stays as it is."""
    return sum(not move.get("stays") for each in moves.values() for move in each)
