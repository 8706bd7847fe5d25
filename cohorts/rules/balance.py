"""
The search behind a balanced split, for people and classes that are numbers (``cohorts.rules.split`` gives them names).

The rules of ``cohorts.rules.placing`` always hold. Among the arrangements that are left the search wants, in this
order: sizes as close as possible, then even sizes, then each category spread over the classes in proportion to their
size. All arithmetic is on integers and nothing is drawn by lot: the same input gives the same result.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations

from cohorts.rules.placing import Rule, Unit, place_bound, rooms_of, units_of

EXACT_LIMIT = 70_000  # so few arrangements are all tried
EXCHANGE_LIMIT = 20_000_000  # exchanges that are looked at to improve an arrangement


@dataclass(frozen=True)
class Field:
    """A field to balance: its weight, and each person's category as a number from 0."""

    weight: int
    category: tuple[int, ...]


class Arrangement:
    """Who is where, and how good that is. Changes keep the counts per class and category up to date."""

    def __init__(self, units: Sequence[Unit], rooms: Sequence[int], weights: Sequence[int]):
        self.units, self.rooms, self.weights = units, rooms, weights
        self.people = sum(unit.size for unit in units)
        self.totals = [0] * len(weights)
        for unit in units:
            for cell, n in unit.cells:
                self.totals[cell] += n
        self.place: dict[int, int] = {}
        self.sizes = [0] * len(rooms)
        self.counts = [[0] * len(weights) for _ in rooms]
        self.movable: list[dict[tuple, list[int]]] = [{} for _ in rooms]
        self.version = [0] * len(rooms)
        self.distances: dict[tuple, int] = {}

    def put(self, index: int, place: int) -> None:
        unit = self.units[index]
        self.place[index] = place
        self.sizes[place] += unit.size
        for cell, n in unit.cells:
            self.counts[place][cell] += n
        if unit.fixed is None:
            insort(self.movable[place].setdefault(unit.kind, []), index)
        self.version[place] += 1

    def take(self, index: int) -> None:
        unit = self.units[index]
        place = self.place.pop(index)
        self.sizes[place] -= unit.size
        for cell, n in unit.cells:
            self.counts[place][cell] -= n
        if unit.fixed is None:
            self.movable[place][unit.kind].remove(index)
            if not self.movable[place][unit.kind]:
                del self.movable[place][unit.kind]
        self.version[place] += 1

    def off(self, place: int, size: int | None = None) -> list[int]:
        """How far each category of a class is from its part, times the number of people."""
        size = self.sizes[place] if size is None else size
        return [self.people * n - total * size for n, total in zip(self.counts[place], self.totals)]

    def cost(self) -> int:
        return sum(
            weight * off * off for place in range(len(self.rooms)) for weight, off in zip(self.weights, self.off(place))
        )

    def score(self) -> tuple[int, int, int]:
        """Smaller is better: spread of size, unevenness of size, distance of the categories from their parts."""
        return (*size_score(self.sizes), self.cost())

    def fill(self) -> None:
        """Gives everybody who has no class yet, all of them single and free, a class: first sizes, then categories."""
        free = [index for index in range(len(self.units)) if index not in self.place]
        seats = self._seats(len(free))
        final = [size + more for size, more in zip(self.sizes, seats)]
        offs = [self.off(place, final[place]) for place in range(len(self.rooms))]
        rarity = {index: [self.totals[cell] for cell, _n in self.units[index].cells] for index in free}
        for index in sorted(free, key=lambda one: (sorted(rarity[one]), self.units[one].cells, one)):
            cells = [cell for cell, _n in self.units[index].cells]
            place = min(
                (place for place in range(len(self.rooms)) if seats[place]),
                key=lambda k: (sum(self.weights[cell] * offs[k][cell] for cell in cells), -seats[k], k),
            )
            self.put(index, place)
            seats[place] -= 1
            for cell in cells:
                offs[place][cell] += self.people

    def _seats(self, free: int) -> list[int]:
        """How many more each class takes so that the sizes end as level as they can."""
        seats = [0] * len(self.rooms)
        level = [(size, place) for place, size in enumerate(self.sizes) if size < self.rooms[place]]
        heapify(level)
        for _person in range(free):
            size, place = heappop(level)
            seats[place] += 1
            if size + 1 < self.rooms[place]:
                heappush(level, (size + 1, place))
        return seats


def size_score(sizes: Sequence[int]) -> tuple[int, int]:
    return max(sizes) - min(sizes), sum(size * size for size in sizes)


def cells_of(unit: Unit, fields: Sequence[Field]) -> tuple[tuple[int, int], ...]:
    """The unit's people counted by cell; the cells of a field follow those of the field before."""
    counts: Counter[int] = Counter()
    start = 0
    for one in fields:
        counts.update(start + one.category[person] for person in unit.members)
        start += max(one.category) + 1
    return tuple(sorted(counts.items()))


def arrange(
    people: int, places: int, rules: Sequence[Rule], fields: Sequence[Field], current: Sequence[int] | None = None
) -> list[int] | None:
    """
    The class of each person, None where no arrangement keeps the rules; raises ``Undecided`` if that could not be told.

    ``current`` is where people are today, if all of them are somewhere. The result is never worse than that, and equals
    it where nothing better was found, so that a split which was already made is not made again differently.
    """
    units, rooms = units_of(people, places, rules), rooms_of(places, people, rules)
    if units is None or sum(rooms) < people:
        return None
    weights = [one.weight for one in fields for _cell in range(max(one.category) + 1)]
    for unit in units:
        unit.cells = cells_of(unit, fields)
    bound = place_bound(units, rooms, rules)
    if bound is None:
        return None
    best = Arrangement(units, rooms, weights)
    for index, place in bound.items():
        best.put(index, place)
    best.fill()
    improve(best)
    today = _standing(units, rooms, weights, current)
    if today is not None:
        improve(today)
        best = min(today, best, key=Arrangement.score)
    best = _best_of_all(best)
    classes = [0] * people
    for index, place in best.place.items():
        for person in units[index].members:
            classes[person] = place
    return classes


def _standing(
    units: Sequence[Unit], rooms: Sequence[int], weights: Sequence[int], current: Sequence[int] | None
) -> Arrangement | None:
    """Today's classes as an arrangement, if they keep every rule."""
    if current is None:
        return None
    standing = Arrangement(units, rooms, weights)
    for index, unit in enumerate(units):
        places = {current[person] for person in unit.members}
        if len(places) > 1 or unit.fixed not in (None, *places):
            return None
        standing.put(index, places.pop())
    parted = all(
        standing.place[index] != standing.place[other] for index in standing.place for other in units[index].apart
    )
    within = all(size <= room for size, room in zip(standing.sizes, rooms))
    return standing if parted and within else None


# Improving by moves and exchanges


def improve(arrangement: Arrangement) -> None:
    """Moves one unit or exchanges two, between two classes at a time, as long as that makes the score smaller."""
    places = range(len(arrangement.rooms))
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    budget = [EXCHANGE_LIMIT]
    found = True
    while found and budget[0] > 0:
        found = False
        for pair in combinations(places, 2):
            while budget[0] > 0:
                versions = (arrangement.version[pair[0]], arrangement.version[pair[1]])
                if seen.get(pair) == versions:
                    break
                seen[pair] = versions
                exchange = _best_exchange(arrangement, *pair, budget)
                if exchange is None:
                    break
                found = True
                _apply(arrangement, exchange, *pair)


def _apply(arrangement: Arrangement, exchange: tuple[int | None, int | None], k: int, m: int) -> None:
    out, back = exchange
    if out is not None:
        arrangement.take(out)
    if back is not None:
        arrangement.take(back)
        arrangement.put(back, k)
    if out is not None:
        arrangement.put(out, m)


def _best_exchange(arrangement: Arrangement, k: int, m: int, budget: list[int]) -> tuple | None:
    """The units to send from k to m and back (either may be None) that improve the score most, or None."""
    options = [_best_resize(arrangement, k, m, budget), _best_swap(arrangement, k, m, budget)]
    options = [option for option in options if option is not None]
    return min(options, key=lambda option: option[0])[1] if options else None


def _best_swap(arrangement: Arrangement, k: int, m: int, budget: list[int]) -> tuple | None:
    """
    The best exchange of two units of the same size, with how it changes sizes and cost.

    With x = what class k gains, half the cost changes by people · (Σ w·x·(off_k - off_m) + people · Σ w·x²), and two
    different units of one size differ in two cells at least, which bounds the second sum from below.
    """
    weights, people = arrangement.weights, arrangement.people
    if not weights:
        return None
    pull = [w * (a - b) for w, a, b in zip(weights, arrangement.off(k), arrangement.off(m))]
    least = 2 * min(weights) * people
    sides = []
    for place in (k, m):
        by_size = defaultdict(list)
        for members in arrangement.movable[place].values():
            unit = arrangement.units[members[0]]
            by_size[unit.size].append((sum(n * pull[cell] for cell, n in unit.cells), members[0]))
        sides.append(by_size)
    best, exchange = 0, None
    for size in sorted(sides[0].keys() & sides[1].keys()):
        backs = sorted(sides[1][size])
        for out_pull, out in sorted(sides[0][size], key=lambda one: (-one[0], one[1])):
            for back_pull, back in backs:
                if back_pull - out_pull + least >= best:
                    break
                budget[0] -= 1
                change = back_pull - out_pull + people * _distance(arrangement, out, back)
                if change < best and _is_open(arrangement, out, back, k, m):
                    best, exchange = change, (out, back)
    return None if exchange is None else ((0, 0, best * people), exchange)


def _distance(arrangement: Arrangement, out: int, back: int) -> int:
    """Σ w·x² of an exchange. People share few sets of categories, so each pair of sets is computed once."""
    cells = (arrangement.units[out].cells, arrangement.units[back].cells)
    if cells not in arrangement.distances:
        gained = Counter(dict(cells[1]))
        gained.subtract(dict(cells[0]))
        arrangement.distances[cells] = sum(arrangement.weights[cell] * n * n for cell, n in gained.items())
    return arrangement.distances[cells]


def _is_open(arrangement: Arrangement, out: int | None, back: int | None, k: int, m: int) -> bool:
    """Whether nobody would meet somebody to be kept apart from."""
    place, units = arrangement.place, arrangement.units
    if out is not None and any(other != back and place.get(other) == m for other in units[out].apart):
        return False
    return back is None or not any(other != out and place.get(other) == k for other in units[back].apart)


def _best_resize(arrangement: Arrangement, k: int, m: int, budget: list[int]) -> tuple | None:
    """The best move, or exchange of units of different sizes, that leaves the sizes no worse; see ``_best_swap``."""
    sizes, rooms, units = arrangement.sizes, arrangement.rooms, arrangement.units
    others = [size for place, size in enumerate(sizes) if place not in (k, m)]
    now = size_score(sizes)
    changes: dict[int, tuple[int, int] | None] = {}

    def size_change(shift: int) -> tuple[int, int] | None:
        """How the size score changes when k gives ``shift`` people to m; None where that is unwanted or impossible."""
        if shift not in changes:
            a, b = sizes[k] - shift, sizes[m] + shift
            after = size_score([*others, a, b])
            fits = 0 <= a <= rooms[k] and 0 <= b <= rooms[m]
            changes[shift] = (after[0] - now[0], after[1] - now[1]) if fits and after <= now else None
        return changes[shift]

    outs = [None, *(members[0] for members in arrangement.movable[k].values())]
    backs = [None, *(members[0] for members in arrangement.movable[m].values())]
    out_sizes = {0 if out is None else units[out].size for out in outs}
    back_sizes = {0 if back is None else units[back].size for back in backs}
    if not any(a != b and size_change(a - b) is not None for a in out_sizes for b in back_sizes):
        return None
    pull = [a - b for a, b in zip(arrangement.off(k), arrangement.off(m))]
    best, exchange = (0, 0, 0), None
    for out in outs:
        for back in backs:
            shift = (0 if out is None else units[out].size) - (0 if back is None else units[back].size)
            change = size_change(shift) if shift else None
            if change is None or budget[0] <= 0:
                continue
            budget[0] -= 1
            key = (*change, _resize_cost(arrangement, (out, back), shift, pull))
            if key < best and _is_open(arrangement, out, back, k, m):
                best, exchange = key, (out, back)
    return None if exchange is None else (best, exchange)


def _resize_cost(
    arrangement: Arrangement, exchange: tuple[int | None, int | None], shift: int, pull: Sequence[int]
) -> int:
    """By how much half the cost changes; ``pull`` is how far apart the two classes are per category."""
    out, back = exchange
    moved = [total * shift for total in arrangement.totals]
    for index, sign in ((out, -1), (back, 1)):
        for cell, n in () if index is None else arrangement.units[index].cells:
            moved[cell] += sign * n * arrangement.people
    return sum(w * x * (a + x) for w, x, a in zip(arrangement.weights, moved, pull))


# Trying everything


def _best_of_all(known: Arrangement) -> Arrangement:
    """The best arrangement there is, where there are few enough to try; ``known`` unless another is truly better."""
    units, places = known.units, len(known.rooms)
    free = [index for index, unit in enumerate(units) if unit.fixed is None]
    if len(free) > EXACT_LIMIT.bit_length() or places ** len(free) > EXACT_LIMIT:
        return known
    trial = Arrangement(units, known.rooms, known.weights)
    for index, unit in enumerate(units):
        if unit.fixed is not None:
            trial.put(index, unit.fixed)
    best_score, best_place = known.score(), dict(known.place)
    twins: dict[int, int] = {}
    last_of_kind: dict[tuple, int] = {}
    for index in free:
        if units[index].kind in last_of_kind:
            twins[index] = last_of_kind[units[index].kind]
        last_of_kind[units[index].kind] = index

    def visit(depth: int) -> None:
        nonlocal best_score, best_place
        if depth == len(free):
            if size_score(trial.sizes) <= best_score[:2] and trial.score() < best_score:
                best_score, best_place = trial.score(), dict(trial.place)
            return
        index = free[depth]
        untouched = set()
        for place in range(trial.place[twins[index]] if index in twins else 0, places):
            room = trial.rooms[place]
            if not trial.sizes[place] and room in untouched:
                continue
            if not trial.sizes[place]:
                untouched.add(room)
            meets = any(trial.place.get(other) == place for other in units[index].apart)
            if trial.sizes[place] + units[index].size <= room and not meets:
                trial.put(index, place)
                visit(depth + 1)
                trial.take(index)

    visit(0)
    if best_place == known.place:
        return known
    best = Arrangement(units, known.rooms, known.weights)
    for index, place in best_place.items():
        best.put(index, place)
    return best
