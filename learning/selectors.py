"""Reads that assemble several models."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from cohorts.models import ClassMembership, Cohort, Trainee
from cohorts.rules.membership import Stay
from learning.models import CAME, HANDED_IN, Journal, JournalDue, PersonTime, Session, SessionClass
from learning.rules.journals import Week, owed, weeks
from trainee_mgmt.kit.prepared import Prepared


def expected_memberships(session: int, day: date) -> QuerySet[ClassMembership]:
    """The class memberships that oblige somebody to come: in a class of the session on its day, and in training."""
    return ClassMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day),
        Q(trainee__ended_on=None) | Q(trainee__ended_on__gt=day),
        training_class__in=SessionClass.objects.filter(session=session).values("training_class"),
        starts_on__lte=day,
        trainee__joined_on__lte=day,
    )


@dataclass(frozen=True)
class RollLine:
    """One person on the roll: who, in which class, and the mark in force (empty before the first)."""

    trainee_id: int
    name: str
    number: str
    class_name: str
    mark_id: int | None
    state: str
    note: str


def _roll(of_classes: tuple[int, ...] | None, *, session: int, day: date, trainee: int | None = None) -> QuerySet:
    members = expected_memberships(session, day)
    if of_classes is not None:
        members = members.filter(training_class__in=of_classes)
    if trainee is not None:
        members = members.filter(trainee=trainee)
    mark = FilteredRelation(
        "trainee__attendances",
        condition=Q(trainee__attendances__session=session, trainee__attendances__in_force=True),
    )
    return (
        members.annotate(mark=mark)
        .order_by("training_class__number", "training_class_id", "trainee__number", "trainee_id")
        .values_list(
            "trainee_id", "trainee__person__name", "trainee__number", "training_class__name",
            "mark__pk", Coalesce("mark__state", Value("")), Coalesce("mark__note", Value("")),
        )
    )  # fmt: skip


_roll_of = Prepared(_roll)


def roll(session: Session, *, of_classes: list[int] | None = None) -> list[RollLine]:
    """The people expected at the session with their marks, by class and number; one query for any number of people."""
    classes, day = None if of_classes is None else tuple(of_classes), timezone.localdate(session.starts_at)
    return [RollLine(*row) for row in _roll_of(classes, session=session.pk, day=day)]


def roll_line(session: Session, trainee: int, *, of_classes: list[int] | None = None) -> RollLine | None:
    """The line of one person, who may not be expected."""
    classes, day = None if of_classes is None else tuple(of_classes), timezone.localdate(session.starts_at)
    row = _roll_of.one(classes, session=session.pk, day=day, trainee=trainee)
    return RollLine(*row) if row else None


# Journals -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JournalWeek:
    """A week of one trainee and what became of its journal (None: nothing written yet)."""

    week: Week
    journal: Journal | None
    is_late: bool
    is_open: bool  # it has begun


def journal_weeks(trainee: Trainee, *, today: date) -> list[JournalWeek]:
    """The weeks that ask this trainee for a journal and have begun, newest first; two queries."""
    written = {journal.period_start: journal for journal in trainee.journals.all()}
    in_training = [Stay(trainee.joined_on, trainee.ended_on, 0)]  # as in the view ``JournalDue``
    weeks = [week for week in owed(schedule_of(trainee.cohort), in_training) if week.first <= today]
    found = [
        JournalWeek(
            week=week,
            journal=written.get(week.monday),
            is_late=week.due_on < today
            and (week.monday not in written or written[week.monday].state in ("draft", "returned")),
            is_open=True,
        )
        for week in weeks
    ]
    return found[::-1]


def schedule_of(cohort: Cohort) -> list[Week]:
    return [] if cohort.journal_every == Cohort.JournalEvery.NONE else weeks(cohort.starts_on, cohort.ends_on)


def journal_counts(journals: QuerySet[Journal]) -> dict[str, int]:
    """How many journals stand where."""
    counted = journals.order_by().aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in Journal.State.values}
    )
    return {state: count for state, count in counted.items() if state != Journal.State.DRAFT}


def missing_journals(cohort: Cohort, *, today: date) -> QuerySet[Trainee]:
    """Trainees in training who have not handed in the journal of the newest week that is past due."""
    past = [week for week in schedule_of(cohort) if week.due_on < today]
    if not past:
        return Trainee.objects.none()
    handed_in = Journal.objects.filter(
        trainee=OuterRef("pk"), period_start=past[-1].monday, state__in=["submitted", "accepted"]
    )
    return cohort.trainees.active().filter(~Exists(handed_in), joined_on__lte=past[-1].first)


@dataclass(frozen=True)
class Owing:
    trainee_id: int
    name: str
    number: str
    weeks: list[date]


def missing_by_trainee(cohort: Cohort, trainees: QuerySet[Trainee], *, today: date) -> list[Owing]:
    """Who owes which weeks, most first; three queries for any number of people."""
    past = [week for week in schedule_of(cohort) if week.due_on < today]
    people = (
        trainees.filter(cohort=cohort, status=Trainee.Status.ACTIVE)
        .order_by("number", "pk")
        .values_list("pk", "person__name", "number", "joined_on")
    )
    handed_in = set(
        Journal.objects.filter(trainee__cohort=cohort, state__in=["submitted", "accepted"]).values_list(
            "trainee_id", "period_start"
        )
    )
    owing = []
    for pk, name, number, joined_on in people:
        open_weeks = [week.monday for week in past if week.first >= joined_on and (pk, week.monday) not in handed_in]
        if open_weeks:
            owing.append(Owing(pk, name, number, open_weeks))
    return sorted(owing, key=lambda each: (-len(each.weeks), each.number))


# What a home page shows ------------------------------------------------------------------------------------------------


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
    start = timezone.make_aware(datetime.combine(day, time.min))
    names = Session.classes.through.objects.filter(session=OuterRef("pk")).order_by("training_class__number", "pk")
    lines = (
        sessions.filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=1), cancelled_at=None)
        .annotate(
            class_names=ArraySubquery(names.values("training_class__name")),
            expected=_people(Q()),
            marked=_people(Q(mark__isnull=False)),
            came=_people(Q(state__in=CAME)),
        )
        .order_by("starts_at", "pk")
        .values_list(
            "pk", "cohort_id", "title", "place", "starts_at", "ends_at", "rolled_at",
            "class_names", "expected", "marked", "came",
        )
    )  # fmt: skip
    return [SessionLine(*line) for line in lines[:most]]


def _people(condition: Q) -> Coalesce:
    rows = PersonTime.objects.filter(condition, session=OuterRef("pk")).order_by().values("session")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


@dataclass(frozen=True)
class WaitingJournals:
    """Journals of one cohort that wait for a reviewer."""

    cohort_id: int
    count: int
    oldest_at: datetime


def waiting_journals(journals: QuerySet[Journal]) -> list[WaitingJournals]:
    """One line a cohort; one query."""
    rows = journals.filter(state=Journal.State.SUBMITTED).order_by().values_list("trainee__cohort")
    return [WaitingJournals(*row) for row in rows.annotate(n=Count("pk"), oldest=Min("submitted_at"))]


@dataclass(frozen=True)
class OwedJournal:
    """A week that still asks one trainee for a journal; ``state`` is empty before the first word."""

    trainee_id: int
    monday: date
    first_on: date
    last_on: date
    due_on: date
    state: str | None
    characters: int | None


def owed_journals(due: QuerySet[JournalDue], *, today: date) -> list[OwedJournal]:
    """Weeks that have begun and whose journal is not handed in (or was returned), oldest first; one query."""
    rows = due.filter(first_on__lte=today).exclude(state__in=HANDED_IN).order_by("monday", "pk")
    return [
        OwedJournal(*row)
        for row in rows.values_list(
            "trainee_id", "monday", "first_on", "last_on", "due_on", "state", Length("journal__body")
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
