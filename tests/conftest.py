import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.translation.reloader import translation_file_changed
from hypothesis import HealthCheck, settings

from tests.browsers import HOW_TO_ADD, find_chromium
from trainee_mgmt.kit.notices import KINDS, Kind, Line, Urgency

# How long generated cases take says how busy the machine is, and nothing about the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_configure(config):
    config.chromium = find_chromium()
    if not hasattr(config, "workerinput"):  # once, and not in each process of pytest-xdist
        call_command("messages", compile=True)
        translation_file_changed(None, Path("django.mo"))  # Django has read the catalogues of the last time already
    if os.environ.get("CI") == "true" and config.chromium is None:
        raise pytest.UsageError(f"CI must run the browser tests, and found no Chromium ({HOW_TO_ADD}).")


def pytest_collection_modifyitems(config, items):
    """Browser tests stay out where there is no browser; drills run only when asked for (`make drill`)."""
    left_out = set()
    if config.chromium is None:
        left_out.add("browser")
    if "drill" not in (config.option.markexpr or ""):
        left_out.add("drill")
    removed = [item for item in items if left_out.intersection(mark.name for mark in item.iter_markers())]
    if removed:
        items[:] = [item for item in items if item not in set(removed)]
        config.hook.pytest_deselected(items=removed)
    items[:] = _long_ones_first(items, getattr(config, "workerinput", {}).get("workercount", 1))


def _long_ones_first(items: list, processes: int) -> list:
    """Each process of pytest-xdist (`--dist worksteal` gives each an equal share, in this order) begins with its part of
    the long tests, so that all end together."""
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    ordered = []
    for number in range(processes):
        own = long[number::processes]
        left = max(0, (len(items) - len(ordered)) // (processes - number) - len(own))
        ordered += own + short[:left]
        del short[:left]
    return ordered + short


def pytest_terminal_summary(terminalreporter, config):
    if config.chromium is None:
        line = f"Browser tests were left out: no Chromium. To add it, {HOW_TO_ADD}."
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def chromium_path(pytestconfig):
    return pytestconfig.chromium


@pytest.fixture
def folder():
    """For servers: root's PostgreSQL runs as another user, who may not walk through pytest's own folders."""
    made = Path(tempfile.mkdtemp(prefix="trainee-mgmt-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(autouse=True)
def _nothing_left_over(tmp_path):
    """Each test speaks English, has its own media folder and starts with an empty cache (rate limits, sessions)."""
    cache.clear()
    with override_settings(MEDIA_ROOT=tmp_path / "media"), translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Append-only tables refuse TRUNCATE, with which Django empties the database after a threaded test: let it, here."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname IN ('append_only_truncate', 'ledger_truncate')"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


# The outbox -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def kinds():
    """Three kinds of notices for the time of a test; ``untrue`` holds the keys of notices that no longer hold."""
    untrue = set()

    def line(notice):
        return Line(f"Told: {notice.key}", f"/about/{notice.key}/")

    def still_true(notices):
        return [notice for notice in notices if notice.key not in untrue]

    made = [Kind(f"test.{each.value}", f"Test {each.value}", line, still_true, each) for each in Urgency]
    KINDS.update({kind.name: kind for kind in made})
    yield untrue
    for kind in made:
        del KINDS[kind.name]


@pytest.fixture
def clock(monkeypatch):
    """Sets what ``timezone.now`` says. It starts on Tuesday, 8 September 2026, at ten."""

    class Clock:
        def set(self, moment):
            self.now = moment
            monkeypatch.setattr(timezone, "now", lambda: self.now)

        def forward(self, **span):
            self.set(self.now + timedelta(**span))

    clock = Clock()
    clock.set(datetime(2026, 9, 8, 10, tzinfo=ZoneInfo("Asia/Shanghai")))
    return clock
