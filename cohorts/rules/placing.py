"""
What must hold when people are divided into classes: who stays together, who is kept apart, locks and capacities.

People and classes are numbers here; ``cohorts.rules.split`` gives them names. The search either finds an arrangement,
or proves that there is none and names the rules that clash, or says that it gave up.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import combinations

SEARCH_LIMIT = 1_500_000  # openings that are looked at before the search gives up

TOGETHER, APART, LOCK, CAPACITY = "together", "apart", "lock", "capacity"


@dataclass(frozen=True)
class Rule:
    """One thing that must hold: for these people, and for a lock or a capacity this class and limit."""

    kind: str
    people: tuple[int, ...] = ()
    place: int = -1
    limit: int = 0


@dataclass
class Unit:
    """People who go to the same class. ``cells`` counts them per category; ``apart`` are units they must not meet."""

    members: tuple[int, ...]
    fixed: int | None = None
    apart: set[int] = field(default_factory=set)
    cells: tuple[tuple[int, int], ...] = ()

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def is_bound(self) -> bool:
        return self.fixed is not None or bool(self.apart) or self.size > 1

    @property
    def kind(self) -> tuple:
        """Units of one kind can stand in for each other; a unit with somebody to avoid is a kind of its own."""
        return (self.members,) if self.apart else (self.size, self.cells)


class Undecided(Exception):
    """The search gave up before it knew."""


def units_of(people: int, places: int, rules: Iterable[Rule]) -> list[Unit] | None:
    """The people as units, in the order of their first members; None where the rules contradict outright."""
    rules = list(rules)
    if any(rule.kind == APART and len(set(rule.people)) > places for rule in rules):
        return None
    unit_of = _merge(people, rules)
    members = defaultdict(list)
    for person in range(people):
        members[unit_of[person]].append(person)
    units = [Unit(tuple(group)) for group in members.values()]
    number = {person: index for index, unit in enumerate(units) for person in unit.members}
    for rule in rules:
        if rule.kind == LOCK:
            unit = units[number[rule.people[0]]]
            if unit.fixed not in (None, rule.place):
                return None
            unit.fixed = rule.place
        elif rule.kind == APART:
            for one, other in combinations(sorted({number[person] for person in rule.people}), 2):
                units[one].apart.add(other)
                units[other].apart.add(one)
            if len({number[person] for person in rule.people}) < len(set(rule.people)):
                return None
    return units


def _merge(people: int, rules: Iterable[Rule]) -> list[int]:
    parent = list(range(people))

    def top(person: int) -> int:
        while parent[person] != person:
            parent[person] = parent[parent[person]]
            person = parent[person]
        return person

    for rule in rules:
        if rule.kind == TOGETHER:
            for person in rule.people[1:]:
                low, high = sorted((top(rule.people[0]), top(person)))
                parent[high] = low
    return [top(person) for person in range(people)]


def rooms_of(places: int, people: int, rules: Iterable[Rule]) -> list[int]:
    """How many people each class may hold; without a rule, everybody."""
    rooms = [people] * places
    for rule in rules:
        if rule.kind == CAPACITY:
            rooms[rule.place] = min(rooms[rule.place], rule.limit)
    return rooms


def place_bound(units: Sequence[Unit], rooms: Sequence[int], rules: Iterable[Rule]) -> dict[int, int] | None:
    """
    A class for every bound unit (locked, with somebody to avoid, or of several people), None where there is none.

    Raises ``Undecided`` if the search was given up.
    """
    fixed = _place_fixed(units, rooms)
    if fixed is None or not _apart_sets_fit(units, fixed, rooms, rules):
        return None
    for by_size in (False, True):
        placed = _place_greedily(units, rooms, fixed, by_size=by_size)
        if placed is not None:
            return placed
    return _place_exhaustively(units, rooms, fixed)


def _place_fixed(units: Sequence[Unit], rooms: Sequence[int]) -> dict[int, int] | None:
    fixed = {index: unit.fixed for index, unit in enumerate(units) if unit.fixed is not None}
    taken = Counter()
    for index, place in fixed.items():
        taken[place] += units[index].size
        if any(fixed.get(other) == place for other in units[index].apart):
            return None
    return fixed if all(taken[place] <= room for place, room in enumerate(rooms)) else None


def _apart_sets_fit(units: Sequence[Unit], fixed: dict[int, int], rooms: Sequence[int], rules: Iterable[Rule]) -> bool:
    """Whether each keep-apart set, taken alone, can be matched to classes that are open to its members."""
    left = list(rooms)
    for index, place in fixed.items():
        left[place] -= units[index].size
    number = {person: index for index, unit in enumerate(units) for person in unit.members}

    def open_to(index: int) -> list[int]:
        if index in fixed:
            return [fixed[index]]
        shut = {fixed[other] for other in units[index].apart if other in fixed}
        return [place for place, room in enumerate(left) if place not in shut and room >= units[index].size]

    apart = (rule.people for rule in rules if rule.kind == APART)
    return all(_can_match([open_to(number[person]) for person in people]) for people in apart)


def _can_match(choices: Sequence[Sequence[int]]) -> bool:
    """Whether everyone can have a class of their own choices for themselves (augmenting paths)."""
    holder: dict[int, int] = {}

    def seat(who: int, seen: set[int]) -> bool:
        for place in choices[who]:
            if place not in seen:
                seen.add(place)
                if place not in holder or seat(holder[place], seen):
                    holder[place] = who
                    return True
        return False

    return all(seat(who, set()) for who in range(len(choices)))


def _place_greedily(
    units: Sequence[Unit], rooms: Sequence[int], fixed: dict[int, int], *, by_size: bool
) -> dict[int, int] | None:
    """Whoever has the fewest classes left goes first (or the largest unit), into the smallest class that is open."""
    placed = dict(fixed)
    sizes = _sizes(units, placed, len(rooms))
    shut = {index: set() for index, unit in enumerate(units) if unit.is_bound and index not in placed}
    for index, place in fixed.items():
        for other in units[index].apart & shut.keys():
            shut[other].add(place)

    def urgency(index: int) -> tuple:
        openings = len(rooms) - len(shut[index]) if units[index].apart else len(rooms) + 1
        size = units[index].size
        return (-size, openings, index) if by_size else (openings, -size, index)

    queue = [urgency(index) for index in shut]
    heapify(queue)
    while queue:
        entry = heappop(queue)
        index = entry[-1]
        if index in placed or entry != urgency(index):
            continue
        unit = units[index]
        places = [k for k in range(len(rooms)) if k not in shut[index] and sizes[k] + unit.size <= rooms[k]]
        if not places:
            return None
        place = min(places, key=lambda k: (sizes[k], k))
        placed[index] = place
        sizes[place] += unit.size
        for other in sorted(unit.apart):
            if other not in placed and place not in shut[other]:
                shut[other].add(place)
                heappush(queue, urgency(other))
    return placed


def _place_exhaustively(units: Sequence[Unit], rooms: Sequence[int], fixed: dict[int, int]) -> dict[int, int] | None:
    """Tries every class for every bound unit, the tightest unit first, until all are placed or all is tried."""
    waiting = [index for index, unit in enumerate(units) if unit.is_bound and index not in fixed]
    placed = dict(fixed)
    sizes = _sizes(units, placed, len(rooms))
    steps = 0

    def openings(index: int) -> list[int]:
        shut = {placed[other] for other in units[index].apart if other in placed}
        found, untouched = [], set()
        for place in sorted(range(len(rooms)), key=lambda k: (sizes[k], k)):
            if place in shut or sizes[place] + units[index].size > rooms[place]:
                continue
            if not sizes[place]:  # of several empty classes of the same capacity one stands for all
                if rooms[place] in untouched:
                    continue
                untouched.add(rooms[place])
            found.append(place)
        return found

    def next_choice() -> tuple[int, list[int]]:
        choices = ((index, openings(index)) for index in waiting if index not in placed)
        return min(choices, key=lambda choice: (len(choice[1]), -units[choice[0]].size, choice[0]))

    trail: list[tuple[int, list[int]]] = []
    while True:
        steps += len(waiting) * len(rooms)
        if steps > SEARCH_LIMIT:
            raise Undecided
        if len(placed) == len(fixed) + len(waiting):
            return placed
        trail.append(next_choice())
        while trail and not trail[-1][1]:
            trail.pop()
            if not trail:
                return None
            index = trail[-1][0]
            sizes[placed.pop(index)] -= units[index].size
        index, places = trail[-1]
        placed[index] = places.pop(0)
        sizes[placed[index]] += units[index].size


def _sizes(units: Sequence[Unit], placed: dict[int, int], places: int) -> list[int]:
    sizes = [0] * places
    for index, place in placed.items():
        sizes[place] += units[index].size
    return sizes


def is_impossible(people: int, places: int, rules: Sequence[Rule]) -> bool:
    """Whether it is proven that no arrangement keeps these rules."""
    rooms = rooms_of(places, people, rules)
    if sum(rooms) < people:
        return True
    units = units_of(people, places, rules)
    if units is None:
        return True
    try:
        return place_bound(units, rooms, rules) is None
    except Undecided:
        return False


def clash(people: int, places: int, rules: Sequence[Rule]) -> list[Rule]:
    """
    The fewest rules found that cannot hold together: drop any one of them and the others can.

    Junker's QuickXplain, run over the rules forwards and backwards.
    """

    def explain(known: list[Rule], is_new: bool, open_rules: list[Rule]) -> list[Rule]:
        if is_new and is_impossible(people, places, known):
            return []
        if len(open_rules) == 1:
            return open_rules
        half = len(open_rules) // 2
        first, second = open_rules[:half], open_rules[half:]
        from_second = explain(known + first, True, second)
        from_first = explain(known + from_second, bool(from_second), first)
        return from_first + from_second

    found = [explain([], False, list(order)) for order in (rules, rules[::-1])]
    return sorted(min(found, key=len), key=rules.index)
