"""Days and clock times of our own time zone as moments; days are half-open, from midnight to the next."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """The moment at which the clock shows this on the day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def midnight(day: date) -> datetime:
    """The moment at which the day begins."""
    return moment(day, 0)


def _day_after(day: date) -> date:
    """The last day that can be written has none; nothing lies on it."""
    return day + timedelta(days=1) if day < date.max else day


def bounds(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """From the beginning of the first day up to, not including, the end of the last one, which may be the same."""
    return midnight(first), midnight(_day_after(last or first))
