"""Drills (`make drill`): servers that go away while people work."""

import os
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

from ops.services import free_port, postgres, redis
from tests.ops.test_run import read_until, run
from tests.races import PATIENCE

pytestmark = pytest.mark.drill


def get(port, path):
    """Status, text and request id of a page, for somebody whose session must be looked up."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": f"sessionid={'a' * 32}"})
    try:
        answer = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read().decode(), answer.headers.get("X-Request-ID", "")


def end_postgres(data_dir):
    os.kill(int((data_dir / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)


def test_pages_say_so_while_the_database_is_away_and_work_again_when_it_is_back(folder):
    database, cache = postgres(folder / "database", database="office"), redis(folder / "cache")
    port = free_port()
    process = run(folder / "var", port, DATABASE_URL=database.url, REDIS_URL=cache.url)
    try:
        read_until(process, "is ready: ")
        assert get(port, "/account/login/")[0] == 200

        end_postgres(folder / "database")
        status, page, request_id = get(port, "/account/login/")
        away = status, request_id != "", request_id in page, get(port, "/readyz")[0], get(port, "/healthz")[0]

        database.stop()
        database = postgres(folder / "database", database="office")
        back = get(port, "/account/login/")[0], get(port, "/readyz")[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        cache.stop()
        database.stop()

    assert (away, back) == ((503, True, True, 503, 200), (200, 200))


def test_run_ends_with_the_log_when_its_own_database_dies(folder):
    process = run(folder, free_port())
    try:
        read_until(process, "Stop with Ctrl-C")
        end_postgres(folder / "postgres")
        said, _nothing = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise

    assert process.returncode == 1
    assert f"PostgreSQL in {folder / 'postgres'} has ended" in said
    assert "received immediate shutdown request" in said
