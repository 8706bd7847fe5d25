"""Sessions as the timetable sees them: drafts in place of what they replace, with classes and the people expected."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import ClassMembership, Cohort, TrainingClass
from learning.models import AcceptedConflict, Session, SessionClass, TimetableRule
from learning.rules.conflicts import Conflict, Hours, Search, Side, among, free_slots
from library.models import Venue

LONGEST = timedelta(hours=24)  # of one session
FEW = 3  # so many classes are named one by one
SEVERAL = "[、，,;；/／|&＆]"  # a field that names several teachers


def rule_of(cohort: Cohort) -> TimetableRule:
    """The rule in force; the one that everybody begins with is version 0 and no row."""
    return TimetableRule.objects.filter(cohort=cohort, in_force=True).first() or TimetableRule(cohort=cohort)


def planned(**cohort) -> QuerySet[Session]:
    """The coming state: what is released, with drafts in place of what they replace."""
    return Session.everything.filter(is_superseded=False, **cohort)


def class_words(names: Iterable[str]) -> str:
    """``一班、二班``; of many the first, and how many there are."""
    names = list(names)
    if len(names) <= FEW:
        return _(", ").join(names)
    return _("%(names)s and others, %(count)s classes") % {"names": _(", ").join(names[:FEW]), "count": len(names)}


def sides(sessions: QuerySet[Session]) -> list[Side]:
    """Three queries for any number of sessions. One that is superseded keeps only its venue and teacher: people and
    classes go by the draft."""
    rows = list(
        sessions.order_by("starts_at", "pk").values_list(
            "pk", "replaces_id", "is_superseded", "title", "starts_at", "ends_at", "cohort_id", "teacher_name", "may_overlap",
            "venue_id", "venue__name", "venue__capacity", "venue__closed_on",
        )
    )  # fmt: skip
    classes = defaultdict(list)
    parts = SessionClass.objects.filter(session__in=[row[0] for row in rows]).order_by(
        "training_class__number", "training_class_id"
    )
    for session, training_class, name in parts.values_list("session", "training_class", "training_class__name"):
        classes[session].append((training_class, name))
    people = People({pk for each in classes.values() for pk, _name in each})
    found = []
    for pk, replaces, is_superseded, title, start, end, cohort, teacher, may_overlap, *venue in rows:
        mine = [] if is_superseded else classes[pk]
        keys = frozenset(key for key, _name in mine)
        day = timezone.localdate(start)
        found.append(
            Side(
                replaces or pk, title, start, end, day, cohort, keys, class_words(name for _key, name in mine), teacher,
                *venue, people.of(keys, day), may_overlap, pk,
            )
        )  # fmt: skip
    return found


class People:
    """Who is expected of some classes on a day; one query for all classes."""

    def __init__(self, classes: Collection[int]):
        self._of_class = defaultdict(list)
        self._known: dict[tuple[frozenset[int], date], frozenset[int]] = {}
        rows = ClassMembership.objects.filter(training_class__in=classes) if classes else ClassMembership.objects.none()
        for training_class, *span in rows.values_list(
            "training_class", "trainee__person", "starts_on", "ends_on", "trainee__joined_on", "trainee__ended_on"
        ):
            self._of_class[training_class].append(span)

    def of(self, classes: frozenset[int], day: date) -> frozenset[int]:
        key = (classes, day)
        if key not in self._known:
            self._known[key] = frozenset(
                person
                for each in classes
                for person, starts_on, ends_on, joined_on, ended_on in self._of_class[each]
                if starts_on <= day
                and joined_on <= day
                and (ends_on is None or ends_on > day)
                and (ended_on is None or ended_on > day)
            )
        return self._known[key]


def side_of(
    cohort: Cohort,
    classes: Collection[TrainingClass],
    *,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    teacher_name: str = "",
    venue: Venue | None = None,
    key: int = 0,
    may_overlap: bool = False,
    people: People | None = None,
) -> Side:
    """A session that is about to be written."""
    keys, day = frozenset(each.pk for each in classes), timezone.localdate(starts_at)
    return Side(
        key=key,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        day=day,
        cohort=cohort.pk,
        classes=keys,
        class_names=class_words(each.name for each in classes),
        teacher=teacher_name,
        venue=venue.pk if venue else None,
        venue_name=venue.name if venue else "",
        seats=venue.capacity if venue else None,
        closed_on=venue.closed_on if venue else None,
        people=(people or People(keys)).of(keys, day),
        may_overlap=may_overlap,
    )


def rivals(wanted: Collection[Side], first: datetime, last: datetime) -> QuerySet[Session]:
    """Sessions that are not cancelled, between two moments, and could get into the way of these."""
    people = {person for side in wanted for person in side.people}
    classes = {key for side in wanted for key in side.classes}
    teachers = {key for side in wanted for key in side.teachers}
    venues = {side.venue for side in wanted if side.venue}
    theirs = ClassMembership.objects.filter(trainee__person__in=people).values("training_class")
    in_the_way = Q(
        pk__in=SessionClass.objects.filter(Q(training_class__in=classes) | Q(training_class__in=theirs)).values(
            "session"
        )
    )
    if venues:
        in_the_way |= Q(venue__in=venues)
    if teachers:
        in_the_way |= Q(teacher_key__in=teachers) | Q(teacher_key__regex=SEVERAL)
    return Session.everything.filter(
        in_the_way, cancelled_at=None, starts_at__lt=last, starts_at__gt=first - LONGEST, ends_at__gt=first
    )


def conflicts_of(wanted: Collection[Side], *, at_once: bool) -> list[Conflict]:
    """The conflicts of sessions that are about to be written, with each other and with what is planned. What is seen
    ``at_once`` must fit what others see today too: bookings that a draft of another cohort is about to give up."""
    if not wanted:
        return []
    keys = {side.key for side in wanted if side.key}
    first, last = min(side.starts_at for side in wanted), max(side.ends_at for side in wanted)
    theirs = rivals(wanted, first, last)
    others = [side for side in sides(theirs if at_once else theirs.filter(is_superseded=False)) if side.key not in keys]
    return among(wanted, others)


def standing_conflicts(cohort: Cohort, *, now: datetime) -> list[Conflict]:
    """All conflicts of what is still to come in a cohort, whatever brought them about; a constant number of queries."""
    mine = sides(planned(cohort=cohort).filter(cancelled_at=None, ends_at__gt=now))
    if not mine:
        return []
    first, last = min(side.starts_at for side in mine), max(side.ends_at for side in mine)
    others = sides(rivals(mine, first, last).exclude(cohort=cohort).filter(is_superseded=False))
    return among(mine, others)


def open_conflicts(cohort: Cohort, *, now: datetime) -> tuple[list[Conflict], list[tuple[Conflict, AcceptedConflict]]]:
    """(those that wait for somebody, those that were accepted as they stand)."""
    accepted = {
        each.fingerprint: each for each in AcceptedConflict.objects.filter(cohort=cohort).select_related("accepted_by")
    }
    found = standing_conflicts(cohort, now=now)
    waiting = [each for each in found if each.fingerprint not in accepted]
    return waiting, [(each, accepted[each.fingerprint]) for each in found if each.fingerprint in accepted]


def slots_for(cohort: Cohort, side: Side, hours: Hours, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """Three times at which this session meets nothing: its teacher, venue, classes and people are free."""
    last = cohort.ends_on
    if side.closed_on and side.closed_on <= cohort.starts_on:
        return []
    if side.closed_on:
        last = min(last, side.closed_on - timedelta(days=1))
    search = Search(
        length=side.ends_at - side.starts_at,
        wished=timezone.localtime(side.starts_at),
        now=timezone.localtime(now),
        first=cohort.starts_on,
        last=last,
        hours=hours,
    )
    days = search.days()
    if not days:
        return []
    first, end = timezone.make_aware(datetime.combine(min(days), datetime.min.time())), max(days) + timedelta(days=1)
    in_the_way = rivals([side], first, timezone.make_aware(datetime.combine(end, datetime.min.time())))
    free_of = in_the_way.exclude(pk=side.key).exclude(replaces=side.key) if side.key > 0 else in_the_way
    busy = [
        (timezone.localtime(start), timezone.localtime(end))
        for start, end in free_of.values_list("starts_at", "ends_at")
    ]
    return free_slots(search, busy)
