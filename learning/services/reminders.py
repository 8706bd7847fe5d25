"""Reminders of journals: what should be told against what was. Run as often as you like: each is told once."""

from datetime import date, datetime, time, timedelta

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import Notice
from accounts.rules.timing import last_working_day, next_working_day
from accounts.services.calendar import working_days
from accounts.services.notices import Telling, notify_each
from learning.models import HANDED_IN, JournalDue

AHEAD = timedelta(days=14)  # longer than any holiday, so that the last working day before it is not missed
BEHIND = timedelta(days=14)
DUE, OVERDUE = "learning.journal_due", "learning.journal_overdue"


def remind_journals() -> int:
    """Plan a reminder for each journal that is due soon (on the last working day before) or overdue (on the first one
    after). Whether it is still owed is looked at again when it is sent. Answers how many were planned."""
    today = timezone.localdate()
    is_working_day = working_days(today)
    soon = _owed(DUE).filter(due_on__range=(today, today + AHEAD))
    late = _owed(OVERDUE).filter(due_on__range=(today - BEHIND, today - timedelta(days=1)))
    due = [
        _telling(row, from_=last_working_day(row.due_on, is_working_day), until=row.due_on)
        for row in soon
        if row.last_on - timedelta(days=7) <= today
    ]
    overdue = [
        _telling(row, from_=next_working_day(row.due_on + timedelta(days=1), is_working_day), until=row.due_on + BEHIND)
        for row in late
    ]
    notify_each(DUE, due)
    notify_each(OVERDUE, overdue)
    return len(due) + len(overdue)


def still_owed(notices: list[Notice]) -> list[Notice]:
    """Those whose journal is still asked for and not handed in: by somebody in training, in a cohort with journals."""
    rows = JournalDue.objects.filter(
        trainee__in={notice.params["trainee"] for notice in notices},
        period_start__in={notice.params["period"] for notice in notices},
        cohort__is_closed=False,
    ).exclude(state__in=HANDED_IN)
    owed = set(rows.values_list("pk", "trainee__person__user"))
    return [notice for notice in notices if (int(notice.key), notice.user_id) in owed]


def _owed(kind: str) -> QuerySet[JournalDue]:
    """Journals that people with a working account owe and of which nobody was told by this kind of notice."""
    told = Notice.objects.filter(
        kind=kind, key=Cast(OuterRef("pk"), CharField()), user=OuterRef("trainee__person__user")
    )
    return (
        JournalDue.objects.filter(~Exists(told), cohort__is_closed=False, trainee__person__user__is_active=True)
        .exclude(state__in=HANDED_IN)
        .select_related("cohort", "trainee__person")
        .only("period_start", "first_on", "last_on", "due_on", "cohort__name", "trainee__person__user_id")
        .order_by("pk")
    )


def _telling(row: JournalDue, *, from_: date, until: date) -> Telling:
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
        not_before=_at_midnight(from_),
        expires_at=_at_midnight(until + timedelta(days=1)),
    )


def _at_midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))
