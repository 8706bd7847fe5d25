"""Versions of a timetable: what waits, what was released, whose rows these are."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.models import ClassOfficer, Cohort, Person
from learning.models import Session, SessionClass
from learning.rules.places import place_words
from learning.rules.releases import Change, Row, by_reader, diff
from learning.selectors.timetable import People, class_words


def rows_of(sessions: QuerySet[Session]) -> list[Row]:
    """Sessions as people see them, drafts under the key of what they replace; two queries."""
    found = list(
        sessions.order_by("starts_at", "pk").values_list(
            "pk", "replaces_id", "title", "starts_at", "ends_at", "teacher_name", "venue__name", "place", "mode",
            "cancel_reason", "cancelled_at",
        )
    )  # fmt: skip
    classes = defaultdict(list)
    parts = SessionClass.objects.filter(session__in=[row[0] for row in found]).order_by(
        "training_class__number", "training_class_id"
    )
    for session, key, name in parts.values_list("session", "training_class", "training_class__name"):
        classes[session].append((key, name))
    return [
        Row(
            key=replaces or pk,
            title=title,
            starts_at=timezone.localtime(start).isoformat(),
            ends_at=timezone.localtime(end).isoformat(),
            class_names=class_words(name for _key, name in classes[pk]),
            classes=tuple(key for key, _name in classes[pk]),
            teacher=teacher,
            where=place_words(venue, place),
            mode=mode,
            reason=reason,
            is_cancelled=cancelled_at is not None,
        )
        for pk, replaces, title, start, end, teacher, venue, place, mode, reason, cancelled_at in found
    ]


def pending(cohort: Cohort) -> list[Change]:
    """What the next release would make of what people see."""
    drafts = Session.everything.filter(cohort=cohort, is_draft=True)
    now_seen = {row.key: row for row in rows_of(Session.objects.filter(cohort=cohort, is_superseded=True))}
    return diff(now_seen, rows_of(drafts))


@dataclass(frozen=True)
class Readers:
    """Whose rows change: persons with the places of their changes, and accounts (of officers too) with theirs."""

    people: dict[int, tuple[int, ...]]
    users: dict[int, tuple[int, ...]]


def readers_of(changes: list[Change]) -> Readers:
    """Trainees who are expected, and officers of the classes in whose term the session lies; three queries."""
    rows = [row for change in changes for row in (change.before, change.after) if row]
    classes = {key for row in rows for key in row.classes}
    expected = People(classes)
    people = by_reader(changes, lambda row: expected.of(frozenset(row.classes), row.start.date()))
    users = {
        user: people[person]
        for person, user in Person.objects.filter(pk__in=people, user__isnull=False).values_list("pk", "user")
    }
    officers = ClassOfficer.objects.filter(training_class__in=classes, person__user__isnull=False)
    terms = list(officers.values_list("person__user", "training_class", "starts_on", "ends_on"))

    def in_office(row: Row) -> frozenset[int]:
        day = row.start.date()
        return frozenset(
            user
            for user, key, start, end in terms
            if key in row.classes and start <= day and (end is None or end >= day)
        )

    for user, places in by_reader(changes, in_office).items():
        users[user] = tuple(sorted({*places, *users.get(user, ())}))
    return Readers(people, users)


@dataclass(frozen=True)
class Named:
    """(name, how many of the changes are theirs), by name: trainees who are told, those without account, officers."""

    told: list[tuple[str, int]]
    without_account: list[tuple[str, int]]
    officers: list[tuple[str, int]]


def named(readers: Readers) -> Named:
    people = Person.objects.filter(Q(pk__in=readers.people) | Q(user__in=readers.users)).order_by("name_key", "pk")
    found = Named([], [], [])
    for pk, name, user in people.values_list("pk", "name", "user"):
        if pk not in readers.people:
            found.officers.append((name, len(readers.users[user])))
        else:
            (found.told if user else found.without_account).append((name, len(readers.people[pk])))
    return found
