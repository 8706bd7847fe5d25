"""Credit hours as people read them: which table holds, a year of one person, the years there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Unit
from cohorts.models import Trainee
from cohorts.selectors.calls import HOURS_HELD
from learning.models import CreditEntry, HourTable
from learning.rules.hours import NOTHING, Standing, YearRule, standing

HOURS = DecimalField(max_digits=10, decimal_places=2)


def tables_of(unit: Unit, *, on: date | None = None) -> list[HourTable]:
    """The versions in use for a unit, its own before those above it, the latest first; with ``on`` those that hold then."""
    around = Unit.objects.above(unit.path)
    found = HourTable.objects.filter(unit__in=around, released_at__isnull=False).select_related("unit")
    if on is not None:
        found = found.filter(starts_on__lte=on)
    return sorted(found, key=lambda table: (-len(table.unit.path), -table.starts_on.toordinal()))


def table_for(unit: Unit, on: date) -> HourTable | None:
    """The version that counts what happens on that day: of the unit itself, or else of the nearest one above."""
    return holding(tables_of(unit, on=on), on)


def holding(tables: Iterable[HourTable], on: date) -> HourTable | None:
    """The same, of tables that were read with ``tables_of``: for many days at once."""
    return next((table for table in tables if table.starts_on <= on), None)


def balance(person_id: int, year: int) -> Decimal:
    """The sum of all rows: what is reversed cancels itself."""
    rows = CreditEntry.objects.filter(trainee__person=person_id, year=year)
    return rows.aggregate(n=Sum("hours"))["n"] or NOTHING


def hours_held(people: Collection[int], year: int) -> dict[int, Decimal]:
    """The same of many people who have any, by person; one query. Told to whoever calls them to another training."""
    rows = CreditEntry.objects.filter(trainee__person__in=people, year=year).order_by().values_list("trainee__person")
    return dict(rows.annotate(n=Sum("hours")))


HOURS_HELD.append(hours_held)


@dataclass(frozen=True)
class FormLine:
    """One form of study in a year: how often, the hours by the rule and those that count."""

    form: str
    is_required: bool
    entries: int
    raw: Decimal
    hours: Decimal

    @property
    def lost(self) -> Decimal:
        """Above a cap."""
        return self.raw - self.hours


@dataclass(frozen=True)
class Transcript:
    """A year of one person. All lines and what was brought in and handed on re-add to ``standing.hours``."""

    year: int
    rule: YearRule
    table: HourTable | None
    standing: Standing
    lines: list[FormLine]
    brought: Decimal
    handed_on: Decimal
    years: list[int]


def transcript(person_id: int, unit: Unit, year: int) -> Transcript:
    """From the rows in force; what was taken back and its reverse row are left out, which changes no sum. Three queries."""
    rows = CreditEntry.objects.filter(trainee__person=person_id, in_force=True, year=year)
    lines: dict[str, FormLine] = {}
    brought = handed_on = NOTHING
    for form, is_required, raw, hours, source in rows.order_by("happened_on", "pk").values_list(
        "rule__name", "rule__is_required", "raw_hours", "hours", "source"
    ):
        if source == CreditEntry.Source.CARRY:
            brought, handed_on = (brought + hours, handed_on) if hours > 0 else (brought, handed_on - hours)
            continue
        line = lines.get(form, FormLine(form, is_required, 0, NOTHING, NOTHING))
        lines[form] = FormLine(form, is_required, line.entries + 1, line.raw + raw, line.hours + hours)
    table = table_for(unit, date(year, 12, 31))
    rule = table.year_rule if table else YearRule()
    pairs = [(line.hours, line.is_required) for line in lines.values()] + [(brought, False), (-handed_on, False)]
    return Transcript(
        year, rule, table, standing(rule, pairs), list(lines.values()), brought, handed_on, years_of(person_id, year)
    )


def years_of(person_id: int, *also: int) -> list[int]:
    """The years that have entries, the latest first."""
    found = CreditEntry.objects.filter(trainee__person=person_id).order_by().values_list("year", flat=True).distinct()
    return sorted({*found, *also}, reverse=True)


def with_year(trainees: QuerySet[Trainee], rule: YearRule, year: int) -> QuerySet[Trainee]:
    """Of the person of each trainee, over all cohorts: adds ``year_hours`` and ``required_year_hours``, what is missing of
    each, and ``is_met``."""
    rows = (
        CreditEntry.objects.filter(trainee__person=OuterRef("person"), year=year).order_by().values("trainee__person")
    )
    required = Q(rule__is_required=True)

    def total(**only) -> Coalesce:
        return Coalesce(
            Subquery(rows.annotate(n=Sum("hours", **only)).values("n"), output_field=HOURS), NOTHING, output_field=HOURS
        )

    def missing(of: Decimal, name: str) -> Greatest:
        return Greatest(Value(of, output_field=HOURS) - F(name), Value(NOTHING, output_field=HOURS), output_field=HOURS)

    return trainees.annotate(
        year_hours=total(), required_year_hours=total(filter=required)
    ).annotate(
        hours_missing=missing(rule.total, "year_hours"),
        required_missing=missing(rule.required, "required_year_hours"),
    ).annotate(
        is_met=Case(When(hours_missing=0, required_missing=0, then=Value(True)), default=Value(False))
    )  # fmt: skip
