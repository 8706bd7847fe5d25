"""The sessions of a week, in one query however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from learning.models import Session, SessionClass
from learning.rules.places import place_words
from learning.rules.weeks import Entry
from learning.selectors.timetable import LONGEST, class_words
from trainee_mgmt.kit.days import bounds


def within_week(sessions: QuerySet[Session], monday: date) -> QuerySet[Session]:
    start, end = bounds(monday, monday + timedelta(days=6))
    return sessions.filter(starts_at__gte=start, starts_at__lt=end)


def counts_of_days(sessions: QuerySet[Session]) -> dict[date, int]:
    """How many begin on each day; a day without any is left out."""
    by_day = sessions.order_by().annotate(day=TruncDate("starts_at")).values_list("day")
    return dict(by_day.annotate(n=Count("pk")).order_by("day"))


def of_day(sessions: QuerySet[Session], day: date) -> QuerySet[Session]:
    """Those that begin on the day."""
    start, end = bounds(day)
    return sessions.filter(starts_at__gte=start, starts_at__lt=end)


def touching_day(sessions: QuerySet[Session], day: date) -> QuerySet[Session]:
    """Those of which some part lies in the day: one that goes on past midnight belongs to both."""
    start, end = bounds(day)
    return sessions.filter(starts_at__gt=start - LONGEST, starts_at__lt=end, ends_at__gt=start)


def entries_of(
    sessions: QuerySet[Session], conflicts: Mapping[int, Sequence[str]] = MappingProxyType({})
) -> list[Entry]:
    """``conflicts``: by session, what it is in conflict about, in words."""
    names = SessionClass.objects.filter(session=OuterRef("pk")).order_by("training_class__number", "training_class_id")
    rows = sessions.annotate(class_names=ArraySubquery(names.values("training_class__name"))).values_list(
        "pk", "title", "starts_at", "ends_at", "class_names", "teacher_name", "venue__name", "place", "is_draft", "cancelled_at"
    )  # fmt: skip
    return [
        Entry(
            pk,
            title,
            timezone.localtime(start),
            timezone.localtime(end),
            class_words(classes),
            teacher,
            place_words(venue, place),
            is_draft,
            cancelled_at is not None,
            tuple(conflicts.get(pk, ())),
        )
        for pk, title, start, end, classes, teacher, venue, place, is_draft, cancelled_at in rows
    ]


def of_class(sessions: QuerySet[Session], key: int) -> QuerySet[Session]:
    return of_classes(sessions, [key])


def of_classes(sessions: QuerySet[Session], keys: Iterable[int]) -> QuerySet[Session]:
    return sessions.filter(pk__in=SessionClass.objects.filter(training_class__in=keys).values("session"))


def teachers_of(sessions: QuerySet[Session]) -> list[str]:
    """The names that stand in these sessions, each once."""
    found = (
        sessions.exclude(teacher_name="")
        .order_by()
        .aggregate(names=ArrayAgg("teacher_name", distinct=True, default=[]))
    )
    return sorted(found["names"])
