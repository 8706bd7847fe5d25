"""A row that may come several times at once and is written once: the database decides, and nobody waits or fails."""

from functools import lru_cache

from django.db import connection, models


def insert_once(row: models.Model) -> bool:
    """Insert the row unless a unique constraint says that it is there; answers whether it is new (and has a key then)."""
    return insert_in_turn(row)[0]


def insert_in_turn(first: models.Model, *others: models.Model) -> list[bool]:
    """``insert_once`` for several rows in one statement: the others only if the first one is new; answers for each."""
    rows = (first, *others)
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in _fields(row)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(*(type(row) for row in rows)), values)
        keys = cursor.fetchone()
    for row, key in zip(rows, keys):
        if key is not None:
            row.pk, row._state.adding = key, False
    return [key is not None for key in keys]


@lru_cache
def _statement(*kinds: type[models.Model]) -> str:
    parts = [f"row_{at} (key) AS ({_insert(kind, follows=at > 0)})" for at, kind in enumerate(kinds)]
    keys = [f"(TABLE row_{at})" for at in range(len(kinds))]
    return " ".join(("WITH", ", ".join(parts), "SELECT", ", ".join(keys)))


def _insert(kind: type[models.Model], *, follows: bool) -> str:
    name, fields = connection.ops.quote_name, _fields(kind)
    places = ", ".join(["%s"] * len(fields))
    return " ".join(
        (
            *("INSERT INTO", name(kind._meta.db_table), "(", ", ".join(name(field.column) for field in fields), ")"),
            *(("SELECT", places, "FROM row_0") if follows else ("VALUES (", places, ")")),
            *("ON CONFLICT DO NOTHING RETURNING", name(kind._meta.pk.column)),
        )
    )


def _fields(row: models.Model | type[models.Model]) -> list[models.Field]:
    return [field for field in row._meta.concrete_fields if not field.primary_key and not field.generated]
