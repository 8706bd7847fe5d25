"""Venues and teachers are booked once: what the database refuses becomes a sentence."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused, constraint_of


def lock_bookings(claims: Iterable[tuple[str, str]]) -> None:
    """Until the end of the transaction nobody else books these venues or teachers, as (kind, key). Taken in one order,
    so that two organizers wait for each other and never block each other for good."""
    keys = sorted({f"learning.{kind}:{key}" for kind, key in claims if key})
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


@contextmanager
def booked_once() -> Iterator[None]:
    """Around what writes sessions: a second booking at one time is refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = constraint_of(error)
        if constraint.startswith("learning_venue_once"):
            raise Refused(_("The venue is taken at this time by another session.")) from None
        if constraint.startswith("learning_teacher_key_once"):
            raise Refused(_("The teacher has another session at this time.")) from None
        raise
