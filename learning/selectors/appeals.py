"""Objections that wait, and the marks that one person may object to."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, QuerySet

from learning.models import Appeal, PersonTime


@dataclass(frozen=True)
class OpenAppeals:
    """Objections of one cohort without an answer: how many, and the day on which the first is due."""

    cohort_id: int
    count: int
    due_on: date


def open_appeals(appeals: QuerySet[Appeal]) -> list[OpenAppeals]:
    """One line a cohort; one query."""
    rows = appeals.filter(state=Appeal.State.OPEN).order_by().values_list("cohort")
    return [OpenAppeals(*row) for row in rows.annotate(n=Count("pk"), due=Min("due_on"))]


def marks_of_one(trainee: int, *, most: int) -> list[tuple]:
    """(session, its title, its beginning, what counts, mark, when it was marked) of sessions with a mark or with leave, the
    newest first; one query."""
    rows = PersonTime.objects.filter(trainee=trainee, state__isnull=False).order_by("-session__starts_at", "-pk")
    names = (
        "session_id", "session__title", "session__starts_at", "state", "mark_id", "mark__marked_at",
    )  # fmt: skip
    return list(rows.values_list(*names)[:most])


def appeals_of_one(trainee: int) -> dict[int, list[Appeal]]:
    """By session, the first first: also those to marks that have been corrected since."""
    found: dict[int, list[Appeal]] = {}
    for appeal in Appeal.objects.filter(trainee=trainee).select_related("mark", "new_mark").order_by("pk"):
        found.setdefault(appeal.mark.session_id, []).append(appeal)
    return found
