"""Weekly duties: where one stands, and whose turn it is to speak. Values in, values out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """Of one duty of one week. It is missing from the day after its last day."""

    HELD = "held"
    MISSING = "missing"
    OPEN = "open"


def standing(last_on: date, *, is_held: bool, today: date) -> Standing:
    if is_held:
        return Standing.HELD
    return Standing.MISSING if last_on < today else Standing.OPEN


@dataclass(frozen=True)
class Speaker:
    """Somebody who may speak: the place in the roster, how often it was his or her turn, and when last."""

    key: int
    place: int
    turns: int = 0
    last_on: date | None = None


def in_turn(people: Iterable[Speaker]) -> list[Speaker]:
    """Fewest turns first, then whose last turn is longest ago, then the order of the roster."""
    return sorted(people, key=lambda each: (each.turns, each.last_on or date.min, each.place, each.key))


def forecast(
    people: Iterable[Speaker],
    wanted: Mapping[date, int],
    *,
    decided: Mapping[date, Sequence[int]] | None = None,
    left_out: Mapping[date, Collection[int]] | None = None,
) -> dict[date, list[int]]:
    """Who speaks in these weeks (``wanted``: how many in each, by its Monday): whoever was decided on, then by turn.

    ``left_out``: who does not come into question in a week (on leave, passed over); a decision of a person stands above
    it. A turn that was decided on counts from the beginning, so that nobody is proposed just before it.
    """
    decided, left_out = decided or {}, left_out or {}
    here = {each.key: each for each in people}
    for monday in sorted(decided):
        for key in decided[monday]:
            _count(here, key, monday)
    found: dict[date, list[int]] = {}
    for monday, count in sorted(wanted.items()):
        chosen = [key for key in decided.get(monday, ()) if key in here]
        out = {*left_out.get(monday, ()), *chosen}
        more = [each.key for each in in_turn(here.values()) if each.key not in out][: max(0, count - len(chosen))]
        for key in more:
            _count(here, key, monday)
        found[monday] = chosen + more
    return found


def _count(people: dict[int, Speaker], key: int, monday: date) -> None:
    if each := people.get(key):
        people[key] = replace(each, turns=each.turns + 1, last_on=max(monday, each.last_on or monday))
