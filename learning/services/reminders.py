"""Reminders of journals: what should be told against what was. Run as often as you like: each is told once."""

from datetime import date, datetime, timedelta

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import Notice
from accounts.rules.timing import DIGEST_AT, IsWorkingDay, last_working_day, next_working_day
from accounts.services.calendar import working_days_between
from accounts.services.notices import Planner, Telling, plan_notices
from learning.models import HANDED_IN, JournalDue
from learning.rules.reminders import is_excused
from learning.selectors.absences import Absences, away_between
from trainee_mgmt.kit.days import midnight

AHEAD = timedelta(days=14)  # longer than any holiday, so that the last working day before it is not missed
BEHIND = timedelta(days=14)
DUE, OVERDUE = "learning.journal_due", "learning.journal_overdue"


def remind_journals() -> int:
    """Plan a reminder for each journal that is due soon (on the last day before on which its writer works and is here)
    and each that is overdue (on the first such day after). What leave excuses is left out.

    Whether it is still owed, and not excused, is looked at again when it is sent. Answers how many are new or changed.
    """
    now = timezone.localtime()
    today = now.date()
    away = away_between(today, today + AHEAD)
    is_near = Q(last_on__lte=today + timedelta(days=7)) | Q(trainee__person__user__in=away)
    soon = list(_owed(DUE).filter(is_near, due_on__range=(today, today + AHEAD)))
    late = list(_owed(OVERDUE).filter(due_on__range=(today - BEHIND, today - timedelta(days=1))))
    if not soon and not late:
        return 0
    people = {row.trainee.person.user_id for row in (*soon, *late)}
    plan, excuses = Planner(people, now), Excuses([*soon, *late], until=today + 2 * AHEAD, users=people)
    due = [
        _telling(row, at=at, until=row.due_on)
        for row in soon
        if not excuses.excuse(row) and (at := _before(row, now, excuses.here(row, plan)))
    ]
    overdue = [
        _telling(row, at=at, until=at.date() + BEHIND)
        for row in late
        if not excuses.excuse(row) and (at := _after(row, now, excuses.here(row, plan)))
    ]
    return plan_notices(DUE, due, plan) + plan_notices(OVERDUE, overdue, plan)


def still_owed(notices: list[Notice]) -> list[Notice]:
    """Those whose journal is still asked for, not handed in and not excused: by somebody in training, in a cohort with
    journals."""
    rows = JournalDue.objects.filter(
        trainee__in={notice.params["trainee"] for notice in notices},
        period_start__in={notice.params["period"] for notice in notices},
        cohort__is_closed=False,
    ).exclude(state__in=HANDED_IN)
    owed = list(_with_what_is_told(rows))
    excuses = Excuses(owed, users={notice.user_id for notice in notices})
    open_ones = {(row.pk, row.trainee.person.user_id) for row in owed if not excuses.excuse(row)}
    return [notice for notice in notices if (int(notice.key), notice.user_id) in open_ones]


class Excuses:
    """Which of these journals leave excuses, and when their writers are here; two queries for any number."""

    def __init__(self, rows: list[JournalDue], *, users: set[int], until: date = date.min):
        if not rows:
            return
        first = min(row.first_on for row in rows)
        last = max(until, *(max(row.last_on, row.due_on) for row in rows))
        self.absences = Absences(first, last, users=users)
        self.is_working_day = working_days_between(first, last)

    def excuse(self, row: JournalDue) -> bool:
        on_leave = self.absences.on_leave(row.trainee_id)
        return is_excused(row.first_on, row.last_on, row.due_on, on_leave=on_leave, is_working_day=self.is_working_day)

    def here(self, row: JournalDue, plan: Planner) -> IsWorkingDay:
        """On which days the writer works and is here."""
        user = row.trainee.person.user_id
        return self.absences.here(user, plan.hours_of(user), self.is_working_day)


def _before(row: JournalDue, now: datetime, is_here: IsWorkingDay) -> datetime | None:
    """The morning of the last day here before it is due; at once if that is today. None if that day is over."""
    day = last_working_day(row.due_on, is_here)
    if not is_here(day) or day < max(row.first_on, now.date()):
        return None
    return max(now, _morning(day))


def _after(row: JournalDue, now: datetime, is_here: IsWorkingDay) -> datetime | None:
    """The first morning to come on which the writer is here and it is overdue."""
    first = max(row.due_on + timedelta(days=1), now.date() + timedelta(days=now >= _morning(now.date())))
    day = next_working_day(first, is_here)
    return _morning(day) if is_here(day) else None


def _morning(day: date) -> datetime:
    return midnight(day).replace(hour=DIGEST_AT.hour, minute=DIGEST_AT.minute)


def _owed(kind: str) -> QuerySet[JournalDue]:
    """Journals that people with a working account owe and of which nobody was told by this kind of notice."""
    told = Notice.objects.filter(
        kind=kind,
        key=Cast(OuterRef("pk"), CharField()),
        user=OuterRef("trainee__person__user"),
        state__in=[Notice.State.MERGED, Notice.State.SENT, Notice.State.CANCELLED],
    )
    rows = JournalDue.objects.filter(
        ~Exists(told), cohort__is_closed=False, trainee__person__user__is_active=True
    ).exclude(state__in=HANDED_IN)
    return _with_what_is_told(rows)


def _with_what_is_told(rows: QuerySet[JournalDue]) -> QuerySet[JournalDue]:
    names = ("period_start", "first_on", "last_on", "due_on", "cohort__name", "trainee__person__user_id")
    return rows.select_related("cohort", "trainee__person").only(*names).order_by("pk")


def _telling(row: JournalDue, *, at: datetime, until: date) -> Telling:
    return Telling(
        user=row.trainee.person.user_id,
        key=str(row.pk),
        about=("cohorts.Trainee", row.trainee_id),
        params={
            "trainee": row.trainee_id,
            "cohort": row.cohort.name,
            "period": row.period_start.isoformat(),
            "first": row.first_on.isoformat(),
            "last": row.last_on.isoformat(),
            "due": row.due_on.isoformat(),
        },
        at=at,
        expires_at=midnight(until + timedelta(days=1)),
    )
