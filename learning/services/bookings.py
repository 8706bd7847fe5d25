"""Venues and teachers are booked once: what the database refuses becomes a sentence."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from learning.models.sessions import TEACHER_ONCE, VENUE_ONCE
from trainee_mgmt.kit.errors import Refused


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
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint == VENUE_ONCE:
            raise Refused(_("The venue is taken at this time by another session.")) from None
        if constraint == TEACHER_ONCE:
            raise Refused(_("The teacher has another session at this time.")) from None
        raise
