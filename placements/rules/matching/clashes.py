"""Which rules cannot hold together."""

from collections.abc import Sequence
from itertools import product

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
from placements.rules.matching.solver import Row, run, solver_of


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


def _smallest_hitting_set(sets: Sequence[frozenset[int]], size: int) -> frozenset[int]:
    """As few numbers below ``size`` as meet each of the sets."""
    if not sets:
        return frozenset()
    rows: list[Row] = [(1.0, highspy.kHighsInf, sorted(each), 1.0) for each in sets]
    chosen = run(solver_of(-np.ones(size), np.zeros(size), np.ones(size), rows, whole=True), whole=True)
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
    chosen = run(solver_of(wish, np.zeros(len(wish)), upper, rows, whole=True), whole=True)
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
