"""For monitors and load balancers: /healthz says that the process answers, /readyz that it can work. They come before
all other middleware: no host check, no session, no redirect.
"""

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.answers = {"/healthz": healthz, "/readyz": readyz}

    def __call__(self, request):
        answer = self.answers.get(request.path)
        return answer() if answer else self.get_response(request)


def healthz() -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def readyz() -> JsonResponse:
    """What works and what does not; reasons stay in the log of whatever failed, not on an open page."""
    state = {name: _works(check) for name, check in CHECKS.items()}
    ready = all(state.values())
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def once(check):
    """What was true once stays true while this process lives: looking through all migrations takes a while."""
    seen = []

    def remembered() -> bool:
        if not seen and check():
            seen.append(True)
        return bool(seen)

    return remembered


def _works(check) -> bool:
    try:
        return check()
    except Exception:  # whatever it is, the answer is "no"
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _cache() -> bool:
    cache.set("readyz", "yes", 10)
    return cache.get("readyz") == "yes"


def migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


CHECKS = {"database": _database, "cache": _cache, "migrations": once(migrations_are_applied)}
