"""Keeps a few processes running together: all of them, or none."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from ops.services import tail

RESTARTS = 3  # so often within RESTART_WINDOW seconds at once; after that with a pause that doubles
RESTART_WINDOW = 600
FIRST_PAUSE, LONGEST_PAUSE = 1, 60
AT_ONCE = 10  # whoever never lived so long cannot start at all: that is told, and all end
PATIENCE = 25  # seconds from "please stop" to "stop now"


class Ended(Exception):
    """A process ended too often; the message holds the end of its log."""


@dataclass
class Child:
    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    cwd: Path
    process: subprocess.Popen | None = None
    restarts: list[float] = field(default_factory=list)
    started_at: float = 0
    has_lived: bool = False  # it once ran for a while, so that it can run
    start_at: float = 0  # when it is started again; it is down until then

    def start(self) -> None:
        self.started_at, self.start_at = time.monotonic(), 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.cwd, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_parent,
            )  # fmt: skip

    def kill_group(self, number: int) -> None:
        """The process and all it started; they share a process group of their own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def look(self) -> None:
        """Start it again if it ended: some times at once, then with longer and longer pauses, as long as what it needs is
        away. Whatever could never run at all is broken: that ends everything."""
        now = time.monotonic()
        if self.start_at:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            self.has_lived = self.has_lived or now - self.started_at > AT_ONCE
            return
        self.kill_group(signal.SIGKILL)
        self.restarts = [at for at in self.restarts if now - at < RESTART_WINDOW]
        more = len(self.restarts) - RESTARTS
        if more >= 0 and not self.has_lived:
            raise Ended(f"{self.name} ended again (code {code}). The end of {self.log}:\n{tail(self.log)}")
        self.restarts.append(now)
        pause = min(FIRST_PAUSE * 2**more, LONGEST_PAUSE) if more >= 0 else 0
        when = f"in {pause} s" if pause else "now"
        print(f"{self.name} ended (code {code}); it is started again {when}. Its log: {self.log}", flush=True)
        if pause:
            self.start_at = now + pause
        else:
            self.start()


class Supervisor:
    def __init__(self, logs: Path, environment: dict[str, str], cwd: Path):
        self.logs, self.environment, self.cwd = logs, environment, cwd
        self.children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: list[str]) -> None:
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        child = Child(name, command, log, self.environment, self.cwd)
        self.children.append(child)
        child.start()

    def watch(self, *, until=lambda: False) -> None:
        while not until():
            for child in self.children:
                child.look()
            time.sleep(0.25)

    def stop(self) -> None:
        """Ask all, wait, then insist; a second Ctrl-C insists at once."""
        running = [child for child in self.children if child.process is not None]
        for child in running:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + PATIENCE
        insisted = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: insisted.append(True))
        while any(child.process.poll() is None for child in running):
            if insisted or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for child in running:
            child.kill_group(signal.SIGKILL)
            child.process.wait()


def _end_with_parent() -> None:
    """On Linux the kernel ends the process when its supervisor is killed; elsewhere the port tells on it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
