"""Many rows in few statements: COPY for new ones, UPDATE … FROM unnest(…) for changed ones, ``field__any`` to find them.

For stored plans only: nothing of ``save()`` runs, so the caller brings keys, defaults and everything derived. The
constraints of the database hold as ever.
"""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.db import connection, models

from trainee_mgmt.kit.crypto import Sealed


@models.Field.register_lookup
class AnyOf(models.Lookup):
    """``phone_index__any=[…]``: like ``in``, but thousands of values travel as one parameter."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(self.rhs)]


NULL = r"\N"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@contextmanager
def without_collector() -> Iterator[None]:
    """No search for unreachable rings while many objects are made that all stay: it would cost a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """Primary keys that nobody else gets, in ascending order; for ``copy_rows``."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows of values in the order of ``fields``; answers how many."""
    lines = ["\t".join(map(_as_text, row)) for row in rows]
    if lines:
        columns = ", ".join(_column(model, name) for name in fields)
        with connection.cursor() as cursor:
            # table and columns are names of our models
            cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', StringIO("\n".join(lines)))
    return len(lines)


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Change rows given as (pk, *values in the order of ``fields``). None leaves a field; an object is merged into it."""
    if not rows:
        return 0
    table, pk = model._meta.db_table, model._meta.pk
    names = [_column(model, name) for name in fields]
    settings = ", ".join(_setting(model, name) for name in fields)
    arrays = ", ".join(f"%s::{_type(model, name)}[]" for name in [pk.name, *fields])
    # table, columns and types are names of our models; values are parameters
    sql = (
        f'UPDATE "{table}" AS old SET {settings} '
        f'FROM unnest({arrays}) AS new("{pk.column}", {", ".join(names)}) WHERE old."{pk.column}" = new."{pk.column}"'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [[_as_parameter(value) for value in column] for column in zip(*rows)])
        return cursor.rowcount


def _column(model: type[models.Model], name: str) -> str:
    return f'"{model._meta.get_field(name).column}"'


def _type(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    field = field.target_field if field.is_relation else field
    return field.rel_db_type(connection) if field.primary_key else field.db_type(connection).split("(")[0]


def _setting(model: type[models.Model], name: str) -> str:
    column = _column(model, name)
    if isinstance(model._meta.get_field(name), models.JSONField):
        return f"{column} = old.{column} || coalesce(new.{column}, '{{}}')"
    return f"{column} = coalesce(new.{column}, old.{column})"


def _as_parameter(value: Any) -> Any:
    if isinstance(value, Sealed):
        return value.token
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _as_text(value: Any) -> str:
    """One value in the text format of COPY."""
    if isinstance(value, str):
        return value if value.isprintable() and "\\" not in value else value.translate(ESCAPES)
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(_as_parameter(value)).translate(ESCAPES)
