"""Quotas typed as rows: which units, how many, and what is wrong with a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cohorts.rules.values import BadValue, clean_number

UNIT, SEATS = "unit", "seats"
MOST_SEATS = 9999


@dataclass(frozen=True)
class Quota:
    """What a unit may nominate now, and how many slots its nominees take up."""

    seats: int
    taken: int = 0


@dataclass(frozen=True)
class QuotaRow:
    """A quota that is new (``before`` is None) or another number."""

    row: int
    unit: int
    name: str
    before: int | None
    seats: int


@dataclass
class QuotaRows:
    """What typed rows come to. ``left``: named without a number, so they stay as they are."""

    rows: list[QuotaRow] = field(default_factory=list)
    same: int = 0
    left: int = 0
    problems: dict[tuple[int, str], str] = field(default_factory=dict)


def read_quotas(
    typed: Mapping[int, Mapping[str, str]], named: Mapping[str, Mapping[int, str]], now: Mapping[int, Quota]
) -> QuotaRows:
    """``typed``: unit and seats by row; ``named``: the units that each of these words names, with the way to each;
    ``now``: the quotas of the round by unit."""
    found, seen = QuotaRows(), {}
    for row, fields in typed.items():
        name, text = fields.get(UNIT, ""), fields.get(SEATS, "")
        if not name:
            found.problems[row, UNIT] = _("Which unit?")
            continue
        if wrong := _wrong_unit(named.get(name, {})):
            found.problems[row, UNIT] = wrong
            continue
        (unit,) = named[name]
        if unit in seen:
            found.problems[row, UNIT] = _("This unit stands in row %(row)s already.") % {"row": seen[unit]}
            continue
        seen[unit] = row
        if not text:
            found.left += 1
            continue
        seats, quota = _seats(text), now.get(unit)
        if seats is None:
            found.problems[row, SEATS] = _("A whole number from 0 to %(most)s.") % {"most": MOST_SEATS}
        elif quota and seats < quota.taken:
            found.problems[row, SEATS] = _("%(taken)s are nominated already. Send some back first.") % {
                "taken": quota.taken
            }
        elif quota and quota.seats == seats:
            found.same += 1
        else:
            found.rows.append(QuotaRow(row, unit, name, quota.seats if quota else None, seats))
    return found


def _wrong_unit(units: Mapping[int, str]) -> str:
    if not units:
        return _("No open unit of the program's tree has this name.")
    if len(units) > 1:
        return _("Several have this name: %(names)s. Write the way to it.") % {
            "names": _("; ").join([*units.values()][:5])
        }
    return ""


def _seats(text: str) -> int | None:
    try:
        number = clean_number(text)
    except BadValue:
        return None
    return int(number) if number == number.to_integral_value() and 0 <= number <= MOST_SEATS else None
