"""One run: build what is missing, measure ours and the floor in turn, count queries, print, write var/bench.json."""

import time
from contextlib import ExitStack
from statistics import median

from django.db import connection

from tests.bench import data, report
from tests.bench.cases import Case, cases
from tests.bench.meter import cpu_seconds
from tests.bench.servers import Servers, state_of_data, web
from tests.bench.visitor import Visitor

SMALL, LARGE, HUGE = 450, 20_000, 200_000
WARM_UP = 8


def run(running: Servers, port: int, options) -> list[dict]:
    small, large, _huge = (_cohort(people) for people in (SMALL, LARGE, HUGE))
    connection.close()
    database, environment, redis_pid = running.database, running.environment, running.redis_pid
    database.keep(state_of_data())
    chosen = [case for case in cases(small, large) if options.only in case.name]
    rounds = 1 if options.quick else options.rounds
    with ExitStack() as stack:
        ours = stack.enter_context(web("trainee_mgmt.wsgi", port, environment, config=True))
        floor = stack.enter_context(web("tests.bench.floor.wsgi", port + 1, environment, config=False))
        sides = {
            "ours": (ours, [ours.process.pid, database.pid, *([redis_pid] if redis_pid else [])]),
            "floor": (floor, [floor.process.pid, database.pid]),
        }
        visitors = _signed_in({case.who for case in chosen}, ours.port, floor.port)
        for case in chosen:
            for _round in range(rounds):
                for side, act in (("ours", case.ours), ("floor", case.floor)):
                    if act:
                        times = max(2, case.times // 10) if options.quick else case.times
                        cost, of_postgres = _cost(act, visitors[side, case.who], sides[side][1], times)
                        case.costs[side].append(cost)
                        case.of_postgres[side].append(of_postgres)
            _say(case)
        for case in chosen:
            if case.ours:
                _look(case, visitors["ours", case.who], database)
        for visitor in visitors.values():
            visitor.close()
    results = report.results(chosen)
    report.write(results)
    report.show(results)
    return results


def _cohort(people: int) -> data.Built:
    found = data.find(people)
    if found is None:
        started = time.monotonic()
        print(f"Building a cohort of {people:,} people …", end="", flush=True)
        found = data.build(people, with_facts=people < HUGE)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        print(f" {time.monotonic() - started:.0f} s", flush=True)
    return found


def _signed_in(names, ours: int, floor: int) -> dict[tuple[str, str], Visitor]:
    visitors = {}
    for name in names:
        for side, port, path in (("ours", ours, "/account/login/"), ("floor", floor, "/sign-in/")):
            visitors[side, name] = Visitor(port)
            visitors[side, name].sign_in(path, name, data.PASSWORD)
    return visitors


def _cost(act, visitor, processes, times: int) -> tuple[float, float]:
    """CPU milliseconds of one request, over ``times`` of them: of all processes, and of PostgreSQL alone."""
    visitor.close()  # an idle connection may have been ended by the server; it opens a new one
    for n in range(WARM_UP):
        act(visitor, n)
    before = [cpu_seconds([each]) for each in processes]
    for n in range(times):
        act(visitor, n)
    costs = [(cpu_seconds([each]) - then) * 1000 / times for each, then in zip(processes, before)]
    return sum(costs), costs[1]


def _look(case: Case, visitor: Visitor, database) -> None:
    """How many statements and bytes one request takes; in a pass of its own, because writing the log costs time."""
    visitor.close()
    case.ours(visitor, 0)
    with database.counting() as count:
        case.bytes_seen = case.ours(visitor, 1)
    case.queries_seen = count()


def _say(case: Case) -> None:
    if case.ours is None:
        print(f"{case.name}: not there yet", flush=True)
        return
    words = [
        f"{side} {median(costs):.2f} ms (PostgreSQL {median(case.of_postgres[side]):.2f})"
        for side, costs in case.costs.items()
        if costs
    ]
    print(f"{case.name}: {', '.join(words)}", flush=True)
