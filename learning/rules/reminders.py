"""What approved leave excuses, and when somebody is reminded. Values in, values out; local times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from accounts.rules.timing import Hours, IsWorkingDay, last_allowed

EVENING = time(18)


class Before(StrEnum):
    """When people are reminded of a session."""

    NONE = "none"
    DAY = "day"  # on the working day before
    HOURS = "hours"


@dataclass(frozen=True)
class SessionRule:
    before: Before = Before.DAY
    at: time = EVENING
    hours: int = 2

    def moment(self, starts_at: datetime, hours: Hours, is_here: IsWorkingDay) -> datetime | None:
        """When a person is reminded: at the time of the rule, or the last before it outside quiet hours on a day at work."""
        if self.before == Before.HOURS:
            planned = starts_at - timedelta(hours=self.hours)
        else:
            planned = datetime.combine(starts_at.date() - timedelta(days=1), self.at, starts_at.tzinfo)
        return last_allowed(planned, hours, is_here)


def is_excused(
    first_on: date, last_on: date, due_on: date, *, on_leave: Callable[[date], bool], is_working_day: IsWorkingDay
) -> bool:
    """Whether leave excuses the journal of these days: it is due in the leave, or every working day lies in it."""
    if on_leave(due_on):
        return True
    days = (first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1))
    worked = [day for day in days if is_working_day(day)]
    return bool(worked) and all(on_leave(day) for day in worked)
