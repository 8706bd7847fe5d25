"""Rows that the office puts in order, moved one place at a time."""

from collections.abc import Sequence

from django.db.models import Model

UP, DOWN = "up", "down"


def shift(rows: Sequence[Model], one: Model, direction: str, *, field: str) -> tuple[int, int]:
    """Moves one of ``rows`` one place and numbers all of them anew in ``field``. Answers the places before and after, from
    1; at the end of the row they are the same and nothing is written."""
    rows = list(rows)
    at = next(index for index, each in enumerate(rows) if each.pk == one.pk)
    to = max(0, min(len(rows) - 1, at + (1 if direction == DOWN else -1)))
    if to != at:
        rows[at], rows[to] = rows[to], rows[at]
        for number, each in enumerate(rows, start=1):
            setattr(each, field, number)
        type(one).objects.bulk_update(rows, [field])
    return at + 1, to + 1
