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

RESTARTS = 3  # so often within RESTART_WINDOW seconds; then something is broken for good
RESTART_WINDOW = 600
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

    def start(self) -> None:
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
        """Restart it if it ended, a bounded number of times."""
        code = self.process.poll()
        if code is None:
            return
        self.kill_group(signal.SIGKILL)
        now = time.monotonic()
        self.restarts = [at for at in self.restarts if now - at < RESTART_WINDOW]
        if len(self.restarts) >= RESTARTS:
            raise Ended(f"{self.name} ended again (code {code}). The end of {self.log}:\n{tail(self.log)}")
        self.restarts.append(now)
        print(f"{self.name} ended (code {code}); starting it again. Its log: {self.log}", flush=True)
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
