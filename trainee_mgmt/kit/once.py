"""A row that may come several times at once and is written once: the database decides, and nobody waits or fails."""

from django.db import connection, models


def insert_once(row: models.Model) -> bool:
    """Insert the row unless a unique constraint says that it is there; answers whether it is new (and has a key then)."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key and not field.generated]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    places = ", ".join(["%s"] * len(values))
    table, key = connection.ops.quote_name(row._meta.db_table), connection.ops.quote_name(row._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING {key}",  # noqa: S608
            values,
        )
        made = cursor.fetchone()
    if made is None:
        return False
    row.pk, row._state.adding = made[0], False
    return True
