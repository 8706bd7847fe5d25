"""When somebody may be told something. Values in, values out; all times in the zone of the moment given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
DIGEST_AT = time(8, 40)  # the providers ask not to come at the full and the half hour
BEFORE_QUIET = timedelta(minutes=10)  # what would fall into quiet hours and cannot wait goes out so long before them
FURTHEST = 60  # days to look ahead: longer than any run of days off
IsWorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class Hours:
    """When a person is left alone. From and until the same: no quiet hours. Both dates of an absence are included."""

    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    away_from: date | None = None
    away_until: date | None = None

    def is_away(self, day: date) -> bool:
        return self.away_from is not None and self.away_from <= day <= (self.away_until or date.max)


def end_of_quiet(moment: datetime, hours: Hours) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    begin, end, now = hours.quiet_from, hours.quiet_until, moment.time()
    if begin == end:
        return moment
    if begin < end:
        is_quiet, is_tomorrow = begin <= now < end, False
    else:  # over midnight
        is_quiet, is_tomorrow = now >= begin or now < end, now >= begin
    if not is_quiet:
        return moment
    return datetime.combine(moment.date() + timedelta(days=is_tomorrow), end, moment.tzinfo)


def next_allowed(moment: datetime, hours: Hours, is_working_day: IsWorkingDay) -> datetime:
    """The first moment from this one on that is outside quiet hours, on a working day on which the person is here."""
    for _step in range(FURTHEST):
        allowed = end_of_quiet(moment, hours)
        if is_working_day(allowed.date()) and not hours.is_away(allowed.date()):
            return allowed
        moment = datetime.combine(allowed.date() + timedelta(days=1), time(0), moment.tzinfo)
    return end_of_quiet(moment, hours)


def last_allowed(moment: datetime, hours: Hours, is_here: IsWorkingDay) -> datetime | None:
    """The last moment up to this one that is outside quiet hours, on a day on which the person works and is here.

    None if there is none within two months.
    """
    earliest = moment.date() - timedelta(days=FURTHEST)
    while moment.date() > earliest:
        allowed = _start_of_quiet(moment, hours)
        if allowed.date() == moment.date() and is_here(moment.date()):
            return allowed
        moment = allowed if allowed.date() < moment.date() else moment - timedelta(days=1)
    return None


def _start_of_quiet(moment: datetime, hours: Hours) -> datetime:
    """The moment itself, or a little before the quiet hours it lies in."""
    if end_of_quiet(moment, hours) == moment:
        return moment
    begin = datetime.combine(moment.date(), hours.quiet_from, moment.tzinfo)
    return (begin if begin <= moment else begin - timedelta(days=1)) - BEFORE_QUIET


def next_digest(moment: datetime, hours: Hours, is_working_day: IsWorkingDay) -> datetime:
    """The next time of the daily message that is allowed."""
    first = moment.date() if moment.time() <= DIGEST_AT else moment.date() + timedelta(days=1)
    for ahead in range(FURTHEST):
        planned = datetime.combine(first + timedelta(days=ahead), DIGEST_AT, moment.tzinfo)
        if next_allowed(planned, hours, is_working_day).date() == planned.date():
            return end_of_quiet(planned, hours)
    return datetime.combine(first, DIGEST_AT, moment.tzinfo)


def last_working_day(day: date, is_working_day: IsWorkingDay) -> date:
    """This day, or the last working day before it."""
    for back in range(FURTHEST):
        if is_working_day(day - timedelta(days=back)):
            return day - timedelta(days=back)
    return day


def next_working_day(day: date, is_working_day: IsWorkingDay) -> date:
    """This day, or the first working day after it."""
    for ahead in range(FURTHEST):
        if is_working_day(day + timedelta(days=ahead)):
            return day + timedelta(days=ahead)
    return day
