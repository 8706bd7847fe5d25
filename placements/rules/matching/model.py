"""The linear program of a problem."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, pairwise, product, repeat

import highspy
import numpy as np

from placements.rules.matching.problem import Apart, LeastAtHost, LeastAtPost, Lock, MostOfGroup, Problem, Refusal
from placements.rules.matching.solver import Clock, Rows, run, solver_of


class Model:
    """The linear program of a problem: a column for each pair that no refusal rules out."""

    def __init__(self, problem: Problem, clock: Clock):
        self.clock = clock
        refused = {(rule.person, rule.post) for rule in problem.rules_of(Refusal)}
        locked = {(rule.person, rule.post) for rule in problem.rules_of(Lock)}
        posts = [post.key for post in problem.posts]
        pairs = list(product(problem.people, posts))
        at_person = {person: at for at, person in enumerate(problem.people)}
        at_post = {post: at for at, post in enumerate(posts)}
        is_open = np.ones((len(problem.people), len(posts)), dtype=bool)
        for person, post in refused:
            if person in at_person and post in at_post:
                is_open[at_person[person], at_post[post]] = False
        self.pairs = list(compress(pairs, is_open.ravel().tolist()))
        self.is_contradictory = bool(locked) and not locked <= set(self.pairs)
        self.lower = np.zeros(len(self.pairs))
        self.lower[[at for at, pair in enumerate(self.pairs) if pair in locked] if locked else []] = 1.0
        points = map(problem.points.get, self.pairs, repeat(0))
        self.worth = np.fromiter(points, dtype=float, count=len(self.pairs))
        self.everybody = np.ones(len(self.pairs))
        self.can_place_all = bool(is_open.any(axis=1).all()) and sum(post.seats for post in problem.posts) >= len(
            is_open
        )
        self.of_person = np.arange(len(is_open), dtype=np.int32)  # the first rows
        self.rows = _rows(problem, np.where(is_open, is_open.cumsum().reshape(is_open.shape) - 1, -1))

    def kept_of(self, places: Mapping[str, str]) -> np.ndarray:
        return np.array([places.get(person) == post for person, post in self.pairs], dtype=float)

    def best(self, wishes: Sequence[np.ndarray]) -> np.ndarray | None:
        """
        Which columns are chosen when as many people as can be have a place, and after that one wish after the other is met as
        well as can be; None: nothing is feasible.

        Mostly everybody can have a place: that is tried first, and if it holds, no more can be wished of the number.
        """
        if self.is_contradictory:
            return None
        if not self.pairs:
            return None if (self.rows.low > 0).any() else np.zeros(0, dtype=bool)
        first = wishes[0] if self.can_place_all else self.everybody
        solver = solver_of(first, self.lower, np.ones(len(self.pairs)), self.rows)
        if self.can_place_all:
            self._least_of_each(solver, 1.0)
            chosen = self._one_after_the_other(solver, wishes)
            if chosen is not None:
                return chosen
            self._least_of_each(solver, -highspy.kHighsInf)
            self._wish(solver, self.everybody)
        return self._one_after_the_other(solver, [self.everybody, *wishes])

    def _least_of_each(self, solver: highspy.Highs, least: float) -> None:
        count = len(self.of_person)
        solver.changeRowsBounds(count, self.of_person, np.full(count, least), np.ones(count))

    def _wish(self, solver: highspy.Highs, wish: np.ndarray) -> None:
        solver.changeColsCost(len(wish), np.arange(len(wish), dtype=np.int32), wish)

    def _one_after_the_other(self, solver: highspy.Highs, wishes: Sequence[np.ndarray]) -> np.ndarray | None:
        """The solver holds the first wish. What a wish has reached becomes a row; the next solve starts from the basis of the
        one before, which meets that row."""
        chosen = run(solver, self.clock)
        for wish, following in pairwise(wishes):
            if chosen is None:
                return None
            (counted,) = np.nonzero(wish)
            reached = float(wish[chosen].sum())
            solver.addRow(reached, highspy.kHighsInf, len(counted), counted.astype(np.int32), wish[counted])
            self._wish(solver, following)
            chosen = run(solver, self.clock)
        return chosen


def _rows(problem: Problem, grid: np.ndarray) -> Rows:
    """``grid``: the column of each person and post, -1 where there is none. The first rows are those of the people."""
    at_person = {person: at for at, person in enumerate(problem.people)}
    people, posts = _Sets(), _Sets()
    everybody, everywhere = people.add(at_person.values()), posts.add(range(len(problem.posts)))
    each = [people.add([at]) for at in at_person.values()]
    of_post = {post.key: posts.add([at]) for at, post in enumerate(problem.posts)}
    at_host: dict[str, list[int]] = {}
    for at, post in enumerate(problem.posts):
        at_host.setdefault(post.host, []).append(at)
    of_host = {host: posts.add(found) for host, found in at_host.items()}
    nowhere = posts.add([])
    groups: dict[tuple[str, ...], int] = {}

    def of_some(names: tuple[str, ...]) -> int:
        if names not in groups:
            groups[names] = people.add([at_person[name] for name in dict.fromkeys(names) if name in at_person])
        return groups[names]

    none, any_number = -highspy.kHighsInf, highspy.kHighsInf
    blocks = [(none, 1, person, everywhere) for person in each]
    blocks += [(none, post.seats, everybody, of_post[post.key]) for post in problem.posts]
    blocks += [
        (none, 1, of_some((rule.one, rule.other)), host)
        for rule in problem.rules_of(Apart)
        for host in of_host.values()
    ]
    blocks += [
        (rule.least, any_number, everybody, of_host.get(rule.host, nowhere)) for rule in problem.rules_of(LeastAtHost)
    ]
    blocks += [
        (rule.least, any_number, everybody, of_post.get(rule.post, nowhere)) for rule in problem.rules_of(LeastAtPost)
    ]
    blocks += [
        (none, rule.most, of_some(rule.people), of_host.get(rule.host, nowhere))
        for rule in problem.rules_of(MostOfGroup)
    ]
    return _expanded(blocks, people, posts, grid)


class _Sets:
    """Sets of numbers from 0 on, each known by its own number."""

    def __init__(self):
        self._members: list[int] = []
        self._starts = [0]

    def add(self, members: Iterable[int]) -> int:
        self._members.extend(members)
        self._starts.append(len(self._members))
        return len(self._starts) - 2

    def arrays(self, sets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(all members one after the other, where each of these sets begins among them, how many each has)."""
        starts = np.array(self._starts)
        return np.array(self._members, dtype=int), starts[sets], starts[sets + 1] - starts[sets]


def _expanded(blocks: Sequence[tuple[float, float, int, int]], people: _Sets, posts: _Sets, grid: np.ndarray) -> Rows:
    """A row for each block (at least, at most, people, posts): all columns of these people and posts. All at once, in arrays."""
    low, high, some, where = (np.array(values) for values in zip(*blocks, strict=True))
    persons, first_person, people_each = people.arrays(some)
    places, first_place, posts_each = posts.arrays(where)
    size = people_each * posts_each
    starts = np.concatenate([[0], size.cumsum()])
    row = np.repeat(np.arange(len(size)), size)
    person, place = np.divmod(np.arange(starts[-1]) - starts[row], posts_each[row])
    columns = grid[persons[first_person[row] + person], places[first_place[row] + place]]
    is_there = columns >= 0
    starts = np.concatenate([[0], is_there.cumsum()])[starts]
    columns = columns[is_there]
    return Rows(low, high, starts, columns, np.ones(len(columns)))
