from datetime import datetime

from django.http import Http404

from reports.selectors.figures import asked_moment


def asked_at(request, now: datetime) -> datetime | None:
    """The earlier moment that ``?at=2026-11-22T15:05`` asks for; None without it, 404 for what is no such moment."""
    text = request.GET.get("at", "")
    if not text:
        return None
    asked = asked_moment(text, now=now)
    if asked is None:
        raise Http404
    return asked
