"""A process that imports rosters when it is asked to, one file a line: what web server and worker do, without the wait."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.utils.module_loading import import_string

from ops.environment import ROOT

READY = "ready"


class Hand:
    def __init__(self, process: subprocess.Popen):
        self.process = process

    @property
    def pid(self) -> int:
        return self.process.pid

    def bring(self, file: str, rows: int) -> int:
        """Import the file and wait; answers 0, because nothing is sent to a browser."""
        self.process.stdin.write(f"{file}\n")
        self.process.stdin.flush()
        imported = int(self.process.stdout.readline() or 0)
        if imported != rows:
            raise RuntimeError(f"{imported} rows of {file} were imported, not {rows}")
        return 0

    def close(self) -> None:
        """Nothing is kept open between two files."""


@contextmanager
def hand(bring: str, environment: dict[str, str]) -> Iterator[Hand]:
    """``bring`` names the function that imports a file and answers how many rows it had."""
    command = [sys.executable, "-m", "tests.bench.hand", bring]
    log = Path(environment["VAR_DIR"]) / "log" / f"{bring}.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        try:
            if process.stdout.readline().strip() != READY:
                raise RuntimeError(f"the process of {bring} did not start; its log is {log}")
            yield Hand(process)
        finally:
            process.stdin.close()  # it ends where its orders end


def main() -> None:
    django.setup()
    bring = import_string(sys.argv[1])
    print(READY, flush=True)
    for line in sys.stdin:
        print(bring(line.strip()), flush=True)


if __name__ == "__main__":
    main()
