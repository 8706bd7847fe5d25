import os
import signal
import sys
import time

import pytest

from ops.supervisor import RESTARTS, Ended, Supervisor


def python(code):
    return [sys.executable, "-c", code]


@pytest.fixture
def everyone(tmp_path):
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    supervisor = Supervisor(tmp_path / "log", dict(os.environ), tmp_path)
    yield supervisor
    supervisor.stop()
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
    time.sleep(0.1)

    assert not is_alive(int((tmp_path / "pid").read_text()))
