"""Logs as JSON lines with the id of the request. They name routes and primary keys; never a query string, a form, a
name, a number of a person or a key.
"""

import json
import logging
import re
import time
import uuid

import structlog
from django.utils import timezone
from structlog.contextvars import bind_contextvars, clear_contextvars

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# PostgreSQL explains an error with the values of the row: DETAIL:  Failing row contains (…), Key (phone)=(…)
ROW_VALUES = re.compile(r"^(DETAIL|CONTEXT):.*?(?=^The above exception|^During handling|\Z)", re.MULTILINE | re.DOTALL)
SECRET = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])"
)  # what a signed link is opened by: Django names the path of a refusal
LONG_NUMBER = re.compile(r"(?<![\d.])\d{11,}[Xx]?")  # a phone or an ID number, not the end of a fraction
log = logging.getLogger("trainee_mgmt.requests")


class RequestLogMiddleware:
    """Gives each request an id (the proxy's X-Request-ID if it sends one), answers with it, writes one line."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        request.request_id = given_or_new_id(request.headers.get("X-Request-ID", ""))
        clear_contextvars()
        bind_contextvars(request_id=request.request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        clear_contextvars()
        level = logging.ERROR if response.status_code >= 500 else logging.INFO
        line = {
            "method": request.method,
            "route": request.resolver_match.route if request.resolver_match else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "user": _known_user(request),
            "event": "request",
            "request_id": request.request_id,
            "level": logging.getLevelName(level).lower(),
            "logger": log.name,
            "timestamp": timezone.now().isoformat(),
        }
        log.log(level, "request", extra={"line": line})
        return response


def given_or_new_id(given: str) -> str:
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _known_user(request) -> int | None:
    """The primary key of the user, if the page asked who it is: a log line starts no query."""
    return getattr(getattr(request, "_cached_user", None), "pk", None)


class Lines(structlog.stdlib.ProcessorFormatter):
    """One JSON object a line. The line of a request, which is written for each, comes whole and takes no detour."""

    def format(self, record):
        line = getattr(record, "line", None)
        return json.dumps(line, ensure_ascii=False) if line else super().format(record)


def without_personal_data(_logger, _name, event: dict) -> dict:
    for key in ("exception", "event"):
        if isinstance(event.get(key), str):
            plain = ROW_VALUES.sub(r"\1: ***\n", event[key])
            event[key] = LONG_NUMBER.sub("***", SECRET.sub("***", plain))
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_personal_data,
]


def logging_config(level: str = "INFO") -> dict:
    """One handler for everything: Django, Celery, gunicorn and our own code."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": Lines,
                "foreign_pre_chain": [structlog.stdlib.PositionalArgumentsFormatter(), *SHARED],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},  # our own line tells of 4xx
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }
