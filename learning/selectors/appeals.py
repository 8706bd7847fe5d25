"""Objections that wait, and the marks that one person may object to."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from cohorts.models import Trainee
from learning.models import Appeal, PersonTime
from learning.rules.appeals import may_object
from learning.selectors.rules import version_on, versions_of


@dataclass(frozen=True)
class OwnLine:
    """A session as its trainee sees it: what counts, the mark, the objections made, and whether one may still be made."""

    title: str
    starts_at: datetime
    state: str
    mark: int | None
    appeals: list[Appeal]
    may_object: bool


def lines_of_one(trainee: Trainee, *, today: date, most: int) -> list[OwnLine]:
    """Sessions with a mark or with leave, the newest first; three queries."""
    rows = PersonTime.objects.filter(trainee=trainee, state__isnull=False).order_by("-session__starts_at", "-pk")
    appeals = appeals_of_one(trainee.pk)
    versions = versions_of(trainee.cohort_id)
    lines = []
    for session, title, starts_at, held_on, state, mark, marked_at in rows.values_list(
        "session_id", "session__title", "session__starts_at", "held_on", "state", "mark_id", "mark__marked_at"
    )[:most]:
        made = appeals.get(session, [])
        is_open = mark is not None and all(each.mark_id != mark for each in made)
        limits = version_on(versions, held_on).limits
        may = is_open and may_object(state, timezone.localdate(marked_at), limits, today=today)
        lines.append(OwnLine(title, starts_at, state, mark, made, may))
    return lines


def appeals_of_one(trainee: int) -> dict[int, list[Appeal]]:
    """By session, the first first: also those to marks that have been corrected since."""
    found: dict[int, list[Appeal]] = {}
    for appeal in Appeal.objects.filter(trainee=trainee).select_related("mark", "new_mark").order_by("pk"):
        found.setdefault(appeal.mark.session_id, []).append(appeal)
    return found
