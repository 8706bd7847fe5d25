"""The linear program of a problem."""

from collections.abc import Mapping, Sequence
from itertools import compress, product

import highspy
import numpy as np

from placements.rules.matching.problem import Apart, LeastAtHost, LeastAtPost, Lock, MostOfGroup, Problem, Refusal
from placements.rules.matching.solver import Clock, Row, run, solver_of


class Model:
    """The linear program of a problem: a column for each pair that no refusal rules out."""

    def __init__(self, problem: Problem, clock: Clock):
        self.clock = clock
        refused = {(rule.person, rule.post) for rule in problem.rules if isinstance(rule, Refusal)}
        locked = {(rule.person, rule.post) for rule in problem.rules if isinstance(rule, Lock)}
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
        worth = problem.points.get
        self.worth = np.array([worth(pair, 0) for pair in self.pairs], dtype=float)
        self.everybody = np.ones(len(self.pairs))
        self.can_place_all = bool(is_open.any(axis=1).all()) and sum(post.seats for post in problem.posts) >= len(
            is_open
        )
        self.of_person = np.arange(len(is_open), dtype=np.int32)  # the first rows
        self.rows = _rows(problem, np.where(is_open, is_open.cumsum().reshape(is_open.shape) - 1, -1).astype(np.int32))

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
            return None if any(low > 0 for low, *_rest in self.rows) else np.zeros(0, dtype=bool)
        solver = solver_of(wishes[0], self.lower, np.ones(len(self.pairs)), self.rows)
        if self.can_place_all:
            self._least_of_each(solver, 1.0)
            chosen = self._one_after_the_other(solver, wishes)
            if chosen is not None:
                return chosen
            self._least_of_each(solver, -highspy.kHighsInf)
        return self._one_after_the_other(solver, [self.everybody, *wishes])

    def _least_of_each(self, solver: highspy.Highs, least: float) -> None:
        count = len(self.of_person)
        solver.changeRowsBounds(count, self.of_person, np.full(count, least), np.ones(count))

    def _one_after_the_other(self, solver: highspy.Highs, wishes: Sequence[np.ndarray]) -> np.ndarray | None:
        """What a wish has reached becomes a row; the next solve starts from the basis of the one before, which meets that row."""
        chosen, columns = None, np.arange(len(self.pairs), dtype=np.int32)
        for at, wish in enumerate(wishes):
            solver.changeColsCost(len(columns), columns, wish)
            chosen = run(solver, self.clock)
            if chosen is None:
                return None
            if at + 1 < len(wishes):
                (counted,) = np.nonzero(wish)
                reached = float(wish[chosen].sum())
                solver.addRow(reached, highspy.kHighsInf, len(counted), counted.astype(np.int32), wish[counted])
        return chosen


def _rows(problem: Problem, grid: np.ndarray) -> list[Row]:
    """``grid``: the column of each person and post, -1 where there is none. The first rows are those of the people."""
    people = {person: at for at, person in enumerate(problem.people)}
    posts = {post.key: at for at, post in enumerate(problem.posts)}
    hosts: dict[str, list[int]] = {}
    for post in problem.posts:
        hosts.setdefault(post.host, []).append(posts[post.key])
    of_host = {host: grid[:, found] for host, found in hosts.items()}
    nobody = grid[:, :0]
    groups: dict[tuple[str, ...], list[int]] = {}

    def row(low: float, high: float, columns: np.ndarray) -> Row:
        return low, high, columns.ravel(), 1.0

    def at_most(most: float, columns: np.ndarray) -> Row:
        return row(-highspy.kHighsInf, float(most), columns)

    def of_some(host: str, names: tuple[str, ...]) -> np.ndarray:
        if names not in groups:
            groups[names] = [people[name] for name in dict.fromkeys(names) if name in people]
        return of_host.get(host, nobody)[groups[names]]

    rows = [at_most(1, columns) for columns in grid]
    rows += [at_most(post.seats, grid[:, at]) for at, post in enumerate(problem.posts)]
    for rule in problem.rules:
        match rule:
            case MostOfGroup():
                rows.append(at_most(rule.most, of_some(rule.host, rule.people)))
            case LeastAtHost():
                rows.append(row(float(rule.least), highspy.kHighsInf, of_host.get(rule.host, nobody)))
            case LeastAtPost():
                columns = grid[:, posts[rule.post]] if rule.post in posts else nobody
                rows.append(row(float(rule.least), highspy.kHighsInf, columns))
            case Apart():
                rows += [at_most(1, of_some(host, (rule.one, rule.other))) for host in hosts]
    return rows
