"""Sessions as the timetable sees them: drafts in place of what they replace, with classes and the people expected."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.models import ClassMembership, Cohort, TrainingClass
from learning.models import AcceptedConflict, Leave, Session, SessionClass, TimetableRule
from learning.rules.conflicts import (
    Away,
    Conflict,
    Leaves,
    Search,
    Side,
    Site,
    Ways,
    among,
    free_slots,
)
from library.models import Venue, Way
from trainee_mgmt.kit.days import bounds
from trainee_mgmt.kit.names import name_key
from trainee_mgmt.kit.words import say as _

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
            "venue_id", "venue__name", "venue__capacity", "venue__closed_on", "mode", "venue__unit", "venue__place",
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
    for pk, replaces, is_superseded, title, start, end, cohort, teacher, may_overlap, *venue, mode, unit, place in rows:
        mine = [] if is_superseded else classes[pk]
        keys = frozenset(key for key, _name in mine)
        day = timezone.localdate(start)
        found.append(
            Side(
                replaces or pk, title, start, end, day, cohort, keys, class_words(name for _key, name in mine), teacher,
                *venue, people.of(keys, day), may_overlap, pk, site_of(mode, venue[0], unit, place),
            )
        )  # fmt: skip
    return found


def site_of(mode: str, venue: int | None, unit: int | None, place: str | None) -> Site | None:
    """Where one has to go for a session; nowhere online or without a venue."""
    if venue is None or unit is None or mode == Session.Mode.ONLINE:
        return None
    return Site.of(venue, unit, place or "")


def ways_from(sites: Iterable[Site | None], default: int) -> Ways:
    """The ways that begin or end at places of the units of these; one query, none for sessions without a venue."""
    units = {site.unit for site in sites if site}
    if not units:
        return Ways()
    rows = Way.objects.filter(Q(one__unit__in=units) | Q(other__unit__in=units)).order_by("minutes", "pk")
    ends = ("one", "one__unit", "one__place", "other", "other__unit", "other__place", "minutes")
    return Ways(
        {
            frozenset((Site.of(*row[:3]), Site.of(*row[3:6]))): row[6] for row in rows.values_list(*ends)
        },  # of several between the same places the longest
        default,
    )


def leaves_of(cohorts: Collection[int], first: datetime, last: datetime, percent: int) -> Leaves:
    """Approved leave in these cohorts between two moments; one query."""
    rows = Leave.objects.filter(
        state=Leave.State.APPROVED, cohort__in=cohorts, starts_at__lt=last, ends_at__gt=first
    ).order_by("starts_at", "pk")
    names = ("cohort_id", "trainee__person_id", "trainee__person__name", "starts_at", "ends_at")
    return Leaves(
        [
            Away(cohort, person, name_key(name), start, end)
            for cohort, person, name, start, end in rows.values_list(*names)
        ],
        percent,
    )


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
    mode: str = Session.Mode.ON_SITE,
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
        site=site_of(mode, venue.pk, venue.unit_id, venue.place) if venue else None,
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


def conflicts_of(wanted: Collection[Side], rule: TimetableRule) -> list[Conflict]:
    """The conflicts of sessions that are about to be written, with each other and with what is planned. What is seen at
    once must fit what others see today too: bookings that a draft of another cohort is about to give up."""
    if not wanted:
        return []
    keys = {side.key for side in wanted if side.key}
    ways = ways_from((side.site for side in wanted), rule.travel_minutes)
    theirs = rivals(wanted, *_span(wanted, ways.longest))
    planned_now = theirs if rule.at_once else theirs.filter(is_superseded=False)
    others = [side for side in sides(planned_now) if side.key not in keys]
    return among(with_leave(wanted, rule), others, ways)


def standing_conflicts(cohort: Cohort, *, now: datetime, until: datetime | None = None) -> list[Conflict]:
    """All conflicts of what is still to come in a cohort (of what begins before ``until``), whatever brought them about; a
    constant number of queries."""
    coming = planned(cohort=cohort).filter(cancelled_at=None, ends_at__gt=now)
    mine = sides(coming.filter(starts_at__lt=until) if until else coming)
    if not mine:
        return []
    rule = rule_of(cohort)
    ways = ways_from((side.site for side in mine), rule.travel_minutes)
    theirs = rivals(mine, *_span(mine, ways.longest)).exclude(cohort=cohort)
    return among(with_leave(mine, rule), sides(theirs.filter(is_superseded=False)), ways)


def with_leave(mine: Collection[Side], rule: TimetableRule) -> list[Side]:
    """The same, each with who is on leave at its time; one query."""
    leaves = leaves_of({side.cohort for side in mine}, *_span(mine, timedelta(0)), rule.leave_percent)
    return [leaves.seen_by(side) for side in mine]


def _span(mine: Collection[Side], more: timedelta) -> tuple[datetime, datetime]:
    return min(side.starts_at for side in mine) - more, max(side.ends_at for side in mine) + more


def open_conflicts(
    cohort: Cohort, *, now: datetime, until: datetime | None = None
) -> tuple[list[Conflict], list[tuple[Conflict, AcceptedConflict]]]:
    """(those that wait for somebody, those that were accepted as they stand)."""
    accepted = {
        each.fingerprint: each for each in AcceptedConflict.objects.filter(cohort=cohort).select_related("accepted_by")
    }
    found = standing_conflicts(cohort, now=now, until=until)
    waiting = [each for each in found if each.fingerprint not in accepted]
    return waiting, [(each, accepted[each.fingerprint]) for each in found if each.fingerprint in accepted]


def slots_for(cohort: Cohort, side: Side, rule: TimetableRule, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """Three times at which this session meets nothing: its teacher, venue, classes and people are free, have time for the
    way, and are not on leave."""
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
        hours=rule.hours,
    )
    days = search.days()
    if not days:
        return []
    first, end = bounds(min(days), max(days))
    ways = ways_from([side.site], rule.travel_minutes)
    in_the_way = rivals([side], first - ways.longest, end + ways.longest)
    free_of = in_the_way.exclude(pk=side.key).exclude(replaces=side.key) if side.key > 0 else in_the_way
    busy = [
        _with_way(timezone.localtime(start), timezone.localtime(end), ways.between(side.site, site_of(*where)))
        for start, end, *where in free_of.values_list(
            "starts_at", "ends_at", "mode", "venue", "venue__unit", "venue__place"
        )
    ]
    leaves = leaves_of({cohort.pk}, first, end, rule.leave_percent)
    return free_slots(search, busy, suits=lambda start, end: leaves.leaves_room(side, start, end))


def _with_way(start: datetime, end: datetime, way: timedelta) -> tuple[datetime, datetime]:
    return start - way, end + way
