"""The whole product as `make run` starts it, from an empty database, for tests that drive it in a browser."""

import os
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


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """gunicorn, worker, beat, PostgreSQL and Redis under ``folder``; all are stopped at the end."""
    outer = {key: value for key, value in os.environ.items() if key not in OURS}
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.run"], cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=outer | {"VAR_DIR": str(folder), "PORT": str(port), "DEMO": "0"},
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
