"""What this app knows about a person, for the person's own download."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import OWN_DATA, OWN_PAGES
from learning.models import Attendance, Journal


def _attendance(user: User) -> list[dict[str, Any]]:
    rows = Attendance.objects.filter(trainee__person__user=user).order_by("marked_at", "pk")
    return list(rows.values("session__title", "session__starts_at", "state", "note", "marked_at", "in_force"))


def _journals(user: User) -> list[dict[str, Any]]:
    rows = Journal.objects.filter(trainee__person__user=user).order_by("period_start", "pk")
    return list(rows.values("period_start", "due_on", "state", "body", "submitted_at", "reviewed_at"))


OWN_DATA |= {"attendance": _attendance, "journals": _journals}
OWN_PAGES.append((gettext_lazy("Links for my calendar"), "learning:calendar_list", "learning.use_calendar"))
