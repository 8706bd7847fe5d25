"""What a home page shows of sessions and journals."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce, Length

from learning.models import CAME, HANDED_IN, Journal, JournalDue, PersonTime, Session
from learning.selectors.reviewing import overdue
from learning.selectors.weeks import touching_day


@dataclass(frozen=True)
class OpenRolls:
    """The sessions of one cohort that are over and have no roll: how many, and the oldest."""

    cohort_id: int
    count: int
    oldest_id: int
    title: str
    starts_at: datetime


def open_rolls(sessions: QuerySet[Session], *, now: datetime) -> list[OpenRolls]:
    """One line a cohort; one query. A session at which nobody is expected asks for nothing."""
    waiting = sessions.filter(
        Exists(PersonTime.objects.filter(session=OuterRef("pk"))), ends_at__lte=now, cancelled_at=None, rolled_at=None
    ).annotate(count=Window(Count("pk"), partition_by=F("cohort_id")))
    rows = waiting.order_by("cohort_id", "starts_at", "pk").distinct("cohort_id")
    return [OpenRolls(*row) for row in rows.values_list("cohort_id", "count", "pk", "title", "starts_at")]


@dataclass(frozen=True)
class SessionLine:
    """A session of one day with its classes and how many came of those expected."""

    pk: int
    cohort_id: int
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    rolled_at: datetime | None
    classes: list[str]
    expected: int
    marked: int
    came: int


def sessions_of_day(sessions: QuerySet[Session], day: date, *, most: int = 8) -> list[SessionLine]:
    """By time; one query."""
    names = Session.classes.through.objects.filter(session=OuterRef("pk")).order_by("training_class__number", "pk")
    lines = (
        touching_day(sessions, day)
        .filter(cancelled_at=None)
        .annotate(
            class_names=ArraySubquery(names.values("training_class__name")),
            expected=_people(Q()),
            marked=_people(Q(mark__isnull=False)),
            came=_people(Q(state__in=CAME)),
        )
        .order_by("starts_at", "pk")
        .values_list(
            "pk", "cohort_id", "title", Coalesce("venue__name", "place"), "starts_at", "ends_at", "rolled_at",
            "class_names", "expected", "marked", "came",
        )
    )  # fmt: skip
    return [SessionLine(*line) for line in lines[:most]]


def _people(condition: Q) -> Coalesce:
    rows = PersonTime.objects.filter(condition, session=OuterRef("pk")).order_by().values("session")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


@dataclass(frozen=True)
class WaitingJournals:
    """Journals of one cohort that wait for an answer: those whose last day has passed, or those that have time."""

    cohort_id: int
    is_late: bool
    count: int
    due_on: date  # of the first


def waiting_journals(journals: QuerySet[Journal], *, today: date) -> list[WaitingJournals]:
    """At most two lines a cohort; one query."""
    waiting = journals.filter(state=Journal.State.SUBMITTED, review_due_on__isnull=False).order_by()
    rows = waiting.annotate(is_late=ExpressionWrapper(overdue(today), output_field=BooleanField()))
    grouped = rows.values_list("trainee__cohort", "is_late")
    return [WaitingJournals(*row) for row in grouped.annotate(n=Count("pk"), due=Min("review_due_on"))]


@dataclass(frozen=True)
class OwedJournal:
    """A period that still asks one trainee for a journal; ``state`` is empty before the first word."""

    trainee_id: int
    period_start: date
    first_on: date
    last_on: date
    due_on: date
    state: str | None
    characters: int | None


def owed_journals(due: QuerySet[JournalDue], *, today: date) -> list[OwedJournal]:
    """Periods that have begun and whose journal is not handed in (or was returned) and not excused by leave, oldest
    first; one query."""
    rows = due.filter(first_on__lte=today, is_excused=False).exclude(state__in=HANDED_IN).order_by("period_start", "pk")
    return [
        OwedJournal(*row)
        for row in rows.values_list(
            "trainee_id", "period_start", "first_on", "last_on", "due_on", "state", Length("journal__body")
        )
    ]


@dataclass(frozen=True)
class OwnAttendance:
    """Sessions of one trainee that were held: how many, how many have a mark, to how many he came."""

    trainee_id: int
    held: int
    marked: int
    came: int


def own_attendance(person_times: QuerySet[PersonTime], *, now: datetime) -> list[OwnAttendance]:
    """One line a trainee; one query."""
    rows = person_times.held(now).order_by().values_list("trainee")
    return [
        OwnAttendance(*row)
        for row in rows.annotate(
            n=Count("pk"), marked=Count("pk", filter=Q(mark__isnull=False)), came=Count("pk", filter=Q(state__in=CAME))
        )
    ]
