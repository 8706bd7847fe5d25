"""Who is chosen by priority rules: points by rule hits, a draw among equals, seats, places of units.

The list depends on the rules, the seats, the seed, and each applicant's facts and key; never on the order of rows.
"""

import hashlib
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.rules.applications import Condition, Operator, is_met
from cohorts.rules.calls import REPEAT_YEARS

CONTAINS = "contains"
OPERATORS = {**dict(Operator.choices), CONTAINS: gettext_lazy("contains one of")}
BY_KIND = {  # which conditions a field of a kind may have
    "yes_no": (Operator.ONE_OF,),
    "choice": (Operator.ONE_OF, Operator.NONE_OF),
    "number": (Operator.AT_LEAST, Operator.AT_MOST),
    "text": (CONTAINS, Operator.ONE_OF, Operator.NONE_OF),
}
MOST_POINTS = 1000
MOST_RULES = 20


class Outcome(StrEnum):
    CHOSEN = "chosen"
    WAITING = "waiting"
    DECLINED = "declined"


OUTCOME_WORDS = {
    Outcome.CHOSEN: pgettext_lazy("screening", "chosen"),
    Outcome.WAITING: pgettext_lazy("screening", "waiting list"),
    Outcome.DECLINED: pgettext_lazy("screening", "not chosen"),
}


class Why(StrEnum):
    """What decided about a person."""

    POINTS = "points"  # more or fewer points than the line
    DRAW = "draw"  # as many points as the line; the draw decided
    LEAST = "least"  # one of the places kept for the unit
    UNIT_FULL = "unit_full"  # the unit has all the places it may have
    KEPT = "kept"  # seats kept for units went to people further down; those left, to people before
    ROOM = "room"  # there were seats for all


@dataclass(frozen=True)
class PriorityRule:
    """Whoever meets the condition gets the points. ``value``: a number as text, or a list of texts; [true] for yes."""

    field: str
    operator: str
    value: Any
    points: int
    sentence: str

    def is_met(self, facts: Mapping[str, Any]) -> bool:
        value = facts.get(self.field)
        if self.operator == CONTAINS:
            return value not in (None, "") and any(word in str(value) for word in self.value)
        return is_met(Condition(self.field, self.operator, self.value), value)


@dataclass(frozen=True)
class RuleSet:
    """One version of the rules. No number at the places means: no such limit; without ``waiting_places`` all others wait."""

    rules: tuple[PriorityRule, ...] = ()
    most_per_unit: int | None = None
    least_per_unit: int | None = None
    waiting_places: int | None = None
    repeat_years: int = REPEAT_YEARS

    def points_of(self, facts: Mapping[str, Any]) -> int:
        return sum(rule.points for rule in self.rules if rule.is_met(facts))

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"rules": [asdict(rule) for rule in self.rules]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RuleSet":
        return cls(**(data | {"rules": tuple(PriorityRule(**rule) for rule in data["rules"])}))


@dataclass(frozen=True)
class Applicant:
    """``key`` stands for the human whatever row tells of him; ``unit`` is the unit that nominated him, if one did."""

    key: str
    facts: Mapping[str, Any] = field(hash=False)
    unit: Hashable = None


@dataclass(frozen=True)
class Place:
    """Where an applicant stands before seats are given out."""

    applicant: Applicant
    rank: int
    points: int
    draw: str
    hits: tuple[int, ...]  # places of the rules in the set

    @property
    def order(self) -> tuple[int, str, str]:
        return (-self.points, self.draw, self.applicant.key)


@dataclass(frozen=True)
class Standing:
    """A place with what came of it."""

    place: Place
    outcome: Outcome
    why: Why
    waiting_rank: int | None = None

    @property
    def key(self) -> str:
        return self.place.applicant.key


class Contradiction(Exception):
    """The places kept for units are more than the seats."""

    def __init__(self, kept: int, seats: int):
        super().__init__(f"{kept} places kept, {seats} seats")
        self.kept, self.seats = kept, seats


def drawn(seed: str, key: str) -> str:
    """The lot of a person: the smaller goes first among equals. Nobody can choose it, everybody can compute it again."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()[:16]


def ranked(applicants: Iterable[Applicant], rules: RuleSet, seed: str) -> list[Place]:
    """By points, then by the draw."""
    found = []
    for each in applicants:
        hits = tuple(at for at, rule in enumerate(rules.rules) if rule.is_met(each.facts))
        points = sum(rules.rules[at].points for at in hits)
        found.append(Place(each, 0, points, drawn(seed, each.key), hits))
    found.sort(key=lambda place: place.order)
    return [replace(place, rank=rank) for rank, place in enumerate(found, 1)]


@dataclass
class Selection:
    """Who of a ranked list gets a seat."""

    kept: dict[Hashable, list[Place]]  # the first of each unit, for whom places are kept
    others: list[Place]  # those who got a seat in their turn
    free: int  # seats that were not kept
    by_unit: dict[Hashable, list[Place]] = field(default_factory=dict)  # of the others

    @property
    def keys(self) -> set[str]:
        return {one.applicant.key for one in self.others}.union(
            one.applicant.key for places in self.kept.values() for one in places
        )


def selected(places: Sequence[Place], rules: RuleSet, seats: int) -> Selection:
    """First the places kept for units, then down the list as long as there are seats and the unit has room."""
    kept: dict[Hashable, list[Place]] = {}
    for place in places if rules.least_per_unit else ():
        mine = kept.setdefault(place.applicant.unit, []) if place.applicant.unit is not None else None
        if mine is not None and len(mine) < rules.least_per_unit:
            mine.append(place)
    taken = sum(map(len, kept.values()))
    if taken > seats:
        raise Contradiction(taken, seats)
    found = Selection(kept, [], seats - taken)
    is_kept = found.keys
    for place in places:
        if len(found.others) == found.free:
            break
        if place.applicant.key in is_kept or _is_full(found, place.applicant.unit, rules):
            continue
        found.others.append(place)
        found.by_unit.setdefault(place.applicant.unit, []).append(place)
    return found


def _is_full(found: Selection, unit: Hashable, rules: RuleSet) -> bool:
    if unit is None or rules.most_per_unit is None:
        return False
    return len(found.kept.get(unit, ())) + len(found.by_unit.get(unit, ())) >= rules.most_per_unit


def screened(applicants: Iterable[Applicant], rules: RuleSet, *, seats: int, seed: str) -> list[Standing]:
    """The whole list with its outcomes, the first first."""
    places = ranked(applicants, rules, seed)
    found = selected(places, rules, seats)
    chosen = found.keys
    kept = {one.applicant.key for mine in found.kept.values() for one in mine}
    full = {unit for unit in {place.applicant.unit for place in places} if _is_full(found, unit, rules)}
    out = [place for place in places if place.applicant.key not in chosen]
    beaten = {(place.applicant.unit if place.applicant.unit in full else None, place.points) for place in out}
    last = found.others[-1] if found.others else None
    last_kept = max((place for mine in found.kept.values() for place in mine), key=lambda one: one.order, default=None)
    standings, waiting = [], 0
    for place in places:
        if place.applicant.key in chosen:
            is_least = place.applicant.key in kept and (last is None or place.order > last.order)
            why = Why.LEAST if is_least and out else _why_in(place, beaten)
            standings.append(Standing(place, Outcome.CHOSEN, why))
            continue
        why = Why.UNIT_FULL if place.applicant.unit in full else _why_out(place, last, last_kept)
        waits = rules.waiting_places is None or waiting < rules.waiting_places
        waiting += waits
        standings.append(
            Standing(place, Outcome.WAITING if waits else Outcome.DECLINED, why, waiting if waits else None)
        )
    return standings


def _why_in(place: Place, beaten: Collection[tuple[Hashable, int]]) -> Why:
    """``beaten``: points of those without a seat, with their unit where that has all its places: they come before nobody else."""
    if not beaten:
        return Why.ROOM
    is_equal = (None, place.points) in beaten or (place.applicant.unit, place.points) in beaten
    return Why.DRAW if is_equal else Why.POINTS


def _why_out(place: Place, last: Place | None, last_kept: Place | None) -> Why:
    if last is not None and last.points == place.points:
        return Why.DRAW
    return Why.KEPT if last_kept is not None and last_kept.points <= place.points else Why.POINTS


def digest(standings: Iterable[Standing]) -> str:
    """A fingerprint of the list: the same people in the same order with the same points and outcomes."""
    lines = "\n".join(f"{one.key} {one.place.rank} {one.place.points} {one.outcome}" for one in standings)
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class Move:
    """What a change of the rules does to one person."""

    key: str
    rank_before: int
    rank_after: int
    points_before: int
    points_after: int
    before: Outcome
    after: Outcome

    @property
    def is_in(self) -> bool:
        return self.after == Outcome.CHOSEN != self.before

    @property
    def is_out(self) -> bool:
        return self.before == Outcome.CHOSEN != self.after


def moves(before: Iterable[Standing], after: Iterable[Standing]) -> list[Move]:
    """Everybody, in the order of the list after the change."""
    old = {one.key: one for one in before}
    return [
        Move(
            one.key, old[one.key].place.rank, one.place.rank, old[one.key].place.points, one.place.points,
            old[one.key].outcome, one.outcome,
        )
        for one in after
    ]  # fmt: skip
