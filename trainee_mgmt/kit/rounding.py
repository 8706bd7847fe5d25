"""Rounding and shares as every figure, score and report prints them. Exact: no float comes in or goes out."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

Exact = int | Decimal | Fraction


def half_up(value: Exact, places: int) -> Decimal:
    """``value`` to ``places`` decimals, halves away from zero, exact for any number of digits."""
    if isinstance(value, float):
        raise TypeError("half_up takes int, Decimal or Fraction, never a float")
    above, below = value.as_integer_ratio()
    whole = (abs(above) * 2 * 10**places + below) // (below * 2)
    return _decimal(-whole if above < 0 else whole, places)


def _decimal(units: int, places: int) -> Decimal:
    """So many units of the last place; read from text, because arithmetic on decimals would round long ones."""
    return Decimal(f"{units}E-{places}")


def percent(n: Exact, of: Exact, places: int = 1) -> Decimal | None:
    """How many of a hundred ``n`` is of ``of``; None where there is nothing to be a part of."""
    return half_up(Fraction(n) * 100 / Fraction(of), places) if of else None


def apportion(parts: Sequence[Exact], places: int) -> list[Decimal]:
    """
    The parts rounded to ``places`` so that they re-add exactly to their rounded sum (largest remainder).

    Every part is first rounded down; the units that are then missing go to the parts that lost most, the earlier
    part first where two lost the same. No part moves by a whole unit, and a part that needs no rounding stays.
    """
    unit = 10**places
    scaled = [Fraction(part) * unit for part in parts]
    units = [int(part // 1) for part in scaled]
    lacking = int(half_up(sum(scaled, Fraction(0)), 0)) - sum(units)
    by_loss = sorted(range(len(parts)), key=lambda index: (units[index] - scaled[index], index))
    for index in by_loss[:lacking]:
        units[index] += 1
    return [_decimal(count, places) for count in units]
