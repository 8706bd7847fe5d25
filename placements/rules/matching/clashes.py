"""
Which rules cannot hold together, in bounded time.

First some rules that clash and of which none can be left out: by what the linear program shows of its contradiction, and then
by leaving out one rule after the other. Then, as long as it is worth while, whether fewer clash too: whatever set of rules must
be given up to make the rest hold meets every clash, so a smallest set that meets all of those found so far, and still cannot
hold, is a smallest clash (Ignatiev et al., Smallest MUS extraction with minimal hitting set dualization, 2015). That search can
be endless; it is left after some rounds, and the clash then says that it may not be the smallest. All limits count work and not
time, so that the same input gives the same answer.
"""

from collections.abc import Callable, Sequence

import highspy
import numpy as np

from placements.rules.matching.problem import (
    Apart,
    Clash,
    LeastAtHost,
    LeastAtPost,
    Lock,
    MostOfGroup,
    OnePlace,
    Problem,
    Refusal,
    Rule,
    Seats,
)
from placements.rules.matching.solver import NOT_FEASIBLE, Row, rows_of, solver_of

ROUNDS = 25  # of the search for fewer rules
NODES = 100  # of one tree of that search
SMALL = 6_000  # pairs up to which fewer rules are searched for
FEW = 12  # rules up to which that search comes to an end
EFFORT = 3_000_000  # pairs, times how often rules are left out to see whether the others still clash
LEAST_TESTS = 10
PRIMAL = 4  # the simplex method that shows a contradiction soonest, and by the fewest rules
Keys = frozenset[int]


def smallest_clash(problem: Problem, tried: Callable[[int], None] | None = None) -> Clash:
    """The fewest rules that cannot hold together, or a few of which that is not known; an empty one if all can hold.

    ``tried`` hears how many combinations were tried, each time that one more was."""
    relaxed = _Relaxed(problem.in_order, tried or _nobody_listens)
    found = relaxed.clash_among(frozenset(range(len(relaxed.rules))))
    if found is None:
        return Clash(())
    found = _thinned(relaxed, _of_one_demand(relaxed) or found)
    found, is_smallest = _fewest(relaxed, found)
    return Clash(tuple(relaxed.rules[at] for at in sorted(found)), is_smallest)


def _nobody_listens(_tried: int) -> None:
    pass


def _of_one_demand(relaxed: "_Relaxed") -> Keys | None:
    """Where one demand by itself asks for more than there are seats or people, that is plainer than all of them together."""
    if relaxed.pairs > SMALL:
        return None
    nature = frozenset(at for at, rule in enumerate(relaxed.rules) if isinstance(rule, Seats | OnePlace))
    demands = (at for at, rule in enumerate(relaxed.rules) if isinstance(rule, LeastAtHost | LeastAtPost))
    return next(filter(None, (relaxed.clash_among(nature | {at}) for at in demands)), None)


def _thinned(relaxed: "_Relaxed", found: Keys) -> Keys:
    """Without what can be left out so that the others still clash, as far as the effort goes."""
    tests = max(LEAST_TESTS, EFFORT // max(1, relaxed.pairs))
    needed: set[int] = set()
    while (left := found - needed) and tests:
        tests -= 1
        leave_out = min(left)
        fewer = relaxed.clash_among(found - {leave_out})
        if fewer is None:
            needed.add(leave_out)
        else:
            found = fewer
    return found


def _fewest(relaxed: "_Relaxed", found: Keys) -> tuple[Keys, bool]:
    """(a clash of the fewest rules, True), or what was found with False where that would take too long to know."""
    if len(found) == 1:
        return found, True
    if relaxed.pairs > SMALL or len(found) > FEW:
        return found, False
    given_up: list[Keys] = []
    for _round in range(ROUNDS):
        candidate = _smallest_hitting_set(given_up, len(relaxed.rules))
        if candidate is None:
            return found, False
        if len(candidate) >= len(found):
            return found, True
        more = relaxed.to_give_up(must_hold=candidate)
        if more is None:
            return found, False
        if not more:
            return candidate, True
        given_up.append(more)
    return found, False


def _smallest_hitting_set(sets: Sequence[Keys], size: int) -> Keys | None:
    """As few numbers below ``size`` as meet each of the sets; None if it is not known within the nodes."""
    if not sets:
        return frozenset()
    rows: list[Row] = [(1.0, highspy.kHighsInf, sorted(each), 1.0) for each in sets]
    solver = solver_of(-np.ones(size), np.zeros(size), np.ones(size), rows_of(rows), whole=True)
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return frozenset(np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5).tolist())


class _Relaxed:
    """The program of a problem in which each rule has a column of its own: at 1 it is given up, and its rows hold by themselves."""

    def __init__(self, problem: Problem, tried: Callable[[int], None]):
        self._tell, self._tried = tried, 0
        self.rules: tuple[Rule, ...] = (
            *problem.rules,
            *(Seats(post.key) for post in problem.posts),
            *map(OnePlace, problem.people),
        )
        self.pairs = len(problem.people) * len(problem.posts)
        self._columns = np.arange(self.pairs, self.pairs + len(self.rules), dtype=np.int32)
        grid = _Grid(problem)
        found = [(at, row) for at, rule in enumerate(self.rules) for row in grid.rows(rule, self.pairs + at)]
        self._rule_of = np.array([at for at, _row in found])
        self._rows = rows_of([row for _at, row in found])
        width = self.pairs + len(self.rules)
        self._nothing = np.zeros(width)
        self._lp = solver_of(self._nothing, np.zeros(width), np.ones(width), self._rows)
        self._lp.setOptionValue("presolve", "off")
        self._lp.setOptionValue("simplex_strategy", PRIMAL)

    def _count(self) -> None:
        self._tried += 1
        self._tell(self._tried)

    def clash_among(self, held: Keys) -> Keys | None:
        """Some of these rules that cannot hold together; None if all can, or if it is not known."""
        fewer = self._contradiction(held)
        if fewer is None:
            return None if self._can_hold_in_whole_numbers(held) else held
        while fewer < held:
            again = self._contradiction(fewer)
            if again is None:  # what the solver showed was not the whole of it
                return held
            held, fewer = fewer, again
        return held

    def _contradiction(self, held: Keys) -> Keys | None:
        """Of these, the rules by which the linear program shows that it has no solution."""
        self._count()
        given_up = np.ones(len(self.rules))
        given_up[list(held)] = 0.0
        self._lp.changeColsBounds(len(self._columns), self._columns, given_up, given_up)
        self._lp.run()
        if self._lp.getModelStatus() not in NOT_FEASIBLE:
            return None
        _status, is_there, ray = self._lp.getDualRay()
        shown = frozenset(self._rule_of[np.abs(ray) > 1e-9].tolist()) & held if is_there else held
        return shown or held

    def _can_hold_in_whole_numbers(self, held: Keys) -> bool:
        """Also where it is not known within the nodes: then nothing is claimed to clash."""
        values = np.array(self._lp.getSolution().col_value)
        if np.abs(values - values.round()).max(initial=0.0) < 1e-6:
            return True
        status, _values = self._whole(self._nothing, held)
        return status not in NOT_FEASIBLE

    def to_give_up(self, *, must_hold: Keys) -> Keys | None:
        """Rules, as few as the nodes allow, that are given up so that all others hold; none of them if these clash; None if
        neither is known."""
        wish = self._nothing.copy()
        wish[self._columns] = -1.0
        status, values = self._whole(wish, must_hold)
        if status in NOT_FEASIBLE:
            return frozenset()
        return None if values is None else frozenset(np.flatnonzero(values[self.pairs :] > 0.5).tolist())

    def _whole(self, wish: np.ndarray, held: Keys) -> tuple[highspy.HighsModelStatus, np.ndarray | None]:
        self._count()
        upper = np.ones(len(wish))
        upper[self.pairs + np.array(sorted(held), dtype=int)] = 0.0
        solver = solver_of(wish, np.zeros(len(wish)), upper, self._rows, whole=True)
        solver.setOptionValue("mip_max_nodes", NODES)
        solver.run()
        solution = solver.getSolution()
        is_there = solution.value_valid and len(solution.col_value) == len(wish)
        return solver.getModelStatus(), np.array(solution.col_value) if is_there else None


class _Grid:
    """The columns of pairs by person, post and host."""

    def __init__(self, problem: Problem):
        self.columns = np.arange(len(problem.people) * len(problem.posts)).reshape(len(problem.people), -1)
        self.people = {person: at for at, person in enumerate(problem.people)}
        self.posts = {post.key: at for at, post in enumerate(problem.posts)}
        self.seats = {post.key: post.seats for post in problem.posts}
        self.hosts: dict[str, list[int]] = {}
        for at, post in enumerate(problem.posts):
            self.hosts.setdefault(post.host, []).append(at)

    def of(self, people: Sequence[str] | None, posts: Sequence[int]) -> np.ndarray:
        """The columns of these people (None: of all) and posts."""
        rows = (
            self.columns if people is None else self.columns[[self.people[who] for who in people if who in self.people]]
        )
        return rows[:, list(posts)].ravel()

    def rows(self, rule: Rule, given_up: int) -> list[Row]:
        """The rows of one rule, each of which holds by itself once the column ``given_up`` is 1."""

        def at_most(most: int, columns: np.ndarray) -> Row:
            return -highspy.kHighsInf, float(most), [*columns, given_up], -float(max(1, len(columns) - most))

        def at_least(least: int, columns: np.ndarray) -> Row:
            return float(least), highspy.kHighsInf, [*columns, given_up], float(least)

        everywhere = list(self.posts.values())
        match rule:
            case Refusal():
                return [at_most(0, self.of([rule.person], self._post(rule.post)))]
            case Lock():
                return [at_least(1, self.of([rule.person], self._post(rule.post)))]
            case MostOfGroup():
                people = list(dict.fromkeys(rule.people))
                return [at_most(rule.most, self.of(people, self.hosts.get(rule.host, ())))]
            case LeastAtHost():
                return [at_least(rule.least, self.of(None, self.hosts.get(rule.host, ())))]
            case LeastAtPost():
                return [at_least(rule.least, self.of(None, self._post(rule.post)))]
            case Apart():
                return [at_most(1, self.of([rule.one, rule.other], posts)) for posts in self.hosts.values()]
            case Seats():
                return [at_most(self.seats[rule.post], self.of(None, self._post(rule.post)))]
            case OnePlace():
                return [at_most(1, self.of([rule.person], everywhere))]

    def _post(self, key: str) -> list[int]:
        return [self.posts[key]] if key in self.posts else []
