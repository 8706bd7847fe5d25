"""One run: build what is missing, measure ours and the floor in turn, count queries, print, write var/bench.json."""

import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from statistics import median

from django.db import connection

from tests.bench import crowd, data, report
from tests.bench.cases import HAND, MOST, Case, cases
from tests.bench.hand import Hand, hand
from tests.bench.learning import of_learning
from tests.bench.meter import cpu_seconds, forget_peak, peak_mib, resident_mib
from tests.bench.servers import Servers, Web, state_of_data, web
from tests.bench.shape import Shape
from tests.bench.visitor import Visitor

WARM_UP = 8
LOGINS = {"ours": "/account/login/", "floor": "/sign-in/"}


class Side:
    """The product or the floor: its web server, its process that imports, and who acts there."""

    def __init__(self, name: str, server: Web, importer: Hand, others: list[int]):
        self.name, self.server, self.importer = name, server, importer
        self.others = others  # PostgreSQL first
        self.visitors: dict[str, Visitor] = {}

    def actor(self, case: Case) -> Visitor | Hand:
        if case.who == HAND:
            return self.importer
        if case.who not in self.visitors:
            self.visitors[case.who] = Visitor(self.server.port)
            self.visitors[case.who].sign_in(LOGINS[self.name], case.who, data.PASSWORD)
        return self.visitors[case.who]

    def processes(self, case: Case) -> list[int]:
        return [*self.others, self.importer.pid if case.who == HAND else self.server.process.pid]


def run(running: Servers, port: int, shape: Shape, options) -> None:
    chosen = [case for case in _cases(running, shape) if options.only in case.name]
    with ExitStack() as stack:
        database, redis = running.database.pid, [running.redis_pid] if running.redis_pid else []
        product = running.environment | {"DJANGO_SETTINGS_MODULE": "trainee_mgmt.settings"}
        bare = running.environment | {"DJANGO_SETTINGS_MODULE": "tests.bench.floor.settings"}
        ours = Side(
            "ours",
            stack.enter_context(web("trainee_mgmt.wsgi", port, product, config=True)),
            stack.enter_context(hand("tests.bench.imports.bring", product)),
            [database, *redis],
        )
        floor = Side(
            "floor",
            stack.enter_context(web("tests.bench.floor.wsgi", port + 1, bare, config=False)),
            stack.enter_context(hand("tests.bench.floor.imports.bring", bare)),
            [database],
        )
        for case in chosen:
            for _round in range(1 if case.is_once else shape.rounds):
                for side, act in ((ours, case.ours), (floor, case.floor)):
                    if act:
                        _measure(case, act, side, running, shape)
            _say(case)
        with running.database.counting() as count:  # afterwards, because writing the log costs time
            for case in chosen:
                if not case.is_once:
                    _look(case, ours, running, count)
    crowds = crowd.crowds(shape, options.only)
    results = report.results(chosen + crowd.measure(running, port, shape, crowds))
    report.write(results, options.folder / "bench.json")
    report.show(results)


def _cases(running: Servers, shape: Shape) -> list[Case]:
    small, large, huge = (_cohort(people, shape) for people in (shape.small, shape.large, shape.huge))
    data.empty_cohort()
    week, wide = data.full_week(), data.many_classes(shape.classes, shape.marks)
    rosters = {rows: Path(running.environment["VAR_DIR"]) / f"roster-{rows}.xlsx" for rows in (shape.few, shape.many)}
    for rows, file in rosters.items():
        data.roster(rows, file)
    found = cases(shape, small, large, huge, rosters) + of_learning(shape, small, large, week, wide)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    running.database.keep(state_of_data(shape))
    return found


def _cohort(people: int, shape: Shape) -> data.Built:
    found = data.find(people)
    if found is None:
        started = time.monotonic()
        print(f"Building a cohort of {people:,} people …", end="", flush=True)
        found = data.build(people, with_facts=people < shape.huge, with_accounts=people == shape.small)
        print(f" {time.monotonic() - started:.0f} s", flush=True)
    return found


def _measure(case: Case, act, side: Side, running: Servers, shape: Shape) -> None:
    """CPU milliseconds of one act: of all processes, and of PostgreSQL alone."""
    actor, processes = side.actor(case), side.processes(case)
    actor.close()  # an idle connection may have been ended by the server; it opens a new one
    times = 1 if case.is_long else _times(act, actor, shape)
    if case.mib and side.name == "ours":
        forget_peak(side.server.worker)
        usual = resident_mib(side.server.worker)
    if case.is_undone and not case.costs[side.name]:  # the first one loads what a worker has long loaded
        with running.database.undone():
            act(actor)
    with running.database.undone() if case.is_undone else nullcontext():
        before = [cpu_seconds([each]) for each in processes]
        for _time in range(times):
            case.bytes_seen = act(actor)
        costs = [(cpu_seconds([each]) - then) * 1000 / times for each, then in zip(processes, before)]
    case.costs[side.name].append(sum(costs))
    case.of_postgres[side.name].append(costs[0])
    if case.mib and side.name == "ours":
        case.mib_seen = max(case.mib_seen or 0, round(peak_mib(side.server.worker) - usual, 1))


def _times(act, actor, shape: Shape) -> int:
    """Warm up; as many acts as fit into the time of a round, at least three."""
    started = time.monotonic()
    done = 0
    while not done or (done < WARM_UP and time.monotonic() - started < shape.seconds / 3):
        act(actor)
        done += 1
    one = (time.monotonic() - started) / done
    return max(3, min(MOST, int(shape.seconds / one)))


def _look(case: Case, side: Side, running: Servers, count) -> None:
    """How many statements and bytes one act takes."""
    actor = side.actor(case)
    actor.close()
    with running.database.undone() if case.is_undone else nullcontext():
        if not case.is_long:
            case.ours(actor)
        count()
        case.bytes_seen = case.ours(actor)
        case.queries_seen = count()


def _say(case: Case) -> None:
    words = [
        f"{side} {median(costs):.2f} ms (PostgreSQL {median(case.of_postgres[side]):.2f})"
        for side, costs in case.costs.items()
        if costs
    ]
    print(f"{case.name}: {', '.join(words)}", flush=True)
