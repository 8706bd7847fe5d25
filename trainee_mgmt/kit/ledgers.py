"""Append-only tables: the SQL that migrations install, so that a fact is never rewritten by any program; and how a row
takes the place of another.
"""

from collections.abc import Collection

from django.db import connection, migrations
from django.db.models import Model

from trainee_mgmt.kit.prepared import Insert

_CLOSED = """
CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is append-only: a row is never changed or removed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only();
"""
_LEDGER = """
CREATE FUNCTION {table}_is_a_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.in_force AND NOT NEW.in_force THEN
        NEW.in_force := TRUE;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            NEW.in_force := FALSE;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '{table} is a ledger: correct a row by a new one' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_a_ledger();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_a_ledger();
"""


def append_only(table: str) -> migrations.RunSQL:
    """No UPDATE, DELETE or TRUNCATE at all."""
    return migrations.RunSQL(
        _CLOSED.format(table=table),
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table}; DROP FUNCTION {table}_is_append_only();",
    )


def ledger(table: str) -> migrations.RunSQL:
    """Only ``in_force`` may turn from true to false; nothing else changes and nothing is removed."""
    return migrations.RunSQL(
        _LEDGER.format(table=table),
        f"DROP TRIGGER ledger ON {table}; DROP TRIGGER ledger_truncate ON {table}; DROP FUNCTION {table}_is_a_ledger();",
    )


class Ledger:
    """The writing of one ledger: ``Ledger(Score).write(new, instead_of=[old.pk])``."""

    def __init__(self, model: type[Model]):
        self.model = model
        self.insert = Insert(model)

    def write(self, *rows: Model, instead_of: Collection[int] = ()) -> None:
        """Add the rows; those that they take the place of are no longer in force. One round trip; in a transaction."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        end = f"UPDATE {table} SET in_force = FALSE WHERE id = ANY(%s); " if instead_of else ""
        self.insert(*rows, first=end, parameters=(list(instead_of),) if instead_of else ())
