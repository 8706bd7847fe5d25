"""Credit hours (学时): what a rule gives for a quantity, what its caps leave, and where a year stands. Values in, values out."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up

PLACES = 2
NOTHING = Decimal("0.00")
MOST = Decimal(9999)
LARGEST = Decimal("999999.99")  # what a row of the ledger holds
MOST_STEPS = 12


class Measure(StrEnum):
    """What the quantity of a form counts."""

    MINUTE = "minute"
    HOUR = "hour"
    HALF_DAY = "half_day"
    DAY = "day"
    TIME = "time"
    PIECE = "piece"


def in_measure(measure: str, quantity: Decimal | str | int) -> str:
    """``3 half days``"""
    n = Decimal(quantity)
    text = plain(n)
    words = {
        Measure.MINUTE: ngettext("%(n)s minute", "%(n)s minutes", _plural(n)),
        Measure.HOUR: ngettext("%(n)s hour of the clock", "%(n)s hours of the clock", _plural(n)),
        Measure.HALF_DAY: ngettext("%(n)s half day", "%(n)s half days", _plural(n)),
        Measure.DAY: ngettext("%(n)s day", "%(n)s days", _plural(n)),
        Measure.TIME: ngettext("%(n)s time", "%(n)s times", _plural(n)),
        Measure.PIECE: ngettext("%(n)s piece", "%(n)s pieces", _plural(n)),
    }
    return words[Measure(measure)] % {"n": text}


def _plural(n: Decimal) -> int:
    return 1 if n == 1 else 2


def plain(value: Decimal) -> str:
    """``6.00`` is ``6`` and ``0.50`` is ``0.5``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class FormRule:
    """How one form of study counts.

    ``per_unit`` hours for each unit of the quantity, times ``multiplier``; or, with ``steps``, the hours of the last step
    (from, hours) whose beginning the quantity has reached: each step holds from its beginning up to, not including,
    the next. Caps are most hours a day and a year; forms that name the same ``together`` share them.
    """

    name: str
    measure: str = Measure.TIME
    per_unit: Decimal = NOTHING
    multiplier: Decimal = Decimal(1)
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    day_cap: Decimal | None = None
    year_cap: Decimal | None = None
    together: str = ""
    is_required: bool = False
    counts: str = ""

    @property
    def group(self) -> str:
        return self.together or self.name


@dataclass(frozen=True)
class YearRule:
    """What a year asks for. What is above ``total`` goes over to the next year, if ``carries_over``, up to ``carry_cap``."""

    required: Decimal = NOTHING
    total: Decimal = NOTHING
    carries_over: bool = False
    carry_cap: Decimal | None = None


def hours_of(rule: FormRule, quantity: Decimal) -> Decimal:
    """The hours of a quantity before caps, to two decimals, half up."""
    if quantity <= 0:
        raise Refused(_("The quantity must be more than 0."))
    if rule.steps:
        reached = [hours for start, hours in rule.steps if quantity >= start]
        return half_up(reached[-1], PLACES) if reached else NOTHING
    hours = half_up(Fraction(quantity) * Fraction(rule.per_unit) * Fraction(rule.multiplier), PLACES)
    if hours > LARGEST:
        raise Refused(_("That makes more hours than anybody can have. Look at the quantity again."))
    return hours


@dataclass(frozen=True)
class Item:
    """One credit of a person in one year and group of forms: what the rule gives and what is credited already."""

    key: Hashable
    day: date
    raw: Decimal
    credited: Decimal = NOTHING
    day_cap: Decimal | None = None
    year_cap: Decimal | None = None


def settle(items: Sequence[Item]) -> dict[Hashable, Decimal]:
    """
    The hours of each item once the caps are applied. What is credited already stays; room goes to the items in order.

    So the sum is always as much as the caps allow, in whatever order things were entered and taken back.
    """
    credited = {item.key: item.credited for item in items}
    in_year = sum(credited.values(), NOTHING)
    on_day: dict[date, Decimal] = defaultdict(lambda: NOTHING)
    for item in items:
        on_day[item.day] += item.credited
    for item in items:
        room = item.raw - item.credited
        if item.year_cap is not None:
            room = min(room, item.year_cap - in_year)
        if item.day_cap is not None:
            room = min(room, item.day_cap - on_day[item.day])
        if room > 0:
            credited[item.key] += room
            in_year += room
            on_day[item.day] += room
    return credited


def surplus(rule: YearRule, *, earned: Decimal, brought: Decimal) -> Decimal:
    """What a year hands on: hours above the total, of those earned in this year itself; what was brought in is used first."""
    if not rule.carries_over:
        return NOTHING
    above = min(max(earned, NOTHING), max(NOTHING, brought + earned - rule.total))
    return above if rule.carry_cap is None else min(above, rule.carry_cap)


@dataclass(frozen=True)
class Standing:
    """A year of one person: hours in all, hours of required forms, and what is still missing of each."""

    hours: Decimal
    required_hours: Decimal
    missing: Decimal
    missing_required: Decimal

    @property
    def is_met(self) -> bool:
        return not self.missing and not self.missing_required


def standing(rule: YearRule, credits: Iterable[tuple[Decimal, bool]]) -> Standing:
    """From the hours of a year, each with whether its form is a required one."""
    pairs = list(credits)
    hours = sum((hours for hours, _required in pairs), NOTHING)
    required = sum((hours for hours, is_required in pairs if is_required), NOTHING)
    return Standing(hours, required, max(NOTHING, rule.total - hours), max(NOTHING, rule.required - required))


# In words -------------------------------------------------------------------------------------------------------------


def in_words(rule: FormRule) -> str:
    """The rule as one sentence a reader can check."""
    parts = [_steps_in_words(rule) if rule.steps else _unit_in_words(rule)]
    if rule.day_cap is not None:
        parts.append(_("at most %(hours)s hours a day") % {"hours": plain(rule.day_cap)})
    if rule.year_cap is not None:
        parts.append(_("at most %(hours)s hours a year") % {"hours": plain(rule.year_cap)})
    if rule.together:
        parts.append(_("counted together with the other forms of “%(name)s”") % {"name": rule.together})
    return _("%(sentence)s.") % {"sentence": _("; ").join(parts)}


def _unit_in_words(rule: FormRule) -> str:
    words = {"quantity": in_measure(rule.measure, 1), "hours": plain(rule.per_unit), "times": plain(rule.multiplier)}
    if rule.multiplier == 1:
        return _("%(quantity)s: %(hours)s h") % words
    return _("%(quantity)s: %(hours)s h, counted %(times)s times") % words


def _steps_in_words(rule: FormRule) -> str:
    parts = []
    for (start, hours), (end, _hours) in zip(rule.steps, [*rule.steps[1:], (None, None)]):
        words = {
            "hours": plain(hours),
            "start": plain(start),
            "from": in_measure(rule.measure, start),
            "to": in_measure(rule.measure, end or 0),
        }
        if not start and end is None:
            parts.append(_("any length: %(hours)s h") % words)
        elif end is None:
            parts.append(_("%(from)s or more: %(hours)s h") % words)
        elif not start:
            parts.append(_("less than %(to)s: %(hours)s h") % words)
        else:
            parts.append(_("%(start)s to less than %(to)s: %(hours)s h") % words)
    return pgettext("steps", ", ").join(parts)


def year_in_words(rule: YearRule) -> str:
    """``56 required hours and 84 in all a year; …``"""
    words = {"required": plain(rule.required), "total": plain(rule.total)}
    if rule.required and rule.total:
        parts = [_("%(required)s hours of required forms and %(total)s hours in all a year") % words]
    elif rule.total:
        parts = [_("%(total)s hours a year") % words]
    else:
        parts = [_("no number of hours a year is asked for")]
    if rule.carries_over and rule.carry_cap is not None:
        parts.append(_("at most %(hours)s hours above it go over to the next year") % {"hours": plain(rule.carry_cap)})
    elif rule.carries_over:
        parts.append(_("what is above it goes over to the next year"))
    else:
        parts.append(_("nothing goes over to the next year"))
    return _("%(sentence)s.") % {"sentence": _("; ").join(parts)}


# Reading and checking --------------------------------------------------------------------------------------------------


def parse_steps(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """``0: 0.25; 15: 0.5; 30: 1`` as (from, hours); by line breaks or semicolons, Chinese signs too."""
    lines = [line.strip() for line in text.replace("；", "\n").replace(";", "\n").splitlines()]
    steps = []
    for line in filter(None, lines):
        start, colon, hours = line.replace("：", ":").replace("=", ":").partition(":")
        try:
            pair = (_number(start), _number(hours)) if colon else None
        except ValueError:
            pair = None
        if pair is None:
            raise Refused(
                _("“%(line)s” is no step. Write the beginning, a colon and the hours: 15: 0.5") % {"line": line[:40]}
            )
        steps.append(pair)
    if len(steps) > MOST_STEPS:
        raise Refused(_("At most %(most)s steps.") % {"most": MOST_STEPS})
    starts = [start for start, _hours in steps]
    if starts != sorted(set(starts)):
        raise Refused(_("Each step begins after the one before."))
    return tuple(steps)


def _number(text: str) -> Decimal:
    text = text.strip()
    if not text.replace(".", "", 1).isdecimal() or not text.isascii():
        raise ValueError(text)
    value = Decimal(text)
    if value > MOST or value != half_up(value, PLACES):
        raise ValueError(text)
    return value


def steps_text(steps: Iterable[tuple[Decimal, Decimal]]) -> str:
    """What ``parse_steps`` reads."""
    return "\n".join(f"{plain(start)}: {plain(hours)}" for start, hours in steps)


def check_table(rules: Sequence[FormRule], year: YearRule) -> list[str]:
    """What keeps a table from being used, in sentences."""
    problems = []
    if not rules:
        problems.append(_("The table has no form yet."))
    if year.required > year.total:
        problems.append(_("The required hours are more than the hours in all."))
    for rule in rules:
        if not rule.steps and not rule.per_unit:
            problems.append(_("“%(form)s” gives no hours.") % {"form": rule.name})
    groups = defaultdict(set)
    for rule in rules:
        if rule.together:
            groups[rule.together].add((rule.day_cap, rule.year_cap))
    problems += [
        _("The forms of “%(name)s” are counted together, so they need the same caps.") % {"name": name}
        for name, caps in groups.items()
        if len(caps) > 1
    ]
    return problems
