"""Counts the processes that use a server, by locks of the kernel: a process that was killed never counts."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lease:
    """A share in the server that lives beside ``name``. Whoever gives back the last share stops the server."""

    def __init__(self, name: Path):
        name.parent.mkdir(parents=True, exist_ok=True)
        self._door = _open(name.with_name(f"{name.name}.lock"))
        self._seats = _open(name.with_name(f"{name.name}.users"))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else starts or stops the server meanwhile."""
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)

    def take(self) -> None:
        fcntl.flock(self._seats, fcntl.LOCK_SH)

    def give_back(self) -> bool:
        """True if nobody else uses the server any more. Call it inside ``alone``."""
        fcntl.flock(self._seats, fcntl.LOCK_UN)
        try:
            fcntl.flock(self._seats, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._seats, fcntl.LOCK_UN)
        return True


def _open(path: Path) -> int:
    """The descriptor is not handed to child processes, so a lock ends with the process that took it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
