"""What is measured, and what it may cost (the aims)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from tests.bench.data import PASSWORD, Built
from tests.bench.visitor import Visitor

Act = Callable[[Visitor, int], int]  # one request, the n-th; answers the bytes of the page
LIST, PERSON, SAVE, GROWTH = 1.5, 2.0, 2.5, 1.3
PAGE_QUERIES, SAVE_QUERIES, PAGE_BYTES = 12, 8, 60_000
SIGN_IN_SECONDS = 60 * 2 / 450  # a class of 450 within a minute on two cores


@dataclass
class Case:
    """A request to the product and one to the floor. ``ours`` is None while the page does not exist."""

    name: str
    ours: Act | None
    floor: Act | None
    aim: float
    aim_of: str = "ratio"  # or "ours": then the aim is in the unit of the case
    times: int = 60  # requests in each round
    queries: int = PAGE_QUERIES
    bytes: int = PAGE_BYTES
    who: str = "organizer"
    same_as: str = ""  # the case whose cost, queries and bytes at 450 people stand in for the floor
    queries_seen: int | None = None
    bytes_seen: int | None = None
    costs: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "floor": []})
    of_postgres: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "floor": []})


def cases(small: Built, large: Built) -> list[Case]:
    found = []
    pages = (
        (
            "list of trainees",
            LIST,
            "cohorts:trainee_list",
            lambda at: {"cohort": at.cohort},
            "/cohorts/{cohort}/trainees/",
        ),
        ("one person", PERSON, "cohorts:trainee_detail", lambda at: {"pk": at.trainee}, "/trainees/{trainee}/"),
        (
            "dashboard",
            PERSON,
            "reports:cohort_dashboard",
            lambda at: {"cohort": at.cohort},
            "/cohorts/{cohort}/dashboard/",
        ),
    )
    for name, aim, url_name, keys, floor in pages:
        found.append(Case(name, _page(url_name, keys(small)), _at(floor.format(**small.__dict__)), aim))
        at_large = f"{name}, 20,000 people"
        found.append(Case(at_large, _page(url_name, keys(large)), None, GROWTH, same_as=name))
    for name, url_name, keys in (
        ("sessions", "learning:session_list", lambda at: {"cohort": at.cohort}),
        ("one session with its roll", "learning:session_detail", lambda at: {"pk": at.session}),
        ("journals to review", "learning:journal_review", lambda at: {"cohort": at.cohort}),
        ("journals that are missing", "learning:journal_missing", lambda at: {"cohort": at.cohort}),
        ("overview of the cohort", "cohorts:cohort_detail", lambda at: {"cohort": at.cohort}),
        ("classes", "cohorts:class_list", lambda at: {"cohort": at.cohort}),
    ):
        found.append(Case(name, _page(url_name, keys(small)), None, 0, aim_of="none", times=20))
        found.append(Case(f"{name}, 20,000 people", _page(url_name, keys(large)), None, GROWTH, same_as=name, times=20))
    for suffix, at in (("", small), (", 20,000 people", large)):
        found += [_mark(at, suffix), _roll_call(at, suffix), _score(at, suffix)]
    found.append(
        Case("signing in", _sign_in("/account/login/"), _sign_in("/sign-in/"), SIGN_IN_SECONDS * 1000, "ours", times=12)
    )
    return found


def _page(url_name: str, keys: dict) -> Act | None:
    path = address(url_name, **keys)
    return _at(path) if path else None


def _at(path: str) -> Act:
    return lambda visitor, n: visitor.get(path)


def address(url_name: str, **keys) -> str:
    """The URL of a page, or nothing while it does not exist."""
    try:
        return reverse(url_name, kwargs=keys)
    except NoReverseMatch:
        return ""


def _mark(at: Built, suffix: str) -> Case:
    trainee, states = at.on_roll[5], ("late", "absent")
    path = address("learning:mark_correct", pk=at.session, trainee=trainee)

    def ours(visitor, n):
        return visitor.post(path, {"state": states[n % 2], "note": "按请假条更正"})

    def floor(visitor, n):
        return visitor.post(f"/sessions/{at.session}/roll/", {f"mark-{trainee}": states[n % 2]})

    return _save(f"saving a mark{suffix}", ours if path else None, floor)


def _roll_call(at: Built, suffix: str) -> Case:
    """Each roll changes all 50 marks."""
    path, states = address("learning:roll_call", pk=at.session), ("excused", "present")

    def marks(n):
        return {f"mark-{trainee}": states[n % 2] for trainee in at.on_roll}

    return _save(
        f"roll call of 50{suffix}",
        (lambda visitor, n: visitor.post(path, marks(n))) if path else None,
        lambda visitor, n: visitor.post(f"/sessions/{at.session}/roll/", marks(n)),
    )


def _score(at: Built, suffix: str) -> Case:
    trainee = at.trainee

    def floor(visitor, n):
        return visitor.post(f"/scores/{at.indicator}/{trainee}/", {"points": 70 + n % 2}, expected=204)

    return _save(f"saving a score{suffix}", None, floor, who="evaluator")


def _save(name: str, ours: Act | None, floor: Act, *, who: str = "organizer") -> Case:
    if "," in name:
        return Case(name, ours, None, GROWTH, same_as=name.partition(",")[0], queries=SAVE_QUERIES, who=who)
    return Case(name, ours, floor, SAVE, queries=SAVE_QUERIES, who=who)


def _sign_in(path: str) -> Act:
    return lambda visitor, n: visitor.sign_in(path, "organizer", PASSWORD)
