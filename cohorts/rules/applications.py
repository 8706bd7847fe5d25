"""Rounds of applications and who may apply: decisions on plain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from trainee_mgmt.kit import formats

AGE, SEX = "age", "sex"
SEX_WORDS = {"m": gettext_lazy("male"), "f": gettext_lazy("female")}
NUMBERS, LISTS = ("at_least", "at_most"), ("one_of", "none_of")


class Stage(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"


STAGE_WORDS = {
    Stage.PLANNED: pgettext_lazy("round", "not open yet"),
    Stage.OPEN: pgettext_lazy("round", "open"),
    Stage.CLOSED: pgettext_lazy("round", "closed"),
    Stage.DECIDED: pgettext_lazy("round", "decided"),
}


def stage(
    opens_at: datetime, closes_at: datetime, *, closed_at: datetime | None, decided_at: datetime | None, now: datetime
) -> Stage:
    """Open from ``opens_at`` up to, not including, ``closes_at``, unless a person closed it before."""
    if decided_at is not None:
        return Stage.DECIDED
    if closed_at is not None or now >= closes_at:
        return Stage.CLOSED
    return Stage.PLANNED if now < opens_at else Stage.OPEN


class Operator(TextChoices):
    AT_LEAST = "at_least", gettext_lazy("at least")
    AT_MOST = "at_most", gettext_lazy("at most")
    ONE_OF = "one_of", gettext_lazy("one of")
    NONE_OF = "none_of", gettext_lazy("none of")


@dataclass(frozen=True)
class Condition:
    """One rule: ``field`` is "age", "sex" or the key of a profile field; ``value`` a number as text, or a list."""

    field: str
    operator: str
    value: Any
    label: str = ""  # of the field, in the reader's language
    kind: str = "text"  # of a profile field


def full_years(born_on: date, day: date) -> int:
    """Age on a day; whoever is born on 29 February is a year older on 1 March of other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def facts(answers: Mapping[str, Any], *, born_on: date | None, sex: str, day: date) -> dict[str, Any]:
    """What conditions are asked of: the answers, and age and sex on the first day of the cohort."""
    known = dict(answers)
    known[AGE] = full_years(born_on, day) if born_on else None
    known[SEX] = sex or None
    return known


def is_met(condition: Condition, value: Any) -> bool:
    """Whether a value meets the condition. What is not known meets none; the age of 45 meets "at most 45"."""
    if value is None or value == "":
        return False
    if condition.operator in NUMBERS:
        number, limit = _number(value), _number(condition.value)
        if number is None or limit is None:
            return False
        return number >= limit if condition.operator == Operator.AT_LEAST else number <= limit
    return (value in condition.value) == (condition.operator == Operator.ONE_OF)


def unmet(conditions: Iterable[Condition], known: Mapping[str, Any]) -> list[Condition]:
    """The conditions that these facts do not meet, in the order of the rules."""
    return [each for each in conditions if not is_met(each, known.get(each.field))]


def lacking_in_words(conditions: Iterable[Condition], known: Mapping[str, Any], *, day: date) -> list[str]:
    """What these facts do not meet, each in a sentence; what is not known is said to be so, not to be wrong."""
    found = []
    for each in unmet(conditions, known):
        words = in_words(each, day=day)
        found.append(words if known.get(each.field) not in (None, "") else _("%(rule)s (not stated)") % {"rule": words})
    return found


def asked_first(conditions: Iterable[Condition]) -> list[str]:
    """The fields that the conditions need, each once, in their order: they are asked before anything else."""
    return list(dict.fromkeys(each.field for each in conditions))


def in_words(condition: Condition, *, day: date | None = None) -> str:
    """ "Age: at least 22", with the day on which the age counts."""
    params = {"field": condition.label, "value": value_in_words(condition)}
    if condition.field == AGE and day is not None:
        return AGE_WORDS[condition.operator] % (params | {"day": formats.day(day)})
    if condition.kind == "yes_no":
        return _("%(field)s: must be %(value)s") % params
    return WORDS[condition.operator] % params


def value_in_words(condition: Condition) -> str:
    if condition.operator in NUMBERS:
        return str(condition.value)
    return _(", ").join(_one(condition, each) for each in condition.value)


def _one(condition: Condition, value: Any) -> str:
    if condition.field == SEX:
        return str(SEX_WORDS.get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


WORDS = {
    Operator.AT_LEAST: gettext_lazy("%(field)s: at least %(value)s"),
    Operator.AT_MOST: gettext_lazy("%(field)s: at most %(value)s"),
    Operator.ONE_OF: gettext_lazy("%(field)s: one of %(value)s"),
    Operator.NONE_OF: gettext_lazy("%(field)s: not %(value)s"),
}
AGE_WORDS = {
    Operator.AT_LEAST: gettext_lazy("At least %(value)s years old on %(day)s"),
    Operator.AT_MOST: gettext_lazy("At most %(value)s years old on %(day)s"),
}


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def proposed(waiting: Sequence[int], *, chosen: int, seats: int) -> list[int]:
    """Who of the waiting list, in its order, would fill the seats that are free; a person decides about each."""
    return list(waiting[: max(0, seats - chosen)])


def contradictions(conditions: Collection[Condition]) -> list[str]:
    """Fields whose conditions nobody can meet: at least 46 and at most 45; one of A and none of A."""
    by_field: dict[str, dict[str, Any]] = {}
    for each in conditions:
        by_field.setdefault(each.field, {})[each.operator] = each.value
    return [field for field, values in by_field.items() if _clash(values)]


def _clash(values: Mapping[str, Any]) -> bool:
    lowest, highest = (_number(values.get(name)) for name in NUMBERS)
    if lowest is not None and highest is not None and lowest > highest:
        return True
    allowed, barred = (values.get(name) for name in LISTS)
    return allowed is not None and barred is not None and all(each in barred for each in allowed)
