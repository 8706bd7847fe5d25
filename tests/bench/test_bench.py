"""The benchmark itself goes on working; what it measures is no test, because it depends on the machine."""

import json
import os
import socket
import subprocess
import sys

from ops.environment import ROOT


def two_ports() -> int:
    """The first of two neighbours that are free."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def test_the_smallest_run_measures_every_case(folder):
    left_out = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    command = [sys.executable, "-m", "tests.bench", "--smallest", "--folder", str(folder)]

    subprocess.run(command, cwd=ROOT, env=environment | {"PORT": str(two_ports())}, check=True, timeout=300)

    lines = json.loads((folder / "bench.json").read_text())
    assert [line["name"] for line in lines if line["ours"] is None] == []
    assert {line["name"]: line["missed"] for line in lines if "queries grow" in line["missed"]} == {}
    names = {line["name"] for line in lines}
    assert {
        "50 check-ins at one instant, 2 workers",
        "50 sign-ins and check-ins from one address",
        "one person",
    } <= names
    assert [
        line["name"] for line in lines if any(" lost" in word or " double" in word for word in line["missed"])
    ] == []
