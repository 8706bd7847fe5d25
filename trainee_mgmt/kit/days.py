"""Days of our own time zone as moments: half-open, from midnight to the next."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def midnight(day: date) -> datetime:
    """The moment at which the day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def bounds(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """From the beginning of the first day up to, not including, the end of the last one, which may be the same."""
    return midnight(first), midnight((last or first) + timedelta(days=1))
