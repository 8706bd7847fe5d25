"""
Who goes to which post: first as many people as can be placed, then the best total, proven by a solver.

Values in, values out. Points are whole numbers (hundredths of a point), so that every total is exact. The solver is HiGHS: a
linear program, and a mixed-integer one where a fraction remains. Rows are put in the order of their keys first, so that the
same input gives the same plan whatever the order it came in.
"""

from collections.abc import Callable, Mapping

import numpy as np

from placements.rules.matching.clashes import smallest_clash
from placements.rules.matching.model import Model
from placements.rules.matching.problem import Alternative, Clash, Lock, Move, Problem, Refusal, Solution
from placements.rules.matching.solver import Clock, TookTooLong

SECONDS = 60  # a thousand people at 200 hosts take three


def solve(
    problem: Problem,
    *,
    keep: Mapping[str, str] | None = None,
    near: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    tried: Callable[[int], None] | None = None,
) -> Solution | Clash:
    """
    The proven best plan. With ``keep``, an earlier plan, as few people as possible move: fill, then what is kept, then points.
    With ``near``, of the best plans one in which as few as possible move.

    ``tried`` hears, while clashing rules are searched, how many combinations were tried.
    A contradiction is answered by a smallest set of rules that cannot hold together; ``TookTooLong`` where nothing is proven
    in so many seconds.
    """
    problem = problem.in_order
    model = Model(problem, Clock(seconds))
    wishes, worth = [], model.worth
    if keep:
        wishes.append(model.kept_of(keep))
    if near:
        worth = worth * (len(problem.people) + 1) + model.kept_of(near)
    try:
        chosen = model.best([*wishes, worth])
    except TookTooLong:  # perhaps because there is none: that is found in another way
        if (clash := smallest_clash(problem, tried)).rules:
            return clash
        raise
    if chosen is None:
        return smallest_clash(problem, tried)
    places = dict(model.pairs[at] for at in np.flatnonzero(chosen))
    return Solution(places, sum(problem.points.get(pair, 0) for pair in places.items()))


def alternative(
    problem: Problem,
    plan: Solution,
    person: str,
    post: str,
    *,
    seconds: float = SECONDS,
    tried: Callable[[int], None] | None = None,
) -> Alternative | Clash:
    """What it would cost at the least to give this person this post, and who moves because of it: as few as can be at that price."""
    lock = Lock(person, post)
    refused = [rule for rule in problem.rules_of(Refusal) if (rule.person, rule.post) == (person, post)]
    if refused:  # plain to see, and a page names several prices
        return Clash((lock, min(refused)))
    other = solve(problem.with_rules(lock), near=plan.places, seconds=seconds, tried=tried)
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
