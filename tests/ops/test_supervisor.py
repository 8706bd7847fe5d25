import os
import signal
import sys
import time
from itertools import pairwise

import pytest

from ops import supervisor
from ops.supervisor import RESTARTS, Ended, Supervisor
from tests.races import PATIENCE


def python(code):
    return [sys.executable, "-c", code]


@pytest.fixture
def everyone(tmp_path):
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    made = Supervisor(tmp_path / "log", dict(os.environ), tmp_path)
    yield made
    made.stop()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_that_dies_is_started_again(everyone, tmp_path):
    everyone.start("once", python("import os, time; os.path.exists('x') and time.sleep(60); open('x', 'w')"))

    everyone.watch(until=lambda: everyone.children[0].restarts)

    assert everyone.children[0].process.poll() is None


def test_a_process_that_keeps_dying_ends_all_with_its_last_words(everyone):
    everyone.start("good", python("import time; time.sleep(60)"))
    everyone.start("bad", python("raise SystemExit('the disk is full')"))

    with pytest.raises(Ended, match="the disk is full"):
        everyone.watch()
    everyone.stop()

    assert len(everyone.children[1].restarts) == RESTARTS
    assert everyone.children[0].process.returncode == -signal.SIGTERM


def test_a_process_that_has_run_is_started_again_and_again_with_longer_pauses(everyone, tmp_path, monkeypatch):
    """Its broker is away for long: each start fails, until the broker is back."""
    for name, seconds in (("AT_ONCE", 0.2), ("FIRST_PAUSE", 0.1), ("LONGEST_PAUSE", 0.4)):
        monkeypatch.setattr(supervisor, name, seconds)
    code = (
        "import os, sys, time\n"
        "is_first = not os.path.exists('ran'); open('ran', 'a').write('x')\n"
        "time.sleep(0.6) if is_first else None\n"
        "time.sleep(60) if os.path.exists('broker') else sys.exit('no broker')"
    )
    everyone.start("worker", python(code))
    child, ran = everyone.children[0], tmp_path / "ran"

    everyone.watch(until=lambda: len(child.restarts) >= RESTARTS + 3)
    (tmp_path / "broker").touch()
    everyone.watch(
        until=lambda: not child.start_at and child.process.poll() is None and len(ran.read_text()) > RESTARTS + 3
    )

    pauses = [after - before for before, after in pairwise(child.restarts)][RESTARTS:]
    assert child.process.poll() is None
    assert [pause >= least for pause, least in zip(pauses, (0.1, 0.2), strict=True)] == [True, True]


def test_stopping_while_a_process_waits_for_its_next_start_ends_all(everyone, monkeypatch):
    monkeypatch.setattr(supervisor, "AT_ONCE", -1)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 60)
    everyone.start("good", python("import time; time.sleep(60)"))
    everyone.start("bad", python("import time; time.sleep(0.5); raise SystemExit(1)"))
    everyone.watch(until=lambda: everyone.children[1].start_at)

    everyone.stop()

    assert everyone.children[0].process.returncode == -signal.SIGTERM


def test_stopping_ends_the_children_of_the_children(everyone, tmp_path):
    grandchild = "import time; time.sleep(60)"
    everyone.start(
        "parent",
        python(
            "import subprocess, sys, time\n"
            f"child = subprocess.Popen([sys.executable, '-c', {grandchild!r}])\n"
            "open('pid', 'w').write(str(child.pid)); time.sleep(60)"
        ),
    )
    everyone.watch(until=lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())

    everyone.stop()

    deadline = time.monotonic() + PATIENCE
    while is_alive(int((tmp_path / "pid").read_text())):
        assert time.monotonic() < deadline, "the grandchild lives on"
        time.sleep(0.05)
