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
    workers: tuple[int, ...]  # processes of the web server that a crowd meets
    classes: int  # of a cohort of very many
    marks: int  # of attendance in it
    seconds: float  # that one side of a case takes in one round, about


FULL = Shape(
    small=450, large=20_000, huge=200_000, few=450, many=5_000, rounds=3,
    workers=(1, 2, 4), classes=2_868, marks=219_000, seconds=0.6,
)  # fmt: skip
SMALLEST = Shape(
    small=50, large=60, huge=70, few=12, many=24, rounds=1, workers=(2,), classes=14, marks=180, seconds=0.1
)
