"""Calendars (RFC 5545)."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as CalendarEvent

from learning.rules.calendars import Event

READ_AGAIN = timedelta(hours=1)


def calendar_file(name: str, events: Iterable[Event], *, now: datetime) -> bytes:
    """The events as programs read them: one UID for ever, a sequence that grows, what is cancelled stays and says so."""
    calendar = Calendar()
    calendar.add("prodid", "-//trainee-mgmt//timetable//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for each in events:
        calendar.add_component(_event(each, now))
    return calendar.to_ical()


def _event(each: Event, now: datetime) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", f"{each.uid}@trainee-mgmt")
    event.add("sequence", each.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", each.starts_at.astimezone(UTC))
    event.add("dtend", each.ends_at.astimezone(UTC))
    event.add("summary", _printable(each.title))
    event.add("status", "CANCELLED" if each.is_cancelled else "CONFIRMED")
    if each.where:
        event.add("location", _printable(each.where))
    lines = [
        _("Teacher: %(name)s") % {"name": each.teacher} if each.teacher else "",
        _("Classes: %(names)s") % {"names": each.classes} if each.classes else "",
        _("Cancelled: %(reason)s") % {"reason": each.reason} if each.is_cancelled and each.reason else "",
    ]
    if text := "\n".join(filter(None, lines)):
        event.add("description", _printable(text))
    return event


def _printable(text: str) -> str:
    """Without the control signs that RFC 5545 does not know."""
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) != "Cc")
