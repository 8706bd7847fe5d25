"""
Who goes to which post: first as many people as can be placed, then the best total, proven by a solver.

Values in, values out. Points are whole numbers (hundredths of a point), so that every total is exact. The solver is HiGHS: a
linear program, and a mixed-integer one where a fraction remains. Rows are put in the order of their keys first, so that the
same input gives the same plan whatever the order it came in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress, product

import highspy
import numpy as np

WHOLE = 1e-6  # nearer to a whole number than this is that number
NOT_FEASIBLE = {
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
}  # each column is bounded
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5}


@dataclass(frozen=True, order=True)
class Post:
    """A kind of place at one host. ``seats``: how many people it takes."""

    key: str
    host: str
    seats: int


@dataclass(frozen=True, order=True)
class Refusal:
    """This person and this post do not come together; ``why`` is a word for the reader (refused, lodging, …)."""

    person: str
    post: str
    why: str = ""


@dataclass(frozen=True, order=True)
class Lock:
    """This person has this post, whatever it costs."""

    person: str
    post: str


@dataclass(frozen=True, order=True)
class MostOfGroup:
    """At most ``most`` of these people at one host."""

    host: str
    people: tuple[str, ...]
    most: int
    group: str = ""


@dataclass(frozen=True, order=True)
class LeastAtHost:
    """At least ``least`` people at this host."""

    host: str
    least: int


@dataclass(frozen=True, order=True)
class LeastAtPost:
    """At least ``least`` people at this post."""

    post: str
    least: int


@dataclass(frozen=True, order=True)
class Apart:
    """These two are not at one host."""

    one: str
    other: str


@dataclass(frozen=True, order=True)
class Seats:
    """What a post takes; named among clashing rules."""

    post: str


@dataclass(frozen=True, order=True)
class OnePlace:
    """Nobody has two posts; named among clashing rules."""

    person: str


Rule = Refusal | Lock | MostOfGroup | LeastAtHost | LeastAtPost | Apart | Seats | OnePlace


@dataclass(frozen=True)
class Problem:
    """``points``: of each pair of person and post that is worth something; pairs without stand at 0."""

    people: tuple[str, ...]
    posts: tuple[Post, ...]
    points: Mapping[tuple[str, str], int]
    rules: tuple[Rule, ...] = ()

    @cached_property
    def in_order(self) -> "Problem":
        """The same, sorted: what the solver sees does not depend on the order of rows."""
        rules = sorted(set(self.rules), key=lambda rule: (type(rule).__name__, *vars(rule).values()))
        return replace(self, people=tuple(sorted(self.people)), posts=tuple(sorted(self.posts)), rules=tuple(rules))

    def with_rules(self, *more: Rule) -> "Problem":
        return replace(self, rules=(*self.rules, *more))


@dataclass(frozen=True)
class Solution:
    """``places``: post by person, of those who have one. ``total`` in the unit of the points."""

    places: Mapping[str, str]
    total: int

    @property
    def filled(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class Clash:
    """The smallest set of rules that cannot hold together."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Move:
    """``None``: without a place."""

    person: str
    before: str | None
    after: str | None
    difference: int  # in points


@dataclass(frozen=True)
class Alternative:
    """What it costs to place one person otherwise: ``cost`` in points, ``fewer`` people placed, and who moves because of it."""

    cost: int
    fewer: int
    moves: tuple[Move, ...] = field(default=())


def solve(
    problem: Problem, *, keep: Mapping[str, str] | None = None, near: Mapping[str, str] | None = None
) -> Solution | Clash:
    """
    The proven best plan. With ``keep``, an earlier plan, as few people as possible move: fill, then what is kept, then points.
    With ``near``, of the best plans one in which as few as possible move.

    A contradiction is answered by the smallest set of rules that cannot hold together.
    """
    problem = problem.in_order
    model = _Model(problem)
    wishes, worth = [], model.worth
    if keep:
        wishes.append(model.kept_of(keep))
    if near:
        worth = worth * (len(problem.people) + 1) + model.kept_of(near)
    chosen = model.best([*wishes, worth])
    if chosen is None:
        return smallest_clash(problem)
    places = dict(model.pairs[at] for at in np.flatnonzero(chosen))
    return Solution(places, sum(problem.points.get(pair, 0) for pair in places.items()))


def alternative(problem: Problem, plan: Solution, person: str, post: str) -> Alternative | Clash:
    """What it would cost at the least to give this person this post, and who moves because of it: as few as can be at that price."""
    other = solve(problem.with_rules(Lock(person, post)), near=plan.places)
    if isinstance(other, Clash):
        return other
    moves = []
    for each in sorted({*plan.places, *other.places}):
        before, after = plan.places.get(each), other.places.get(each)
        if before != after:
            gained = problem.points.get((each, after), 0) if after else 0
            lost = problem.points.get((each, before), 0) if before else 0
            moves.append(Move(each, before, after, gained - lost))
    return Alternative(plan.total - other.total, plan.filled - other.filled, tuple(moves))


def smallest_clash(problem: Problem) -> Clash:
    """
    The fewest rules that cannot hold together; an empty one if all can.

    By hitting sets: whatever set of rules must be given up to make the rest hold meets every clash, so a smallest set that
    meets all of those found so far, and still cannot hold, is a smallest clash (Ignatiev et al., Smallest MUS extraction with
    minimal hitting set dualization, 2015).
    """
    problem = problem.in_order
    everything = (*problem.rules, *(Seats(post.key) for post in problem.posts), *map(OnePlace, problem.people))
    given_up: list[frozenset[int]] = []
    while True:
        candidate = _smallest_hitting_set(given_up, len(everything))
        fewest = _fewest_to_give_up(problem, everything, must_hold=candidate)
        if fewest is None:
            return Clash(tuple(everything[at] for at in sorted(candidate)))
        if not fewest:
            return Clash(())
        given_up.append(fewest)


class _Model:
    """The linear program of a problem: a column for each pair that no refusal rules out."""

    def __init__(self, problem: Problem):
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
        solver = _solver(wishes[0], self.lower, np.ones(len(self.pairs)), self.rows)
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
            chosen = _run(solver)
            if chosen is None:
                return None
            if at + 1 < len(wishes):
                (counted,) = np.nonzero(wish)
                reached = float(wish[chosen].sum())
                solver.addRow(reached, highspy.kHighsInf, len(counted), counted.astype(np.int32), wish[counted])
        return chosen


Row = tuple[
    float, float, Sequence[int], float
]  # lowest, highest, columns, the factor of the last column: the others have 1


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


def _run(solver: highspy.Highs, *, whole: bool = False) -> np.ndarray | None:
    """The columns at 1 of the best solution, None if there is none. A fraction makes it a mixed-integer program."""
    solver.run()
    status = solver.getModelStatus()
    if status in NOT_FEASIBLE:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"the solver stopped: {solver.modelStatusToString(status)}")
    values = np.array(solver.getSolution().col_value)
    if not whole and np.abs(values - values.round()).max(initial=0.0) > WHOLE:
        return _run(_in_whole_numbers(solver.getLp()), whole=True)  # its own, so that the basis of this one stays
    return values > 0.5


def _solver(
    wish: np.ndarray, lower: np.ndarray, upper: np.ndarray, rows: Sequence[Row], *, whole: bool = False
) -> highspy.Highs:
    """A solver that holds the program: its matrix goes over in arrays, row after row."""
    lows, highs, found, lasts = zip(*rows, strict=True)
    columns = np.concatenate(found).astype(np.int32)
    ends = np.fromiter(map(len, found), dtype=np.int64, count=len(found)).cumsum()
    values = np.ones(len(columns))
    for at, last in enumerate(lasts):
        if last != 1.0:
            values[ends[at] - 1] = last
    is_there = columns >= 0
    starts = np.concatenate([[0], is_there.cumsum()])[np.concatenate([[0], ends])].astype(np.int32)
    solver = _new_solver()
    solver.passModel(
        len(wish), len(rows), int(starts[-1]), int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMaximize), 0.0,
        wish, lower, upper, np.array(lows, dtype=float), np.array(highs, dtype=float),
        starts, columns[is_there], values[is_there], np.full(len(wish), int(whole), dtype=np.int32),
    )  # fmt: skip
    return solver


def _in_whole_numbers(program: highspy.HighsLp) -> highspy.Highs:
    program.integrality_ = [highspy.HighsVarType.kInteger] * program.num_col_
    solver = _new_solver()
    solver.passModel(program)
    return solver


def _new_solver() -> highspy.Highs:
    solver = highspy.Highs()
    for name, value in OPTIONS.items():
        solver.setOptionValue(name, value)
    return solver


# What clashes ---------------------------------------------------------------------------------------------------------------
def _smallest_hitting_set(sets: Sequence[frozenset[int]], size: int) -> frozenset[int]:
    """As few numbers below ``size`` as meet each of the sets."""
    if not sets:
        return frozenset()
    rows: list[Row] = [(1.0, highspy.kHighsInf, sorted(each), 1.0) for each in sets]
    chosen = _run(_solver(-np.ones(size), np.zeros(size), np.ones(size), rows, whole=True), whole=True)
    return frozenset(np.flatnonzero(chosen).tolist())


def _fewest_to_give_up(
    problem: Problem, everything: Sequence[Rule], *, must_hold: frozenset[int]
) -> frozenset[int] | None:
    """Which rules, as few as can be, have to be given up for the others to hold; None: ``must_hold`` clash among themselves."""
    pairs = list(product(problem.people, (post.key for post in problem.posts)))
    width = len(pairs)
    rows = [row for at, rule in enumerate(everything) for row in _rows_to_give_up(problem, pairs, rule, width + at)]
    upper = np.ones(width + len(everything))
    upper[[width + at for at in must_hold]] = 0.0
    wish = np.concatenate([np.zeros(width), -np.ones(len(everything))])
    chosen = _run(_solver(wish, np.zeros(len(wish)), upper, rows, whole=True), whole=True)
    return None if chosen is None else frozenset(np.flatnonzero(chosen[width:]).tolist())


def _rows_to_give_up(problem: Problem, pairs: Sequence[tuple[str, str]], rule: Rule, given_up: int) -> list[Row]:
    """The rows of one rule, each of which holds by itself once the column ``given_up`` is 1."""
    host_of = {post.key: post.host for post in problem.posts}

    def at_most(most: int, columns: list[int]) -> Row:
        return -highspy.kHighsInf, float(most), [*columns, given_up], -float(len(columns))

    def at_least(least: int, columns: list[int]) -> Row:
        return float(least), highspy.kHighsInf, [*columns, given_up], float(least)

    def columns(
        *, person: str | None = None, post: str | None = None, host: str | None = None, among=None
    ) -> list[int]:
        return [
            at
            for at, (who, where) in enumerate(pairs)
            if (person is None or who == person)
            and (post is None or where == post)
            and (host is None or host_of[where] == host)
            and (among is None or who in among)
        ]

    match rule:
        case Refusal():
            return [at_most(0, columns(person=rule.person, post=rule.post))]
        case Lock():
            return [at_least(1, columns(person=rule.person, post=rule.post))]
        case MostOfGroup():
            return [at_most(rule.most, columns(host=rule.host, among=set(rule.people)))]
        case LeastAtHost():
            return [at_least(rule.least, columns(host=rule.host))]
        case LeastAtPost():
            return [at_least(rule.least, columns(post=rule.post))]
        case Apart():
            hosts = sorted(set(host_of.values()))
            return [at_most(1, columns(host=host, among={rule.one, rule.other})) for host in hosts]
        case Seats():
            (seats,) = (post.seats for post in problem.posts if post.key == rule.post)
            return [at_most(seats, columns(post=rule.post))]
        case OnePlace():
            return [at_most(1, columns(person=rule.person))]
