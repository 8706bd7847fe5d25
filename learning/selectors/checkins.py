"""What a check-in by code must know, and what its screen shows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import FilteredRelation, Q, QuerySet
from django.utils import timezone

from cohorts.models import ClassMembership, Trainee
from learning.models import PersonTime, Scan, Session
from learning.selectors.roll import expected_memberships
from trainee_mgmt.kit.prepared import Prepared


def session_for_scan(session: int) -> Session | None:
    """The released session, held so that it is neither cancelled nor rolled while a scan is written; scans hold it together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, cohort_id, title, starts_at, ends_at, cancelled_at FROM learning_session"
            " WHERE id = %s AND NOT is_draft FOR KEY SHARE",
            [session],
        )
        row = cursor.fetchone()
    names = ("id", "cohort_id", "title", "starts_at", "ends_at", "cancelled_at")
    return Session.from_db("default", names, row) if row else None


@dataclass(frozen=True)
class Place:
    """A person's place at a session: as whom, and when the own check-in was accepted, if it was."""

    trainee_id: int
    number: str
    name: str
    accepted_at: datetime | None


def _place(*, session: int, day: date, user: int) -> QuerySet[ClassMembership]:
    accepted = Q(trainee__scans__session=session, trainee__scans__verdict=Scan.Verdict.ACCEPTED)
    return (
        expected_memberships(session, day)
        .filter(trainee__person__user=user)
        .annotate(accepted=FilteredRelation("trainee__scans", condition=accepted))
        .order_by("trainee_id")
        .values_list("trainee_id", "trainee__number", "trainee__person__name", "accepted__at")
    )


_place_of = Prepared(_place)


def place_of(session: Session, user: int) -> Place | None:
    """The place of the person with this account at the session; None for whoever is not expected."""
    row = _place_of.one(session=session.pk, day=timezone.localdate(session.starts_at), user=user)
    return Place(*row) if row else None


def stranger_of(session: Session, user: int) -> Place | None:
    """Somebody of the same cohort who is not expected at the session."""
    mine = Trainee.objects.filter(cohort=session.cohort_id, person__user=user).order_by("pk")
    row = mine.values_list("pk", "number", "person__name").first()
    return Place(*row, None) if row else None


def own_sessions_around(user: int, *, now: datetime, before: timedelta, days: int = 7) -> list[Session]:
    """The sessions at which somebody is expected that run, or begin within these days, by time."""
    return list(
        Session.objects.filter(
            pk__in=PersonTime.objects.filter(trainee__person__user=user).values("session"),
            ends_at__gt=now,
            starts_at__lte=now + before + timedelta(days=days),
            cancelled_at=None,
        ).order_by("starts_at", "pk")[:20]
    )


def wrong_digits_since(user: int, since: datetime) -> int:
    """How many wrong codes somebody typed since then."""
    return Scan.objects.filter(
        trainee__person__user=user,
        verdict=Scan.Verdict.REFUSED,
        reasons__contains=[Scan.Reason.WRONG_DIGITS],
        at__gte=since,
    ).count()


def people_in(session: int) -> tuple[int, int]:
    """How many checked in by themselves, and how many are expected."""
    scans = Scan.objects.filter(session=session, verdict=Scan.Verdict.ACCEPTED)
    return scans.count(), PersonTime.objects.filter(session=session).count()
