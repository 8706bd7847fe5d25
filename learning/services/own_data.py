"""What this app knows about a person, for the person's own download."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import OWN_DATA, OWN_PAGES
from learning.models import Attendance, DutySpeaker, Journal, JournalScore


def _attendance(user: User) -> list[dict[str, Any]]:
    rows = Attendance.objects.filter(trainee__person__user=user).order_by("marked_at", "pk")
    return list(rows.values("session__title", "session__starts_at", "state", "note", "marked_at", "in_force"))


def _journals(user: User) -> list[dict[str, Any]]:
    rows = Journal.objects.filter(trainee__person__user=user).order_by("period_start", "pk")
    return list(rows.values("period_start", "due_on", "state", "body", "submitted_at", "reviewed_at"))


def _journal_scores(user: User) -> list[dict[str, Any]]:
    rows = JournalScore.objects.filter(journal__trainee__person__user=user).order_by("given_at", "pk")
    return list(rows.values("journal__period_start", "points", "grade", "given_at", "in_force"))


def _duties_spoken(user: User) -> list[dict[str, Any]]:
    rows = DutySpeaker.objects.filter(trainee__person__user=user).order_by("record__held_on", "pk")
    return list(rows.values("record__kind__name", "record__held_on", "record__topic", "record__in_force"))


OWN_DATA |= {
    "attendance": _attendance,
    "journals": _journals,
    "journal_scores": _journal_scores,
    "duties_spoken": _duties_spoken,
}
OWN_PAGES.append((gettext_lazy("Links for my calendar"), "learning:calendar_list", "learning.use_calendar"))
