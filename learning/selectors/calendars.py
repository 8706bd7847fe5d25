"""What a calendar link shows: released sessions that its owner may see at this moment, cancelled ones too."""

from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from learning.models import CalendarFeed, Session, SessionClass
from learning.rules.calendars import Event
from learning.rules.conflicts import teacher_keys
from learning.rules.places import place_words
from learning.selectors.timetable import class_words
from learning.selectors.weeks import of_class
from trainee_mgmt.kit import access
from trainee_mgmt.kit.names import name_key

BACK = timedelta(days=180)  # what is older has no place in a calendar that looks ahead


def sessions_of(feed: CalendarFeed) -> QuerySet[Session]:
    if feed.kind == CalendarFeed.Kind.OWN:
        return Session.objects.filter(access.rows(feed.user, "learning.attend"))
    mine = Session.objects.filter(access.rows(feed.user, "learning.view_session"))
    if feed.kind == CalendarFeed.Kind.CLASS:
        return of_class(mine, feed.training_class_id)
    return mine.filter(teacher_key__contains=name_key(feed.teacher_name))


def events_of(feed: CalendarFeed) -> list[Event]:
    """By time; one query."""
    names = SessionClass.objects.filter(session=OuterRef("pk")).order_by("training_class__number", "training_class_id")
    rows = (
        sessions_of(feed)
        .filter(ends_at__gt=timezone.now() - BACK)
        .annotate(class_names=ArraySubquery(names.values("training_class__name")))
        .order_by("starts_at", "pk")
        .values_list(
            "uid", "sequence", "title", "starts_at", "ends_at", "teacher_name", "venue__name", "place", "class_names",
            "cancelled_at", "cancel_reason",
        )
    )  # fmt: skip
    wanted = name_key(feed.teacher_name)
    return [
        Event(
            uid=str(uid),
            sequence=sequence,
            title=title,
            starts_at=start,
            ends_at=end,
            teacher=teacher,
            where=place_words(venue, place),
            classes=class_words(classes),
            is_cancelled=cancelled_at is not None,
            reason=reason,
        )
        for uid, sequence, title, start, end, teacher, venue, place, classes, cancelled_at, reason in rows
        if not wanted or wanted in teacher_keys(teacher)
    ]
