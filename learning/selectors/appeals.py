"""Objections that wait, and the marks that one person may object to."""

from learning.models import Appeal, PersonTime


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
