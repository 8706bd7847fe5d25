"""Who is expected at a session, with the mark in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
    FilteredRelation,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from cohorts.models import ClassMembership
from learning.models import CAME, Attendance, Leave, Session, SessionClass
from trainee_mgmt.kit.prepared import Prepared

LONGEST_REQUEST = timedelta(minutes=2)


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
    source: str = ""
    marked: str = ""  # what the ledger says; ``state`` is "excused" where leave stands against an absence or no mark
    leave: str = ""  # the kind of approved leave that overlaps the session
    user_id: int | None = None  # the own account


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
    this = Session.everything.filter(pk=session)
    away = Leave.objects.filter(
        trainee=OuterRef("trainee"),
        state=Leave.State.APPROVED,
        starts_at__lt=this.values("ends_at"),
        ends_at__gt=this.values("starts_at"),
    ).order_by("starts_at")
    is_excused = Q(leave__isnull=False) & (Q(mark__state=None) | Q(mark__state=Attendance.State.ABSENT))
    marked = Coalesce("mark__state", Value(""))
    return (
        members.annotate(mark=mark, leave=Subquery(away.values("leave_type__name")[:1]))
        .order_by("training_class__number", "training_class_id", "trainee__number", "trainee_id")
        .values_list(
            "trainee_id", "trainee__person__name", "trainee__number", "training_class__name",
            "mark__pk", Case(When(is_excused, then=Value("excused")), default=marked), Coalesce("mark__note", Value("")),
            Coalesce("mark__source", Value("")), marked, Coalesce("leave", Value("")), "trainee__person__user",
        )
    )  # fmt: skip


_roll_of = Prepared(_roll)


def roll(session: Session, *, of_classes: list[int] | None = None) -> list[RollLine]:
    """The people expected at the session with their marks, by class and number; one query for any number of people."""
    classes = None if of_classes is None else tuple(of_classes)
    return [RollLine(*row) for row in _roll_of(classes, **_of(session))]


def roll_line(session: Session, trainee: int, *, of_classes: list[int] | None = None) -> RollLine | None:
    """The line of one person, who may not be expected."""
    classes = None if of_classes is None else tuple(of_classes)
    row = _roll_of.one(classes, **_of(session), trainee=trainee)
    return RollLine(*row) if row else None


def _of(session: Session) -> dict[str, Any]:
    day = timezone.localdate(session.starts_at)
    return {"session": session.pk, "day": day}


def marks_of(newest: Mapping[int, int | None]) -> dict[int, tuple[int, int]]:
    """How many came and how many are marked, by session; of sessions without a mark nothing. One query, or none.

    ``newest`` names the newest mark of each session. A mark is only ever followed by a newer one, so what was counted
    once everybody had written who began before it stays true until there is another.
    """
    keys = {f"marks:{session}:{mark}": session for session, mark in newest.items() if mark}
    found = {keys[key]: both for key, both in cache.get_many(keys).items()}
    counting = [session for session in keys.values() if session not in found]
    rows = Attendance.objects.filter(session__in=counting, in_force=True).order_by().values_list("session")
    numbers = {"came": Count("pk", filter=Q(state__in=CAME)), "marked": Count("pk"), "last": Max("marked_at")}
    settled, now = {}, timezone.now()
    for session, came, marked, last in rows.annotate(**numbers) if counting else ():
        found[session] = (came, marked)
        if last < now - LONGEST_REQUEST:
            settled[f"marks:{session}:{newest[session]}"] = found[session]
    cache.set_many(settled)
    return found
