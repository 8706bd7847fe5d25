"""Reads that assemble several models."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.models import ClassMembership
from learning.models import Attendance, Session


def expected_memberships(session: Session) -> QuerySet[ClassMembership]:
    """The class memberships that oblige somebody to come: in a class of the session on its day, and in training."""
    day = timezone.localdate(session.starts_at)
    return ClassMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day),
        Q(trainee__ended_on=None) | Q(trainee__ended_on__gt=day),
        training_class__in=session.session_classes.values("training_class"),
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


def roll(session: Session, *, of_classes: list[int] | None = None) -> list[RollLine]:
    """The people expected at the session with their marks, by class and number; two queries for any number of people."""
    members = expected_memberships(session)
    if of_classes is not None:
        members = members.filter(training_class__in=of_classes)
    people = members.order_by(
        "training_class__number", "training_class_id", "trainee__number", "trainee_id"
    ).values_list("trainee_id", "trainee__person__name", "trainee__number", "training_class__name")
    marks = {
        trainee: (pk, state, note)
        for pk, trainee, state, note in Attendance.objects.filter(session=session, in_force=True).values_list(
            "pk", "trainee_id", "state", "note"
        )
    }
    return [
        RollLine(pk, name, number, in_class, *marks.get(pk, (None, "", ""))) for pk, name, number, in_class in people
    ]


def today_of(user_classes: list[int], day: date) -> QuerySet[Session]:
    """The sessions of these classes on one day, cancelled ones too."""
    start = timezone.make_aware(timezone.datetime.combine(day, timezone.datetime.min.time()))
    end = start + timezone.timedelta(days=1)
    return Session.objects.filter(
        pk__in=Session.objects.filter(session_classes__training_class__in=user_classes).values("pk"),
        starts_at__gte=start,
        starts_at__lt=end,
    ).order_by("starts_at", "pk")
