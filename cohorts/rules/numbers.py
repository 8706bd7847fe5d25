"""Numbers of trainees (学号)."""

import re
from collections.abc import Iterable
from datetime import date

TAIL = re.compile(r"(\D*(?:\d+\D+)*)(\d{1,12})", re.ASCII)
FIRST = "001"


def next_number(taken: Iterable[str], prefix: str = "") -> str:
    """The number after the highest one that begins with ``prefix`` and ends in digits; as wide as that one.

    ``["2601-001", "2601-009"]`` gives ``2601-010``. Without any, it is the prefix and ``001``.
    """
    best: tuple[int, int, str] | None = None
    for number in taken:
        found = TAIL.fullmatch(number)
        if found is None or not found[1].startswith(prefix):
            continue
        key = (int(found[2]), len(found[2]), found[1])
        best = key if best is None or key > best else best
    if best is None:
        return prefix + FIRST
    value, width, head = best
    return f"{head}{value + 1:0{width}d}"


def number_prefix(starts_on: date, class_number: int = 0) -> str:
    """2604- for class 4 of a cohort that starts in 2026; class 0 is for people without a class."""
    return f"{starts_on:%y}{class_number:02d}-"


def next_numbers(taken: Iterable[str], prefix: str, count: int) -> list[str]:
    """``count`` numbers after the highest one with this prefix; a number that was given up is not used again."""
    numbers: list[str] = []
    for _each in range(count):
        numbers.append(next_number(numbers[-1:] or taken, prefix))
    return numbers
