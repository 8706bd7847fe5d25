"""Who is away on which day: by approved leave, and by the dates that people gave themselves."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import NoticeSettings
from accounts.rules.timing import Hours, IsWorkingDay
from learning.models import Leave
from trainee_mgmt.kit.days import bounds

NOON = time(12)


def days_of(starts_at: datetime, ends_at: datetime, first: date, last: date) -> Iterable[date]:
    """The days from the first to the last on which a leave holds at noon: half a morning excuses no day."""
    day = max(timezone.localdate(starts_at), first)
    until = min(timezone.localdate(ends_at), last)
    while day <= until:
        noon = timezone.make_aware(datetime.combine(day, NOON))
        if starts_at <= noon < ends_at:
            yield day
        day += timedelta(days=1)


class Absences:
    """Approved leave from the first to the last day, by trainee (what is excused) and by account (who is not here).

    One query. ``users``: only of these accounts.
    """

    def __init__(self, first: date, last: date, *, users: Iterable[int]):
        start, end = bounds(first, last)
        rows = Leave.objects.filter(
            state=Leave.State.APPROVED,
            starts_at__lt=end,
            ends_at__gt=start,
            trainee__person__user__in=list(users),
        ).values_list("trainee", "trainee__person__user", "starts_at", "ends_at")
        self._of_trainee: dict[int, set[date]] = defaultdict(set)
        self._of_user: dict[int, set[date]] = defaultdict(set)
        for trainee, user, starts_at, ends_at in rows:
            days = set(days_of(starts_at, ends_at, first, last))
            self._of_trainee[trainee] |= days
            self._of_user[user] |= days

    def on_leave(self, trainee: int) -> Callable[[date], bool]:
        """Whether a day is one of leave of this trainee, in the cohort of this trainee."""
        return self._of_trainee.get(trainee, frozenset()).__contains__

    def here(self, user: int, hours: Hours, is_working_day: IsWorkingDay) -> IsWorkingDay:
        """Whether this person works on a day and is neither on leave nor away by own dates."""
        leave = self._of_user.get(user, frozenset())
        return lambda day: day not in leave and is_working_day(day) and not hours.is_away(day)


def away_between(first: date, last: date) -> list[int]:
    """Accounts that are away on some of these days, by leave or by their own dates; two queries."""
    start, end = bounds(first, last)
    leaves = Leave.objects.filter(
        state=Leave.State.APPROVED,
        starts_at__lt=end,
        ends_at__gt=start,
        trainee__person__user__isnull=False,
    )
    own = NoticeSettings.objects.filter(Q(away_until=None) | Q(away_until__gte=first), away_from__lte=last)
    on_leave = leaves.values_list("trainee__person__user", flat=True).distinct()
    return sorted({*on_leave, *own.values_list("user", flat=True)})
