import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from ops.environment import ROOT
from ops.services import free_port
from tests.races import PATIENCE


def run(folder, port, **environment):
    """ops.run as `make run` starts it, with a var/ of its own and nothing from this process's servers."""
    outer = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DATABASE_URL", "REDIS_URL", "PYTEST_XDIST_WORKER")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ops.run"], cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=outer | {"VAR_DIR": str(folder), "PORT": str(port), "DEMO": "0"} | environment,
    )  # fmt: skip


def read_until(process, words):
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return "".join(said)
    raise AssertionError(f"it ended before it said {words!r}:\n{''.join(said)}")


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes whose environment or arguments name the folder."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdecimal() and int(place.name) != os.getpid():
            try:
                command, environment = (place / "cmdline").read_bytes(), (place / "environ").read_bytes()
            except OSError:
                continue
            if command and str(folder).encode() in command + environment:
                found.append(command.replace(b"\0", b" ").decode())
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_run_starts_everything_and_one_signal_stops_it(folder):
    port = free_port()
    process = run(folder, port)
    try:
        read_until(process, "is ready: ")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE) as answer:
            ready = json.load(answer)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=PATIENCE) as page:
            request_id = page.headers["X-Request-ID"]
    finally:
        process.send_signal(signal.SIGTERM)
        said, _nothing = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said.splitlines()[-1]) == (0, "Stopped.")
    assert ready == {"ready": True, "database": True, "cache": True, "migrations": True}
    assert request_id in (folder / "log" / "web.log").read_text()
    deadline = time.monotonic() + PATIENCE
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def test_run_says_that_its_port_is_taken(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said, _nothing = run(folder, port).communicate(timeout=PATIENCE)

    assert said == f"Port {port} is taken. Choose another: make run PORT={port + 1}\n"


@pytest.mark.parametrize("port", ["99999", "http", "-1", "0"])
def test_run_refuses_a_port_that_is_none(folder, port):
    said, _nothing = run(folder, port).communicate(timeout=PATIENCE)

    assert said == f"PORT must be a number from 1 to 65535, not '{port}'.\n"
