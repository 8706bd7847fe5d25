"""Rows that are typed or pasted into a table of a page: fields are named ``<name>-<number of the row>``. And lines cut into parts."""

import re
from collections.abc import Collection, Mapping

from django.core.exceptions import BadRequest

SHOWN, MORE, MOST = 10, 10, 300  # rows at first, by a press of a button, at most
LONGEST = 200  # signs of a field
Typed = dict[int, dict[str, str]]


def cut(sign: re.Pattern, text: str, most: int = 0) -> list[str]:
    """The parts between the signs, without the blanks around them; at most so many cuts.

    A pattern that takes the blanks too (blanks, sign, blanks) needs the square of their number in steps.
    """
    return [part.strip() for part in sign.split(text, maxsplit=most)]


def read_rows(data: Mapping[str, str], names: Collection[str]) -> tuple[Typed, int]:
    """The fields by the number of their row, of rows in which something stands, and how many rows the page had."""
    typed: Typed = {}
    for key, value in data.items():
        name, _dash, number = key.partition("-")
        if name not in names:
            continue
        if not (number.isascii() and number.isdecimal() and len(number) < 4 and 1 <= int(number) <= MOST):
            raise BadRequest("a field is <name>-<number of the row>")
        typed.setdefault(int(number), {})[name] = value[:LONGEST].strip()
    rows = dict(sorted(typed.items()))
    return {number: fields for number, fields in rows.items() if any(fields.values())}, max(rows, default=SHOWN)


def rows_to_show(
    typed: Typed,
    count: int,
    labels: Mapping[str, object],
    *,
    of_field: Mapping[tuple[int, str], str],
    of_row: Mapping[int, list[str]],
) -> list[tuple]:
    """For ``kit/_typed_row.html``: each row with what was typed and what is wrong with it."""
    return [
        (
            number,
            [
                (name, label, typed.get(number, {}).get(name, ""), of_field.get((number, name), ""))
                for name, label in labels.items()
            ],
            of_row.get(number, []),
        )
        for number in range(1, count + 1)
    ]
