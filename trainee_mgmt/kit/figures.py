"""Named figures: every number shown anywhere is one query that answers the value and the rows behind it.

``Base``          the rows that could count (N), who may open them, and by what they can be divided
``Figure``        of these rows, those whose answer is known, and of the known ones those that count (n)
``Distribution``  the same rows by their answer: each answer is a figure, and the parts and what is missing re-add to N
``Scope``         what is asked about: cohorts, as they stood at a moment, perhaps one class of them

Pages, exports and the API ask ``count``; a click opens ``rows``. Figures over the same base share one statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from django.db.models import Count, DecimalField, IntegerField, Model, Q, QuerySet, Sum, TextField
from django.db.models import Value as Literal
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.functional import Promise

from trainee_mgmt.kit.rounding import half_up, percent

Words = str | Promise
EVERY = Q(pk__isnull=False)
PARTS = ("n", "N", "known", "missing", "rest")


@dataclass(frozen=True)
class Scope:
    """Which cohorts, as of which moment. ``day``: whose classes are meant. ``within``: one part of a split, by its key,
    or some parts, by their keys."""

    cohorts: tuple[int, ...]
    at: datetime
    day: date
    within: tuple[tuple[str, str | tuple[str, ...]], ...] = ()

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Split:
    """A way to divide the rows of a base. ``key``: of a row, empty where rows cannot be grouped by it.

    ``model``: what the keys name, by number; ``narrow`` replaces the plain comparison with the key.
    """

    name: str
    label: Words
    key: Any = ""
    model: type[Model] | None = None
    narrow: Callable[[QuerySet, str], QuerySet] | None = None

    def part(self, rows: QuerySet, key: str | tuple[str, ...]) -> QuerySet:
        if self.narrow:
            return self.narrow(rows, key)
        keys = (key,) if isinstance(key, str) else key
        if self.model:  # as numbers, so that an index finds them
            numbers = [each for each in keys if each.isascii() and each.isdigit()]
            return rows.filter(**{f"{self.key}__in": numbers})
        return rows.alias(split_key=_text(self.key)).filter(split_key__in=keys)


@dataclass(frozen=True, eq=False)
class Base:
    """``rows_of(scope)``: all rows that could count. ``permission``: who may open which of them, over their model or,
    with ``through``, over the model of that relation. ``table``: dotted name of the Table that shows them.
    ``in_one_pass``: its rows are many and their keys are few, so they are read once and added up here. ``on_board``: its
    figures are counted for the dashboard; others have a page of their own.
    """

    name: str
    unit: Words
    rows_of: Callable[[Scope], QuerySet]
    permission: str
    table: str
    splits: tuple[Split, ...] = ()
    through: str = ""
    in_one_pass: bool = False
    on_board: bool = True

    def rows(self, scope: Scope) -> QuerySet:
        narrowed = ((self.split(name), key) for name, key in scope.within)
        return reduce(lambda rows, part: part[0].part(rows, part[1]), narrowed, self.rows_of(scope))

    def split(self, name: str) -> Split:
        return next(each for each in self.splits if each.name == name)

    def can_split(self, name: str) -> bool:
        return any(each.name == name and each.key for each in self.splits)


@dataclass(frozen=True)
class Figure:
    """``definition``: one sentence a reader can check. ``measure``: a number of the counted rows, whose mean is shown.

    ``missing_label`` names the rows whose answer is not known, ``rest_label`` the known ones that do not count.
    """

    name: str
    label: Words
    definition: Words
    base: Base
    hit: Q = EVERY
    known: Q = EVERY
    missing_label: Words = ""
    rest_label: Words = ""
    measure: str = ""

    def rows(self, scope: Scope, part: str = "n") -> QuerySet:
        """The rows behind the value: ``n`` those that count, ``N`` all, ``known``, ``missing``, ``rest``."""
        rows = self.base.rows(scope)
        if part == "n":
            return rows.filter(self.known & self.hit)
        if part == "known":
            return rows.filter(self.known)
        if part == "missing":
            return rows.exclude(self.known)
        if part == "rest":
            return rows.filter(self.known).exclude(self.hit)
        return rows


@dataclass(frozen=True)
class Distribution:
    """``key``: the answer of a row as text, null where it is missing. ``order``: answers that always stand, in order.

    ``closed``: why its rows are not opened although the numbers are shown (a masked field), else empty.
    """

    name: str
    label: Words
    definition: Words
    base: Base
    key: Any
    words: Callable[[str], Words] = str
    order: tuple[str, ...] = ()
    missing_label: Words = ""
    closed: Words = ""

    def part(self, answer: str | None = None, *, other_than: Iterable[str] = ()) -> Figure:
        """One answer as a figure; without one all known answers, or those that are not named by ``other_than``."""
        base = replace(
            self.base, rows_of=lambda scope: self.base.rows_of(scope).annotate(figure_answer=_text(self.key))
        )
        known = Q(figure_answer__isnull=False)
        label, hit = self.label, known
        if answer is not None:
            label, hit = f"{self.label}: {self.words(answer)}", Q(figure_answer=answer)
        elif others := list(other_than):
            hit = ~Q(figure_answer__in=others)
        return Figure(self.name, label, self.definition, base, hit, known, self.missing_label)


# Values ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Value:
    """What a figure says: ``n`` of ``known``, out of ``of`` rows. ``total``: sum of the measure over the counted rows."""

    n: int = 0
    of: int = 0
    known: int = 0
    total: Decimal | None = None

    @property
    def missing(self) -> int:
        return self.of - self.known

    @property
    def rest(self) -> int:
        return self.known - self.n

    @property
    def share(self) -> Decimal | None:
        """Percent of the known rows, to one decimal, half up; None when nothing is known."""
        return percent(self.n, self.known)

    @property
    def mean(self) -> Decimal | None:
        return half_up(Fraction(self.total) / self.n, 2) if self.n and self.total is not None else None

    def part(self, name: str) -> int:
        return {"n": self.n, "N": self.of, "known": self.known, "missing": self.missing, "rest": self.rest}[name]

    def __add__(self, other: "Value") -> "Value":
        totals = [each for each in (self.total, other.total) if each is not None]
        return Value(
            self.n + other.n, self.of + other.of, self.known + other.known, sum(totals, Decimal(0)) if totals else None
        )


@dataclass
class Answers:
    """How often each answer was given, in order, and how many rows have none; all re-add to ``of``."""

    counts: dict[str, int]
    missing: int = 0

    @property
    def known(self) -> int:
        return sum(self.counts.values())

    @property
    def of(self) -> int:
        return self.known + self.missing

    def value(self, answer: str) -> Value:
        return Value(self.counts.get(answer, 0), self.of, self.known)

    def other(self, than: Iterable[str]) -> Value:
        """All answers that are not named."""
        named = sum(self.counts.get(answer, 0) for answer in set(than))
        return Value(self.known - named, self.of, self.known)


@dataclass
class Counted:
    """What was counted: ``values`` by figure; ``parts`` by (figure, split), then by key; ``answers`` by distribution."""

    values: dict[str, Value] = field(default_factory=dict)
    parts: dict[tuple[str, str], dict[str, Value]] = field(default_factory=dict)
    answers: dict[str, Answers] = field(default_factory=dict)


def count(asked: Iterable[Figure | Distribution], scope: Scope, *, by: Iterable[str] = ()) -> Counted:
    """Count all that is asked, divided by each of the splits ``by`` that a base has.

    One statement for everything, and one more for each base that is read in one pass.
    """
    together: dict[Base, list[Figure | Distribution]] = {}
    for each in asked:
        together.setdefault(each.base, []).append(each)
    tallies = [_Tally(base, members, tuple(by)) for base, members in together.items()]
    _one_by_one([each for each in tallies if not each.is_one_pass], scope)
    for each in tallies:
        if each.is_one_pass:
            _in_one_pass(each, scope)
    found = Counted()
    for each in tallies:
        each.put(found)
    return found


class _Tally:
    """What is asked of one base: its keys (splits, then answers), and for each key the numbers by its value."""

    def __init__(self, base: Base, members: list[Figure | Distribution], by: tuple[str, ...]):
        self.base = base
        self.figures = [each for each in members if isinstance(each, Figure)]
        self.distributions = [each for each in members if isinstance(each, Distribution)]
        self.splits = [base.split(name) for name in by if base.can_split(name)] if self.figures else []
        self.counted_keys = [split.key for split in self.splits] or ([Literal("")] if self.figures else [])
        self.keys = self.counted_keys + [each.key for each in self.distributions]
        self.lines: list[dict[str | None, tuple]] = [{} for _key in self.keys]

    @property
    def is_one_pass(self) -> bool:
        return self.base.in_one_pass and len(self.keys) > 1

    def columns(self, at_least: int = 0, *, blank: bool = False) -> dict[str, Any]:
        """Three columns for each figure (counted, known, sum of the measure), and zeros up to ``at_least`` figures."""
        columns: dict[str, Any] = {}
        for at in range(max(len(self.figures), at_least)):
            each = self.figures[at] if at < len(self.figures) and not blank else None
            columns |= _columns(each, at)
        return columns

    def put(self, found: Counted) -> None:
        for split, numbers in zip(self.splits or [None], self.lines):
            for at, each in enumerate(self.figures):
                values = {key: _value(each, line, at) for key, line in numbers.items()}
                found.values[each.name] = sum(values.values(), Value())
                if split:
                    found.parts[each.name, split.name] = values
        for each, numbers in zip(self.distributions, self.lines[len(self.counted_keys) :]):
            found.answers[each.name] = _answers(each, {key: line[0] for key, line in numbers.items()})


def _one_by_one(tallies: list[_Tally], scope: Scope) -> None:
    """One grouping a key, all in one statement; answers need no more than their number."""
    widest = max((len(each.figures) for each in tallies), default=0)
    statements, lines = [], []
    for tally in tallies:
        rows = tally.base.rows(scope).order_by()
        for at, key in enumerate(tally.keys):
            columns = tally.columns(widest, blank=at >= len(tally.counted_keys))
            grouped = rows.annotate(figure_place=Literal(len(lines)), figure_key=_text(key))
            counted = grouped.values_list("figure_place", "figure_key").annotate(N=Count("pk"), **columns)
            statements.append(counted.values_list("figure_place", "figure_key", "N", *columns))
            lines.append(tally.lines[at])
    if statements:
        first, *others = statements
        for place, key, *numbers in first.union(*others, all=True) if others else first:
            lines[place][key] = tuple(numbers)


def _in_one_pass(tally: _Tally, scope: Scope) -> None:
    """Grouped by all keys together and added up."""
    named = {f"figure_key_{place}": _text(key) for place, key in enumerate(tally.keys)}
    columns = tally.columns()
    counted = tally.base.rows(scope).order_by().annotate(**named).values_list(*named)
    for row in counted.annotate(N=Count("pk"), **columns).values_list(*named, "N", *columns):
        numbers = row[len(named) :]
        for line, key in zip(tally.lines, row):
            before = line.get(key)
            line[key] = numbers if before is None else tuple(map(add, before, numbers))


def _value(each: Figure, line: tuple, at: int) -> Value:
    of, (n, known, total) = line[0], line[1 + 3 * at : 4 + 3 * at]
    return Value(n, of, known, total if each.measure else None)


NUMBERS = DecimalField(max_digits=20, decimal_places=2)


def _columns(each: Figure | None, at: int) -> dict[str, Any]:
    zero, none = Literal(0, output_field=IntegerField()), Literal(0, output_field=NUMBERS)
    if each is None:
        return {f"n{at}": zero, f"k{at}": zero, f"t{at}": none}
    hit = each.known & each.hit
    total = Coalesce(Sum(each.measure, filter=hit), none, output_field=NUMBERS) if each.measure else none
    return {f"n{at}": Count("pk", filter=hit), f"k{at}": Count("pk", filter=each.known), f"t{at}": total}


def _answers(each: Distribution, counts: dict[str | None, int]) -> Answers:
    """The named answers in their order, then the others, the most frequent first."""
    missing = counts.pop(None, 0)
    ordered = {key: counts.pop(key, 0) for key in each.order}
    return Answers(ordered | dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))), missing)


def _text(key) -> Cast:
    return Cast(key, TextField())


# The registry ---------------------------------------------------------------------------------------------------------

FIGURES: dict[str, Figure | Distribution] = {}
FAMILIES: list[Callable[[Scope], Iterable[Figure | Distribution]]] = []


def figure(name: str, **fields) -> Figure:
    """Register a figure under its name, app first: ``learning.attendance``."""
    return _register(Figure(name, **fields))


def distribution(name: str, **fields) -> Distribution:
    return _register(Distribution(name, **fields))


def family(members: Callable[[Scope], Iterable[Figure | Distribution]]):
    """Figures that data makes: ``members(scope)`` answers them, e.g. one for each profile field of the cohort."""
    FAMILIES.append(members)
    return members


def all_figures(scope: Scope) -> dict[str, Figure | Distribution]:
    """Every figure that can be asked of these cohorts, by name."""
    return FIGURES | {each.name: each for members in FAMILIES for each in members(scope)}


def _register(each):
    if each.name in FIGURES:
        raise ValueError(f"the figure {each.name} exists already")
    FIGURES[each.name] = each
    return each
