"""The solver of matching against the bare call of HiGHS on the same matrices; and 1,000 people × 300 posts with its memory.

``python -m tests.bench.matching`` prints both; it needs no database.
"""

import resource
import time
from dataclasses import replace
from random import Random
from statistics import median

import highspy

from placements.rules.matching import model, solve
from placements.rules.matching.problem import LeastAtHost, MostOfGroup, Post, Problem, Refusal, Solution

ROUNDS = 45
AIM, MOST_SECONDS = 1.3, 60


def problem(people: int, posts: int, *, hosts: int, seats: int, units: int) -> Problem:
    """Points of every pair, refusals of one in four, one of a unit at a host, one at the least at each host."""
    random = Random(23)
    everyone = tuple(f"{number:05}" for number in range(people))
    places = tuple(Post(f"{number:04}", f"h{number % hosts:04}", seats) for number in range(posts))
    groups = [everyone[unit::units] for unit in range(units)]
    rules = [Refusal(random.choice(everyone), random.choice(places).key) for _each in range(people // 4)]
    rules += [
        MostOfGroup(f"h{host:04}", group, 1, f"u{at}") for host in range(hosts) for at, group in enumerate(groups)
    ]
    rules += [LeastAtHost(f"h{host:04}", 1) for host in range(hosts)]
    points = {(who, post.key): random.randint(0, 10_000) for who in everyone for post in places}
    return Problem(everyone, places, points, tuple(rules))


def bare(programs: list) -> float:
    """Seconds of the processor for HiGHS alone to take, solve and let go of the programs, built beforehand."""
    began = time.process_time()
    for program in programs:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(program)
        solver.run()
        del solver
    return time.process_time() - began


def programs_of(given: Problem) -> list:
    """The linear programs that solving takes, as HiGHS has them before it runs."""
    found, run = [], model.run

    def keep(solver, *args):
        found.append(solver.getLp())
        return run(solver, *args)

    model.run = keep
    try:
        solve(given)
    finally:
        model.run = run
    return found


def timed(given: Problem) -> tuple[float, Solution]:
    began = time.process_time()
    found = solve(given)
    return time.process_time() - began, found


def main() -> None:
    small = problem(46, 30, hosts=23, seats=2, units=12)
    programs = programs_of(small)
    pairs = [(timed(replace(small))[0], bare(programs)) for _round in range(ROUNDS)]  # in turns: load moves both alike
    ours, floor = (median(each) for each in zip(*pairs, strict=True))
    print(f"46 x 30: {ours * 1000:.1f} ms, HiGHS alone {floor * 1000:.1f} ms, ratio {ours / floor:.2f} (aim {AIM})")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds, found = timed(problem(1000, 300, hosts=200, seats=4, units=166))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"1,000 x 300: {seconds:.1f} s (aim {MOST_SECONDS}), {found.filled} placed, {peak - before} MiB more at the peak"
    )


if __name__ == "__main__":
    main()
