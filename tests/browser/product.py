"""The whole product as `make run` starts it, from an empty database, for tests that drive it in a browser."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.environment import ROOT
from ops.services import free_port

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "PYTEST_XDIST_WORKER",
    "DJANGO_SETTINGS_MODULE",
    "SECRET_KEY",
    "FIELD_KEYS",
    "INDEX_KEY",
    "AUDIT_KEY",
)


@dataclass
class Product:
    address: str
    setup_link: str
    folder: Path

    def log(self, name: str = "web") -> str:
        return (self.folder / "log" / f"{name}.log").read_text()


def _environment(folder: Path) -> dict[str, str]:
    outer = {key: value for key, value in os.environ.items() if key not in OURS}
    return outer | {"VAR_DIR": str(folder), "DEMO": "0"}


def _lay_tables(folder: Path) -> None:
    """An installation with tables and without rows. Migrating takes half a minute: it is done once for all
    walks (tests/ops/test_run.py starts from nothing), and their result is copied."""
    migrations = sorted(path for path in ROOT.glob("*/migrations/*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in migrations)).hexdigest()[:12]
    laid = ROOT / "var" / f"test-tables-{digest}"
    with open(f"{laid}.lock", "w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # the processes of pytest-xdist share it
        if not laid.exists():
            draft = laid.with_name(f"{laid.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            command = [sys.executable, "-m", "ops.manage", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=_environment(draft), check=True, stdin=subprocess.DEVNULL)
            draft.rename(laid)
    subprocess.run(["cp", "-a", laid, folder], check=True)  # with the owner of PostgreSQL's files


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """gunicorn, worker, beat, PostgreSQL and Redis under ``folder``; all are stopped at the end."""
    _lay_tables(folder)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.run"], cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=_environment(folder) | {"PORT": str(port)},
    )  # fmt: skip
    said, link = [], ""
    try:
        for line in process.stdout:
            said.append(line)
            link = next((word for word in line.split() if "/setup/" in word), link)
            if line.startswith("Logs: "):
                break
        else:
            raise AssertionError(f"the product did not start:\n{''.join(said)}")
        yield Product(f"http://127.0.0.1:{port}", link, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=300)
