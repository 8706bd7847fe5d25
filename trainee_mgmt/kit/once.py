"""A row that may come several times at once and is written once: the database decides, and nobody waits or fails."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from trainee_mgmt.kit.prepared import Statement


@dataclass(frozen=True)
class KeyOf:
    """In place of a value: the key that the row at this place of the same statement has got."""

    at: int

    @property
    def sql(self) -> str:
        return f"(TABLE row_{self.at})"

    def parameters(self, field: models.Field) -> tuple:
        return ()


@dataclass(frozen=True)
class IfNew:
    """In place of a value: one thing if the row at this place of the same statement is new, else another."""

    at: int
    then: Any
    otherwise: Any

    @property
    def sql(self) -> str:
        return f"CASE WHEN EXISTS (TABLE row_{self.at}) THEN %s ELSE %s END"

    def parameters(self, field: models.Field) -> tuple:
        return tuple(field.get_db_prep_save(value, connection) for value in (self.then, self.otherwise))


IN_PLACE = (KeyOf, IfNew)
AS_THEY_ARE = {int, bool, str, type(None)}  # what these fields send without looking at it
PLAIN = {
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.ForeignKey,
    models.PositiveSmallIntegerField,
}


def insert_once(row: models.Model) -> bool:
    """Insert the row unless a unique constraint says that it is there; answers whether it is new (and has a key then)."""
    return insert_in_turn(row)[0]


def insert_in_turn(first: models.Model, *others: models.Model) -> list[bool]:
    """``insert_once`` for several rows in one statement: the others only if the first one is new; answers for each.

    A value of a later row may be ``KeyOf`` or ``IfNew`` of an earlier one.
    """
    rows = (first, *others)
    placed = [[_placed(row, *field) for field in _fields(type(row))] for row in rows]
    values = [value for row in placed for _place, parameters in row for value in parameters]
    kinds = ((type(row), tuple(place for place, _parameters in each)) for row, each in zip(rows, placed))
    with connection.cursor() as cursor:
        _statement(*kinds).execute(cursor, *values)
        keys = cursor.fetchone()
    for row, key in zip(rows, keys):
        if key is not None:
            row.pk, row._state.adding = key, False
    return [key is not None for key in keys]


def _placed(row: models.Model, field: models.Field, is_plain: bool) -> tuple[str, tuple]:
    """What stands in the place of a value, and what is sent for it."""
    if is_plain and type(value := row.__dict__[field.attname]) in AS_THEY_ARE:
        return "%s", (value,)
    value = field.pre_save(row, add=True)
    if isinstance(value, DatabaseDefault):
        return "", ()
    if isinstance(value, IN_PLACE):
        return value.sql, value.parameters(field)
    return "%s", (field.get_db_prep_save(value, connection),)


@lru_cache
def _statement(*kinds: tuple[type[models.Model], tuple[str, ...]]) -> Statement:
    """Each kind of row with what stands in its places: nothing where the database has a value of its own."""
    parts = [f"row_{at} (key) AS ({_insert(*kind, follows=at > 0)})" for at, kind in enumerate(kinds)]
    keys = [f"(TABLE row_{at})" for at in range(len(kinds))]
    types = [
        field.db_type(connection)
        for kind, places in kinds
        for (field, _is_plain), place in zip(_fields(kind), places, strict=True)
        for _value in range(place.count("%s"))
    ]
    return Statement(" ".join(("WITH", ", ".join(parts), "SELECT", ", ".join(keys))), tuple(types))


def _insert(kind: type[models.Model], places: tuple[str, ...], *, follows: bool) -> str:
    name = connection.ops.quote_name
    given = [
        (name(field.column), place) for (field, _is_plain), place in zip(_fields(kind), places, strict=True) if place
    ]
    columns, values = (", ".join(each) for each in zip(*given))
    return " ".join(
        (
            *("INSERT INTO", name(kind._meta.db_table), "(", columns, ")"),
            *(("SELECT", values, "FROM row_0") if follows else ("VALUES (", values, ")")),
            *("ON CONFLICT DO NOTHING RETURNING", name(kind._meta.pk.column)),
        )
    )


@lru_cache
def _fields(kind: type[models.Model]) -> list[tuple[models.Field, bool]]:
    """What is written of a row; whether it is a field without ways of its own."""
    fields = [field for field in kind._meta.concrete_fields if not field.primary_key and not field.generated]
    return [(field, type(field) in PLAIN) for field in fields]
