"""Conflicts in words: both sides with title, time and classes."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from learning.rules.conflicts import Conflict, Kind, Side, in_order
from trainee_mgmt.kit.formats import clock, day, weekday
from trainee_mgmt.kit.words import phrase
from trainee_mgmt.kit.words import say as _
from trainee_mgmt.kit.words import say_many as ngettext


@phrase("learning.when")
def when_words(start: datetime, end: datetime) -> str:
    """``9 月 8 日 星期二 09:00–11:00``; past midnight the second day stands there too."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    until = clock(end) if first.date() == last.date() else f"{day(last)} {clock(end)}"
    return f"{day(first)} {weekday(first)} {clock(start)}–{until}"


@phrase("learning.day")
def day_words(moment: date) -> str:
    return day(moment)


def side_words(side: Side) -> str:
    """Title, time and classes of one side."""
    facts = [fact for fact in (when_words(side.starts_at, side.ends_at), side.class_names) if fact]
    return _("“%(title)s” (%(facts)s)") % {"title": side.title, "facts": _(", ").join(facts)}


def headline(conflict: Conflict) -> str:
    """What it is, in a few words."""
    one, other = conflict.one, conflict.other
    if conflict.kind == Kind.VENUE:
        return _("%(venue)s is taken by two sessions") % {"venue": one.venue_name}
    if conflict.kind == Kind.CLOSED:
        return _("%(venue)s is closed from %(day)s on") % {"venue": one.venue_name, "day": day_words(one.closed_on)}
    if conflict.kind == Kind.TEACHER and other:
        return _("%(teacher)s teaches two sessions") % {"teacher": shared_teachers(one, other)}
    if conflict.kind == Kind.CLASS:
        return _("A class is in two sessions")
    if conflict.kind == Kind.PERSON:
        return ngettext("%(n)s person is in both sessions", "%(n)s people are in both sessions", conflict.count) % {
            "n": conflict.count
        }
    if conflict.kind == Kind.TRAVEL and other:
        first, then = in_order(one, other)
        return _("The way from %(one)s to %(other)s takes %(minutes)s minutes, %(gap)s are left for %(who)s") % {
            "one": first.venue_name,
            "other": then.venue_name,
            "minutes": minutes(conflict.way),
            "gap": minutes(then.starts_at - first.ends_at),
            "who": travellers(conflict, one, other),
        }
    if conflict.kind == Kind.LEAVE and not conflict.count:
        return _("%(teacher)s teaches and has leave at this time") % {"teacher": named(one, one.away_teachers)}
    if conflict.kind == Kind.LEAVE:
        return _("%(n)s of %(all)s people have leave at this time") % {"n": conflict.count, "all": len(one.people)}
    return _("%(n)s people are expected in %(venue)s, which seats %(seats)s") % {
        "n": conflict.count,
        "venue": one.venue_name,
        "seats": one.seats,
    }


def named(side: Side, teachers: frozenset[str]) -> str:
    """As the side writes them, where it names one; else the keys."""
    return side.teacher if len(side.teachers) == 1 else _(", ").join(sorted(teachers))


def shared_teachers(one: Side, other: Side) -> str:
    return named(one, one.teachers & other.teachers)


def travellers(conflict: Conflict, one: Side, other: Side) -> str:
    """Whom the way concerns: the teacher, the class, or so many people."""
    if one.teachers & other.teachers:
        return shared_teachers(one, other)
    if conflict.count:
        return ngettext("%(n)s person", "%(n)s people", conflict.count) % {"n": conflict.count}
    return one.class_names or _("the class")


def minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def sentence(conflict: Conflict) -> str:
    """The whole of it, both sides named."""
    if conflict.other is None:
        return _("%(what)s: %(one)s.") % {"what": headline(conflict), "one": side_words(conflict.one)}
    return _("%(what)s: %(one)s and %(other)s.") % {
        "what": headline(conflict),
        "one": side_words(conflict.one),
        "other": side_words(conflict.other),
    }
