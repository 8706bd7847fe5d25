"""Our own error pages. They ask neither session nor database, so they also appear when those are away."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from structlog.contextvars import get_contextvars

from trainee_mgmt.frame import LANGUAGES


def answer(request, status: int, template_name: str = "", **headers) -> HttpResponse:
    """The page of a status. Its number of the request is what the log can be searched for.

    404 has none: what is out of reach must answer exactly like what does not exist.
    """
    context = {"request_id": "" if status == 404 else get_contextvars().get("request_id", "")}
    with translation.override(language_of(request)):
        html = render_to_string(template_name or f"{status}.html", context)
    return HttpResponse(html, status=status, headers=headers)


def language_of(request) -> str:
    """The language that was chosen for this request; if it failed before that, the one that the cookie remembers."""
    if code := getattr(request, "LANGUAGE_CODE", ""):
        return code
    cookie = request.COOKIES.get("language", "")
    return cookie if cookie in LANGUAGES else translation.get_language()


def bad_request(request, exception=None):
    return answer(request, 400)


def permission_denied(request, exception=None):
    return answer(request, 403)


def not_found(request, exception=None):
    return answer(request, 404)


def too_many_requests(request):
    return answer(request, 429)


def server_error(request):
    """500; but when the database is away, that is said, and that a later try will do."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return answer(request, 503, **{"Retry-After": "30"})
    return answer(request, 500)


def csrf_failure(request, reason=""):
    return answer(request, 403, "403_csrf.html")
