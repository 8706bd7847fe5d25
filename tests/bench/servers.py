"""The servers of one run: PostgreSQL and Redis under var/bench, a gunicorn for the product, a gunicorn for the floor."""

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis as redis_client

from ops.environment import ROOT
from ops.services import postgres, redis
from tests.bench.meter import children_of
from tests.bench.shape import Shape

KEYS = {  # the same in each run, because the data is kept; they protect nothing
    "SECRET_KEY": "bench-only-" + "s" * 50,
    "FIELD_KEYS": "YmVuY2gtb25seS1maWVsZC1rZXktMzItYnl0ZXMtISE=",
    "INDEX_KEY": "bench-only-" + "i" * 40,
    "AUDIT_KEY": "bench-only-" + "a" * 40,
}
STATEMENT = re.compile(r"LOG:  statement: (?!BEGIN|COMMIT|ROLLBACK|ALTER SYSTEM|SELECT pg_reload_conf)")


class Database:
    """One PostgreSQL for both sides, with a database that is kept for the next run while the schema is the same."""

    def __init__(self, url: str, folder: Path):
        self.server, self.folder = url, folder
        self.url = f"{url.rsplit('/', 1)[0]}/bench"
        self.log = folder / "server.log"

    @property
    def pid(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def settle(self, **settings: str) -> None:
        """Change settings of the running server."""
        for name, value in settings.items():
            self._run(f"ALTER SYSTEM SET {name} = '{value}'")
        self._run("SELECT pg_reload_conf()")
        time.sleep(0.3)

    def make(self, state: str) -> None:
        """An empty database, unless there is one that was filled from the same ``state``."""
        kept = self._run("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'bench'")
        if kept != [(state,)]:
            self._run("DROP DATABASE IF EXISTS bench WITH (FORCE)")
            self._run("CREATE DATABASE bench")

    def keep(self, state: str) -> None:
        self._run(f"COMMENT ON DATABASE bench IS '{state}'")

    @contextmanager
    def counting(self) -> Iterator[Callable[[], int]]:
        """How many statements the server got since it was asked last; the brackets of a transaction are not counted."""
        self.settle(log_statement="all")
        seen = self.log.stat().st_size

        def count() -> int:
            nonlocal seen
            time.sleep(0.05)  # the last line may be on its way
            with self.log.open("rb") as log:
                log.seek(seen)
                lines = log.read()
            seen += len(lines)
            return len(STATEMENT.findall(lines.decode(errors="replace")))

        yield count
        self.settle(log_statement="none")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is written inside is deleted afterwards; ledgers, which refuse that, are not asked."""
        newest = {table: self._run(f"SELECT coalesce(max(id), 0) FROM {table}", self.url) for table in self._tables()}
        yield
        for table, ((last,),) in newest.items():
            self._run(f"SET session_replication_role = replica; DELETE FROM {table} WHERE id > {last}", self.url)

    def _tables(self) -> list[str]:
        """The tables whose rows are numbered."""
        numbered = (
            "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND column_name = 'id' AND data_type IN ('bigint', 'integer')"
            " AND table_type = 'BASE TABLE'"
        )
        return [name for (name,) in self._run(numbered, self.url)]

    def _run(self, statement: str, url: str = "") -> list | None:
        connection = psycopg2.connect(url or self.server)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()


@dataclass
class Servers:
    database: Database
    environment: dict[str, str]  # of the product
    redis_pid: int


@dataclass
class Web:
    """A gunicorn with the product's kind of worker."""

    port: int
    process: subprocess.Popen

    @property
    def worker(self) -> int:
        return children_of(self.process.pid)[0]


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """The servers that both sides stand on, with their files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        database_server = postgres(folder / "postgres", durable=False)
        stack.callback(database_server.stop)
        cache = redis(folder / "redis", durable=False)
        stack.callback(cache.stop)
        database = Database(database_server.url, folder / "postgres")
        # Its work would fall on one side or the other by chance.
        database.settle(autovacuum="off", log_statement="none")
        environment = {
            **os.environ, **KEYS, "DATABASE_URL": database.url, "REDIS_URL": cache.url, "VAR_DIR": str(folder), "DEMO": "0",
            "DEBUG": "0", "WEB_CONCURRENCY": "1", "HOST": "127.0.0.1", "LOG_LEVEL": "INFO",
        }  # fmt: skip
        redis_pid = redis_client.from_url(cache.url).info("server")["process_id"] if cache.url else 0
        yield Servers(database, environment, redis_pid)


@contextmanager
def web(application: str, port: int, environment: dict[str, str], *, config: bool) -> Iterator[Web]:
    """gunicorn with the product's own configuration, or with the same kind of worker for the floor."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SystemExit(f"Port {port} is taken. Choose another: make bench PORT={port + 10}")
    options = (
        ["-c", "ops/gunicorn.conf.py"]
        if config
        else ["-b", f"127.0.0.1:{port}", "-w", environment["WEB_CONCURRENCY"], "-k", "gthread", "--threads", "4"]
    )
    logs = Path(environment["VAR_DIR"]) / "log"
    logs.mkdir(exist_ok=True)
    with (logs / f"{application}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, application], cwd=ROOT, env=environment | {"PORT": str(port)},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_for_answer(process, port, log.name)
        yield Web(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for_answer(process: subprocess.Popen, port: int, log: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The server on port {port} did not start; its log is {log}")


def state_of_data(shape: Shape) -> str:
    """Changes with the builder of the data; what only migrations change, they change in the data that is kept."""
    builder = Path(__file__).with_name("data.py").read_bytes()
    return hashlib.sha256(
        builder + repr((shape.small, shape.large, shape.huge, shape.classes, shape.marks)).encode()
    ).hexdigest()[:16]
