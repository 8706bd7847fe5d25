"""Locks over what is not one row."""

from django.db import connection


def lock_unit_tree() -> None:
    """Until the end of the transaction nobody else changes the shape of the tree: paths are computed from parents."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.unit_tree'))")


def lock_user_names() -> None:
    """Until the end of the transaction nobody else makes up user names: they are numbered by those that are taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.user_names'))")


def lock_setup() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.setup'))")
