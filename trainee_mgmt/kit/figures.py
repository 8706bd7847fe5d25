"""Named figures: every number shown anywhere is one query that answers the value and the rows behind it.

A figure is a base queryset (N), a condition that says which rows are known, and a condition that says which of those
count (n). Missing is N minus known. Pages, exports, documents and the API ask ``compute``; a click opens ``rows``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from trainee_mgmt.kit.rounding import percent

EVERY = Q(pk__isnull=False)


@dataclass(frozen=True)
class Figure:
    """``base(subject)``: all rows that could count, for a cohort or whatever the figure is about.

    ``known``: rows whose answer is known; ``hit``: rows that count. ``definition``: one sentence a reader can check.
    ``permission``: who may open the rows (a permission over the model of the rows); ``table``: dotted name of the
    Table that shows them.
    """

    name: str
    label: str | Promise
    definition: str | Promise
    base: Callable[..., QuerySet]
    permission: str
    table: str
    hit: Q = EVERY
    known: Q = EVERY
    missing_label: str | Promise = ""
    is_share: bool = True

    def rows(self, subject, part: str = "n") -> QuerySet:
        """The rows behind the value: ``n`` those that count, ``N`` all, ``known``, ``missing``."""
        base = self.base(subject)
        if part == "n":
            return base.filter(self.known & self.hit)
        if part == "known":
            return base.filter(self.known)
        if part == "missing":
            return base.exclude(pk__in=base.filter(self.known).values("pk"))
        return base


@dataclass(frozen=True)
class Value:
    figure: Figure
    n: int
    of: int
    known: int

    @property
    def missing(self) -> int:
        return self.of - self.known

    @property
    def share(self) -> Decimal | None:
        """Percent of the known rows, to one decimal, half up; None when nothing is known."""
        return percent(self.n, self.known)


FIGURES: dict[str, Figure] = {}


def figure(name: str, **fields) -> Figure:
    """Register a figure under its name, app first: ``cohorts.returnees``."""
    if name in FIGURES:
        raise ValueError(f"the figure {name} exists already")
    FIGURES[name] = Figure(name=name, **fields)
    return FIGURES[name]


def compute(figures: Iterable[Figure], subject) -> dict[str, Value]:
    """Values by name. Figures over the same base share one query."""
    by_base: dict[Callable, list[Figure]] = {}
    for each in figures:
        by_base.setdefault(each.base, []).append(each)
    values = {}
    for base, group in by_base.items():
        counted = {"N": Count("pk")}
        for index, each in enumerate(group):
            counted[f"n{index}"] = Count("pk", filter=each.known & each.hit)
            counted[f"k{index}"] = Count("pk", filter=each.known)
        row = base(subject).order_by().aggregate(**counted)
        for index, each in enumerate(group):
            values[each.name] = Value(each, row[f"n{index}"], row["N"], row[f"k{index}"])
    return values
