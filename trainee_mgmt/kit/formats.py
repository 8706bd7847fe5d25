"""How numbers and dates are written, in both languages: one place for templates, tables and charts."""

from datetime import date, datetime
from decimal import Decimal
from numbers import Number

from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy

from trainee_mgmt.kit import rounding

EMPTY = "—"
MONTHS = (
    pgettext_lazy("month", "Jan"),
    pgettext_lazy("month", "Feb"),
    pgettext_lazy("month", "Mar"),
    pgettext_lazy("month", "Apr"),
    pgettext_lazy("month", "May"),
    pgettext_lazy("month", "Jun"),
    pgettext_lazy("month", "Jul"),
    pgettext_lazy("month", "Aug"),
    pgettext_lazy("month", "Sep"),
    pgettext_lazy("month", "Oct"),
    pgettext_lazy("month", "Nov"),
    pgettext_lazy("month", "Dec"),
)


def dash(value) -> str:
    """The value, or a dash where there is none. Zero is a value."""
    return EMPTY if value is None or value == "" else value


def number(value, places: int | None = None) -> str:
    """``5059`` is ``5,059``; decimals stay as they are unless ``places`` says how many."""
    if value is None or value == "":
        return EMPTY
    if not isinstance(value, Number | Decimal):
        return str(value)
    return f"{value:,}" if places is None else f"{value:,.{places}f}"


def percent(part, whole, places: int = 1) -> str:
    """``236`` of ``450`` is ``52.4%``; of nothing there is no share."""
    share = None if part is None or not whole else rounding.percent(part, whole, places)
    return EMPTY if share is None else f"{share}%"


def _here(value: date | datetime) -> date | datetime:
    """A moment in our own time zone; a day as it is."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | datetime | None, today: date | None = None) -> str:
    """``10 月 27 日``; the year stands only when it is not this year."""
    if not value:
        return EMPTY
    value = _here(value)
    parts = {"day": value.day, "month": MONTHS[value.month - 1], "year": value.year}
    if value.year == (today or timezone.localdate()).year:
        return pgettext("date", "%(day)s %(month)s") % parts
    return pgettext("date", "%(day)s %(month)s %(year)s") % parts


def month(value: date | None) -> str:
    """``1992 年 5 月``: a month of a year."""
    if not value:
        return EMPTY
    return pgettext("date", "%(month)s %(year)s") % {"month": MONTHS[value.month - 1], "year": value.year}


def span(first: date, last: date, today: date | None = None) -> str:
    """``10 月 27 日 – 11 月 2 日``, or the one day that it is."""
    return day(first, today) if first == last else f"{day(first, today)} – {day(last, today)}"


def span_in_sheet(first: date, last: date) -> str:
    """``2026-10-27 – 2026-11-02``, as ``span``."""
    return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"


def clock(value: datetime | None) -> str:
    """``14:30`` in our own time zone."""
    if not value:
        return EMPTY
    return _here(value).strftime("%H:%M")


def moment(value: datetime | None, today: date | None = None) -> str:
    """``10 月 27 日 14:30``."""
    return f"{day(value, today)} {clock(value)}" if value else EMPTY


def from_to(starts_at: datetime, ends_at: datetime, today: date | None = None) -> str:
    """``10 月 27 日 09:00–11:30``; a second day stands there only where it is another one."""
    if _here(starts_at).date() == _here(ends_at).date():
        return f"{moment(starts_at, today)}–{clock(ends_at)}"
    return f"{moment(starts_at, today)} – {moment(ends_at, today)}"


def from_to_in_sheet(starts_at: datetime, ends_at: datetime) -> str:
    """``2026-10-27 09:00–11:30``, as ``from_to``."""
    start, end = _here(starts_at), _here(ends_at)
    if start.date() == end.date():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"


def weekday(value: date | datetime) -> str:
    """Of a moment, the day it is in our own time zone."""
    names = (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"),
        gettext("Friday"), gettext("Saturday"), gettext("Sunday"),
    )  # fmt: skip
    return names[_here(value).weekday()]
