"""What this app knows about a person, for the person's own download."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import OWN_DATA, OWN_PAGES
from learning.models import (
    Appeal,
    Attendance,
    CreditEntry,
    DutySpeaker,
    Finding,
    Journal,
    JournalScore,
    Leave,
    OnlineProgress,
    Scan,
    Signup,
)


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


def _findings(user: User) -> list[dict[str, Any]]:
    """What was made of the own journals, and what came of it."""
    rows = Finding.objects.filter(journal__trainee__person__user=user).order_by("made_at", "pk")
    return list(rows.values("journal__period_start", "kind", "title", "text", "quote", "state", "outcome", "made_at"))


def _leave(user: User) -> list[dict[str, Any]]:
    rows = Leave.objects.filter(trainee__person__user=user).order_by("asked_at", "pk")
    fields = ("leave_type__name", "starts_at", "ends_at", "days", "reason", "state", "asked_at", "decided_at")
    return list(rows.values(*fields))


def _objections(user: User) -> list[dict[str, Any]]:
    rows = Appeal.objects.filter(trainee__person__user=user).order_by("asked_at", "pk")
    return list(rows.values("mark__session__title", "text", "asked_at", "state", "answer", "answered_at"))


def _check_ins(user: User) -> list[dict[str, Any]]:
    rows = Scan.objects.filter(trainee__person__user=user).order_by("at", "pk")
    return list(rows.values("session__title", "at", "source", "verdict", "reasons"))


def _credit_hours(user: User) -> list[dict[str, Any]]:
    rows = CreditEntry.objects.filter(trainee__person__user=user).order_by("happened_on", "pk")
    return list(rows.values("happened_on", "year", "rule__name", "hours", "source", "evidence", "in_force"))


def _online(user: User) -> list[dict[str, Any]]:
    rows = OnlineProgress.objects.filter(trainee__person__user=user).order_by("as_of", "pk")
    return list(rows.values("course__name", "percent", "minutes", "completed_at", "as_of", "in_force"))


def _activities(user: User) -> list[dict[str, Any]]:
    rows = Signup.objects.filter(trainee__person__user=user).order_by("queued_at", "pk")
    return list(rows.values("activity__title", "state", "queued_at", "attended"))


OWN_DATA |= {
    "attendance": _attendance,
    "journals": _journals,
    "journal_scores": _journal_scores,
    "duties_spoken": _duties_spoken,
    "findings": _findings,
    "leave": _leave,
    "objections": _objections,
    "check_ins": _check_ins,
    "credit_hours": _credit_hours,
    "online_courses": _online,
    "activities": _activities,
}
OWN_PAGES.append((gettext_lazy("Links for my calendar"), "learning:calendar_list", "learning.use_calendar"))
