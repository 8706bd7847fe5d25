"""The smallest change that would have moved a person over the line of a screening: computed, never guessed.

For whoever was not chosen: the fewest facts that, had they been otherwise, would have brought a seat; for whoever was
chosen: the fewest whose loss would have cost it. All others stay as they are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from cohorts.rules.applications import Operator
from cohorts.rules.screening import CONTAINS, Place, PriorityRule, RuleSet, Selection, Standing, selected

MOST_WAYS = 4
SOMETHING_ELSE = "*"  # a text that is on no list


@dataclass(frozen=True)
class FactChange:
    """One fact, had it been ``value``: which rules would be met then, or met no more, and what that adds (or takes)."""

    field: str
    value: Any
    points: int
    rules: tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """What a person has to come before to get a seat; ``order`` None: a seat in any case, or (``never``) in none."""

    order: tuple[int, str, str] | None = None
    never: bool = False

    def is_passed(self, points: int, draw: str, key: str) -> bool:
        return not self.never and (self.order is None or (-points, draw, key) < self.order)


Way = tuple[FactChange, ...]  # changes that suffice together


def line_for(unit, found: Selection, rules: RuleSet) -> Line:
    """What a person of the unit who is not in this selection would have to come before, if the others stay as they are."""
    kept = found.kept.get(unit, []) if unit is not None else []
    least = rules.least_per_unit or 0 if unit is not None else 0
    if len(kept) < least:
        return Line()
    bounds = []
    if len(found.others) == found.free:
        bounds.append(found.others[-1] if found.others else None)
    if unit is not None and rules.most_per_unit is not None:
        mine, room = found.by_unit.get(unit, []), rules.most_per_unit - len(kept)
        if len(mine) >= room:
            bounds.append(mine[room - 1] if room > 0 else None)
    if not bounds:
        return Line()
    ways = [] if None in bounds else [min(one.order for one in bounds)]
    if kept:
        ways.append(kept[-1].order)
    return Line(max(ways)) if ways else Line(never=True)


def changes(standings: Sequence[Standing], rules: RuleSet, seats: int, fields: Mapping[str, Any]) -> list[list[Way]]:
    """For each standing the smallest ways to the other side of the line, each sufficient by itself; none: there is none.

    ``fields``: the choices of each field that has a list of them.
    """
    places = [one.place for one in standings]
    found = selected(places, rules, seats)
    chosen = found.keys
    line_without = _lines_without(places, found, rules, seats)
    lines: dict[Any, Line] = {}
    answers = []
    for place in places:
        if place.applicant.key in chosen:
            answers.append(_ways_out(place, line_without(place), rules))
            continue
        unit = place.applicant.unit
        if unit not in lines:
            lines[unit] = line_for(unit, found, rules)
        answers.append(_ways_in(place, lines[unit], rules, fields))
    return answers


def _lines_without(places: Sequence[Place], found: Selection, rules: RuleSet, seats: int) -> Callable[[Place], Line]:
    """For somebody chosen: the line that the list of all others would draw."""
    if rules.most_per_unit is None and not rules.least_per_unit:
        first_out = next((place for place in places if place.applicant.key not in found.keys), None)
        line = Line(first_out.order) if first_out else Line()
        return lambda place: line

    lines: dict[tuple, Line] = {}

    def line(place: Place) -> Line:
        unit = place.applicant.unit
        which = (unit, place in found.kept.get(unit, ()))  # whoever of them goes, the same person comes in
        if which not in lines:
            others = [one for one in places if one is not place]
            lines[which] = line_for(unit, selected(others, rules, seats), rules)
        return lines[which]

    return line


# Ways in --------------------------------------------------------------------------------------------------------------


def _ways_in(place: Place, line: Line, rules: RuleSet, fields: Mapping[str, Any]) -> list[Way]:
    if line.order is None:
        return []
    needed = -line.order[0] - place.points
    needed += not line.is_passed(place.points + needed, place.draw, place.applicant.key)
    return _smallest(list(_gains(place, rules, fields).values()), needed)


def _gains(place: Place, rules: RuleSet, fields: Mapping[str, Any]) -> dict[str, list[FactChange]]:
    """For each field what another value of it would add, the smallest gain first."""
    gains = {}
    for name, mine in _by_field(rules).items():
        now = place.applicant.facts.get(name)
        options = [_with(name, value, mine, now) for value in _other_values(mine, now, fields.get(name) or ())]
        options = sorted((one for one in options if one.points > 0), key=lambda one: (one.points, one.rules))
        if options:
            gains[name] = options
    return gains


def _by_field(rules: RuleSet) -> dict[str, list[tuple[int, PriorityRule]]]:
    by_field: dict[str, list[tuple[int, PriorityRule]]] = {}
    for at, rule in enumerate(rules.rules):
        by_field.setdefault(rule.field, []).append((at, rule))
    return by_field


def _with(name: str, value: Any, rules: Iterable[tuple[int, PriorityRule]], now: Any) -> FactChange:
    before = {at for at, rule in rules if rule.is_met({name: now})}
    after = {at for at, rule in rules if rule.is_met({name: value})}
    points = sum(rule.points * ((at in after) - (at in before)) for at, rule in rules)
    return FactChange(name, value, points, tuple(sorted(after - before)))


def _other_values(rules: Iterable[tuple[int, PriorityRule]], now: Any, choices: Iterable[str]) -> list[Any]:
    """One value for each set of rules that a value of this field can meet."""
    values: list[Any] = list(choices)
    words = []
    for _at, rule in rules:
        if rule.operator == CONTAINS:
            words.append(rule.value[0])
        elif rule.operator in (Operator.AT_LEAST, Operator.AT_MOST):
            values.append(rule.value)
        elif rule.operator == Operator.ONE_OF:
            values += rule.value
        elif not choices:
            values.append(SOMETHING_ELSE)
    longer = [f"{now or ''} {word}".strip() for word in words]
    return values + longer + ([" ".join([*([str(now)] if now else []), *words])] if words else [])


def _smallest(options: list[list[FactChange]], needed: int) -> list[Way]:
    """The fewest fields whose changes bring what is needed, and of these the smallest gains; several ways if one field is enough."""
    alone = [next((one for one in mine if one.points >= needed), None) for mine in options]
    if ways := sorted((one for one in alone if one), key=lambda one: (one.points, one.rules)):
        return [(one,) for one in ways[:MOST_WAYS]]
    best = sorted((mine[-1] for mine in options), key=lambda one: (-one.points, one.rules))
    count = next((n for n, total in enumerate(accumulate(one.points for one in best), 1) if total >= needed), 0)
    if not count:
        return []
    way = best[:count]
    by_field = {mine[0].field: mine for mine in options}
    for at in reversed(range(count)):  # what is more than needed is given back, from the smallest gain on
        rest = sum(one.points for one in way) - way[at].points
        way[at] = next(one for one in by_field[way[at].field] if rest + one.points >= needed)
    return [tuple(way)]


# Ways out -------------------------------------------------------------------------------------------------------------


def _ways_out(place: Place, line: Line, rules: RuleSet) -> list[Way]:
    """Facts that, had they not been there, would have cost the seat."""
    if line.order is None:
        return []
    spare = place.points + line.order[0]
    spare -= not line.is_passed(place.points - spare, place.draw, place.applicant.key)
    losses = []
    for name, mine in _by_field(rules).items():
        lost = [at for at, rule in mine if at in place.hits]
        if lost:
            points = sum(rules.rules[at].points for at in lost)
            losses.append([FactChange(name, None, points, tuple(lost))])
    return _smallest(losses, spare + 1)
