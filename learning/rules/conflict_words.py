"""Conflicts in words: both sides with title, time and classes."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.rules.conflicts import Conflict, Kind, Side
from trainee_mgmt.kit.formats import clock, day, weekday


def when_words(start: datetime, end: datetime) -> str:
    """``9 月 8 日 星期二 09:00–11:00``; past midnight the second day stands there too."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    until = clock(end) if first.date() == last.date() else f"{day(last)} {clock(end)}"
    return f"{day(first)} {weekday(first)} {clock(start)}–{until}"


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
        return _("%(venue)s is closed from %(day)s on") % {"venue": one.venue_name, "day": day(one.closed_on)}
    if conflict.kind == Kind.TEACHER and other:
        return _("%(teacher)s teaches two sessions") % {"teacher": shared_teachers(one, other)}
    if conflict.kind == Kind.CLASS:
        return _("A class is in two sessions")
    if conflict.kind == Kind.PERSON:
        return ngettext("%(n)s person is in both sessions", "%(n)s people are in both sessions", conflict.count) % {
            "n": conflict.count
        }
    return _("%(n)s people are expected in %(venue)s, which seats %(seats)s") % {
        "n": conflict.count,
        "venue": one.venue_name,
        "seats": one.seats,
    }


def shared_teachers(one: Side, other: Side) -> str:
    """As the first side writes them, where it names one; else the keys they share."""
    return one.teacher if len(one.teachers) == 1 else _(", ").join(sorted(one.teachers & other.teachers))


def sentence(conflict: Conflict) -> str:
    """The whole of it, both sides named."""
    if conflict.other is None:
        return _("%(what)s: %(one)s.") % {"what": headline(conflict), "one": side_words(conflict.one)}
    return _("%(what)s: %(one)s and %(other)s.") % {
        "what": headline(conflict),
        "one": side_words(conflict.one),
        "other": side_words(conflict.other),
    }
