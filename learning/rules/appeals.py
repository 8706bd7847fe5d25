"""Objections to marks: to which, and until when. Values in, values out."""

from datetime import date, timedelta

from learning.rules.attendance import Mark
from learning.rules.states import Limits


def last_day(marked_on: date, limits: Limits) -> date | None:
    """Until when somebody may object to a mark made on that day; None: never."""
    return marked_on + timedelta(days=limits.appeal_days) if limits.appeal_days else None


def may_object(mark: str, marked_on: date, limits: Limits, *, today: date) -> bool:
    """Also to an excused absence, which does not count as attended; to being present there is nothing to object."""
    last = last_day(marked_on, limits)
    return mark != Mark.PRESENT and last is not None and today <= last
