"""What is measured, and what it may cost (the aims of docs/performance.md)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from django.urls import reverse

from assessments.models import Score
from tests.bench.data import PASSWORD, Built
from tests.bench.shape import Shape
from tests.bench.visitor import Visitor

Act = Callable[[Any], int]  # one request of a visitor, or one order to a hand; answers the bytes of the page
LIST, PERSON, SAVE, GROWTH = 1.5, 2.0, 2.5, 1.3
PAGE_QUERIES, SAVE_QUERIES, PAGE_BYTES = 12, 8, 60_000
SIGN_IN = 60 * 2 / 450 * 1000  # ms: a class of 450 within a minute on two cores
IMPORT_OF_FEW, IMPORT_OF_MANY, CSV, XLSX, GROWTH_MIB = 0.5, 3, 1.4, 2, 20  # seconds of CPU
MOST = 60  # requests in each round
HAND = "hand"  # who imports: a process, and no visitor


@dataclass
class Case:
    """One act on the product and one on the floor."""

    name: str
    ours: Act | None
    floor: Act | None
    aim: float | None
    aim_of: str = "ratio"  # or "ours": then the aim is in the unit of the case
    unit: str = "ms"
    queries: int | None = PAGE_QUERIES
    bytes: int | None = PAGE_BYTES
    mib: int | None = None  # by how much a worker may grow
    who: str = "organizer"
    same_as: str = ""  # the case with few people, whose cost, queries and bytes stand in for the floor
    queries_as: str = ""  # the case that has to have as many queries
    is_long: bool = False  # seconds of work: once a round, nothing to warm up
    is_once: bool = False  # tens of seconds of work: one round, statements not counted
    is_undone: bool = False  # what it writes is deleted after each act
    wrong: set[str] = field(default_factory=set)  # what must not happen and did
    queries_seen: int | None = None
    bytes_seen: int | None = None
    mib_seen: float | None = None
    costs: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "floor": []})
    of_postgres: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "floor": []})


def cases(shape: Shape, small: Built, large: Built, huge: Built, rosters: dict[int, Path]) -> list[Case]:
    found = []
    for name, aim, url_name, key, floor in (
        ("list of trainees", LIST, "cohorts:trainee_list", "cohort", "/cohorts/{cohort}/trainees/"),
        ("one person", PERSON, "cohorts:trainee_detail", "trainee", "/trainees/{trainee}/"),
        ("dashboard", PERSON, "reports:cohort_dashboard", "cohort", "/cohorts/{cohort}/dashboard/"),
        ("sessions", None, "learning:session_list", "cohort", ""),
        ("one session with its roll", None, "learning:session_detail", "session", ""),
        ("journals to review", None, "learning:journal_review", "cohort", ""),
        ("journals that are missing", None, "learning:journal_missing", "cohort", ""),
        ("overview of the cohort", None, "cohorts:cohort_detail", "cohort", ""),
        ("classes", None, "cohorts:class_list", "cohort", ""),
        ("results", None, "assessments:result_list", "cohort", ""),
    ):
        at_floor = get(floor.format(**small.__dict__)) if floor else None
        found.append(Case(name, _page(url_name, key, small), at_floor, aim))
        found.append(_larger(found[-1], _page(url_name, key, large), shape))
    for save in (_mark, _roll_call, _score):
        found.append(save(small))
        found.append(_larger(found[-1], save(large).ours, shape))
    found.append(Case("signing in", _sign_in("/account/login/"), _sign_in("/sign-in/"), SIGN_IN, "ours"))
    found += _imports(shape, rosters)
    for at, people in ((large, shape.large), (huge, shape.huge)):
        found += [_export(at, people, kind, aim * people / shape.large) for kind, aim in (("csv", CSV), ("xlsx", XLSX))]
    for case in found:
        case.is_once = f"of {shape.huge:,} people" in case.name
        case.is_long |= case.is_once
    return found


def _larger(case: Case, ours: Act, shape: Shape) -> Case:
    """The same with many people: as many queries, hardly more CPU and bytes."""
    name = f"{case.name}, {shape.large:,} people"
    return Case(name, ours, None, GROWTH, queries=case.queries, who=case.who, same_as=case.name, queries_as=case.name)


def _page(url_name: str, key: str, at: Built) -> Act:
    return get(reverse(url_name, kwargs={"cohort" if key == "cohort" else "pk": getattr(at, key)}))


def get(path: str) -> Act:
    return lambda visitor: visitor.get(path)


def _mark(at: Built) -> Case:
    trainee, turn = at.on_roll[5], count()
    path = reverse("learning:mark_correct", kwargs={"pk": at.session, "trainee": trainee})

    def ours(visitor):
        return visitor.post(path, {"state": ("late", "absent")[next(turn) % 2], "note": "按请假条更正"})

    def floor(visitor):
        return visitor.post(f"/sessions/{at.session}/roll/", {f"mark-{trainee}": ("late", "absent")[next(turn) % 2]})

    return Case("saving a mark", ours, floor, SAVE, queries=SAVE_QUERIES)


def _roll_call(at: Built) -> Case:
    """Each roll changes all 50 marks."""
    turn = count()

    def roll(path: str) -> Act:
        return lambda visitor: visitor.post(path, dict.fromkeys(names, ("excused", "present")[next(turn) % 2]))

    names = [f"mark-{trainee}" for trainee in at.on_roll]
    ours = roll(reverse("learning:roll_call", kwargs={"pk": at.session}))
    return Case("roll call of 50", ours, roll(f"/sessions/{at.session}/roll/"), SAVE, queries=SAVE_QUERIES)


def _score(at: Built) -> Case:
    """Ours changes one cell again and again, the floor another one: each save names the score that it saw."""
    trainee, other, turn = at.on_roll[5], at.on_roll[6], count()
    path = reverse("assessments:score_grid", kwargs={"cohort": at.cohort})
    seen = Score.objects.get(indicator=at.indicator, trainee=trainee, in_force=True).pk

    def ours(visitor: Visitor) -> int:
        nonlocal seen
        cell = {"do": "save", "cell": f"{at.indicator}-{trainee}", "points": 70 + next(turn) % 2, "seen": seen}
        size = visitor.post(path, cell, expected=200)
        seen = visitor.answered()["score"]
        return size

    def floor(visitor: Visitor) -> int:
        points = {"points": 70 + next(turn) % 2}
        return visitor.post(f"/scores/{at.indicator}/{other}/", points, expected=204)

    return Case("saving a score", ours, floor, SAVE, queries=SAVE_QUERIES, who=at.evaluator)


def _sign_in(path: str) -> Act:
    return lambda visitor: visitor.sign_in(path, "organizer", PASSWORD)


def _imports(shape: Shape, rosters: dict[int, Path]) -> list[Case]:
    """Sent, understood, previewed and committed."""
    found = []
    for rows, aim in ((shape.few, IMPORT_OF_FEW), (shape.many, IMPORT_OF_MANY)):
        bring = _bring(str(rosters[rows]), rows)
        case = Case(f"import of {rows:,} rows", bring, bring, aim, "ours", "s", queries=None, bytes=None, who=HAND)
        case.queries_as = found[0].name if found else ""
        case.is_long = case.is_undone = True
        found.append(case)
    return found


def _bring(file: str, rows: int) -> Act:
    return lambda hand: hand.bring(file, rows)


def _export(at: Built, people: int, kind: str, aim: float) -> Case:
    path = reverse("cohorts:trainee_list", kwargs={"cohort": at.cohort})
    return Case(
        f"{kind} of {people:,} people",
        lambda visitor: visitor.post(path, {"export": kind, "purpose": "年终报告"}, expected=200),
        get(f"/cohorts/{at.cohort}/export.{kind}"), aim, "ours", "s", queries=None, bytes=None, mib=GROWTH_MIB, is_long=True,
    )  # fmt: skip
