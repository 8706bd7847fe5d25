"""How large a run is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    small: int  # people of a cohort
    large: int
    huge: int
    few: int  # rows of an import
    many: int
    rounds: int
    seconds: float  # that one side of a case takes in one round, about


FULL = Shape(small=450, large=20_000, huge=200_000, few=450, many=5_000, rounds=3, seconds=0.6)
SMALLEST = Shape(small=50, large=60, huge=70, few=12, many=24, rounds=1, seconds=0.1)
