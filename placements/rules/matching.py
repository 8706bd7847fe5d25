"""
Who goes to which post: first as many people as can be placed, then the best total, proven by a solver.

Values in, values out. Points are whole numbers (hundredths of a point), so that every total is exact. The solver is HiGHS: a
linear program, and a mixed-integer one where a fraction remains. Rows are put in the order of their keys first, so that the
same input gives the same plan whatever the order it came in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import highspy
import numpy as np

WHOLE = 1e-6  # nearer to a whole number than this is that number


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
        rules = sorted(set(self.rules), key=lambda rule: (type(rule).__name__, rule))
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
    wishes, worth = [model.everybody], model.worth
    if keep:
        wishes.append(model.kept_of(keep))
    if near:
        worth = worth * (len(problem.people) + 1) + model.kept_of(near)
    chosen = model.best([*wishes, worth])
    if chosen is None:
        return smallest_clash(problem)
    places = {person: post for (person, post), is_chosen in zip(model.pairs, chosen, strict=True) if is_chosen}
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
        self.pairs = [pair for pair in product(problem.people, posts) if pair not in refused]
        self.is_contradictory = bool(locked - set(self.pairs))
        self.lower = np.array([1.0 if pair in locked else 0.0 for pair in self.pairs])
        self.worth = np.array([float(problem.points.get(pair, 0)) for pair in self.pairs])
        self.everybody = np.ones(len(self.pairs))
        self.rows = _rows(problem, self.pairs)

    def kept_of(self, places: Mapping[str, str]) -> np.ndarray:
        return np.array([1.0 if places.get(person) == post else 0.0 for person, post in self.pairs])

    def best(self, wishes: Sequence[np.ndarray]) -> np.ndarray | None:
        """Which columns are chosen, after one wish after the other was met as well as can be; None: nothing is feasible."""
        if self.is_contradictory:
            return None
        if not self.pairs:
            return None if any(low > 0 for low, _high, _columns in self.rows) else np.zeros(0, dtype=bool)
        rows, chosen = list(self.rows), None
        for wish in wishes:
            chosen = _maximize(wish, self.lower, np.ones(len(self.pairs)), rows)
            if chosen is None:
                return None
            reached = float(wish[chosen].sum())
            rows.append((reached, highspy.kHighsInf, [(at, value) for at, value in enumerate(wish) if value]))
        return chosen


Row = tuple[float, float, list[tuple[int, float]]]  # lowest, highest, (column, factor)


def _rows(problem: Problem, pairs: Sequence[tuple[str, str]]) -> list[Row]:
    of_person: dict[str, list[int]] = {}
    of_post: dict[str, list[int]] = {}
    of_host: dict[str, list[int]] = {}
    host_of = {post.key: post.host for post in problem.posts}
    for at, (person, post) in enumerate(pairs):
        of_person.setdefault(person, []).append(at)
        of_post.setdefault(post, []).append(at)
        of_host.setdefault(host_of[post], []).append(at)

    def at_most(most: float, columns: Iterable[int]) -> Row:
        return -highspy.kHighsInf, float(most), [(at, 1.0) for at in columns]

    rows = [at_most(1, columns) for columns in of_person.values()]
    rows += [at_most(post.seats, of_post.get(post.key, ())) for post in problem.posts]
    for rule in problem.rules:
        match rule:
            case MostOfGroup():
                group = set(rule.people)
                rows.append(at_most(rule.most, (at for at in of_host.get(rule.host, ()) if pairs[at][0] in group)))
            case LeastAtHost():
                rows.append((float(rule.least), highspy.kHighsInf, [(at, 1.0) for at in of_host.get(rule.host, ())]))
            case LeastAtPost():
                rows.append((float(rule.least), highspy.kHighsInf, [(at, 1.0) for at in of_post.get(rule.post, ())]))
            case Apart():
                both = {rule.one, rule.other}
                rows += [
                    at_most(1, columns)
                    for columns in ([at for at in found if pairs[at][0] in both] for found in of_host.values())
                    if len(columns) > 1
                ]
    return rows


def _maximize(
    wish: np.ndarray, lower: np.ndarray, upper: np.ndarray, rows: Sequence[Row], *, whole: bool = False
) -> np.ndarray | None:
    """The columns at 1 of the best solution, None if there is none. A fraction makes it a mixed-integer program."""
    solver = _solver(wish, lower, upper, rows, whole=whole)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"the solver stopped: {solver.modelStatusToString(solver.getModelStatus())}")
    values = np.array(solver.getSolution().col_value)
    if not whole and np.abs(values - values.round()).max(initial=0.0) > WHOLE:
        return _maximize(wish, lower, upper, rows, whole=True)
    return values > 0.5


def _solver(
    wish: np.ndarray, lower: np.ndarray, upper: np.ndarray, rows: Sequence[Row], *, whole: bool
) -> highspy.Highs:
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(wish), len(rows)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_, program.col_lower_, program.col_upper_ = wish, lower, upper
    program.row_lower_ = np.array([low for low, _high, _columns in rows])
    program.row_upper_ = np.array([high for _low, high, _columns in rows])
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.concatenate([[0], np.cumsum([len(columns) for *_limits, columns in rows])]).astype(
        np.int32
    )
    cells = [cell for *_limits, columns in rows for cell in columns]
    program.a_matrix_.index_ = np.array([at for at, _factor in cells], dtype=np.int32)
    program.a_matrix_.value_ = np.array([factor for _at, factor in cells])
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(wish)
    solver = highspy.Highs()
    for name, value in {
        "output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5,
    }.items():  # fmt: skip
        solver.setOptionValue(name, value)
    solver.passModel(program)
    return solver


# What clashes ---------------------------------------------------------------------------------------------------------------
def _smallest_hitting_set(sets: Sequence[frozenset[int]], size: int) -> frozenset[int]:
    """As few numbers below ``size`` as meet each of the sets."""
    if not sets:
        return frozenset()
    rows: list[Row] = [(1.0, highspy.kHighsInf, [(at, 1.0) for at in sorted(each)]) for each in sets]
    chosen = _maximize(-np.ones(size), np.zeros(size), np.ones(size), rows, whole=True)
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
    chosen = _maximize(wish, np.zeros(len(wish)), upper, rows, whole=True)
    return None if chosen is None else frozenset(np.flatnonzero(chosen[width:]).tolist())


def _rows_to_give_up(problem: Problem, pairs: Sequence[tuple[str, str]], rule: Rule, given_up: int) -> list[Row]:
    """The rows of one rule, each of which holds by itself once the column ``given_up`` is 1."""
    host_of = {post.key: post.host for post in problem.posts}

    def at_most(most: int, columns: list[int]) -> Row:
        return -highspy.kHighsInf, float(most), [*((at, 1.0) for at in columns), (given_up, -float(len(columns)))]

    def at_least(least: int, columns: list[int]) -> Row:
        return float(least), highspy.kHighsInf, [*((at, 1.0) for at in columns), (given_up, float(least))]

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
