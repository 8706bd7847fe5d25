"""make check: every rule that a program can read. All of them run; the failed ones are named at the end."""

import os
import subprocess
import sys
import time
from pathlib import Path

from ops.environment import ROOT, new_keys, workbench
from ops.services import ServiceError

MOST_LINES = 60
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
PRODUCTION = {"DEBUG": "0", "HTTPS": "1", "ALLOWED_HOSTS": "training.example.org"}
TESTS = {"DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_LEVEL": "WARNING"}
CHECKS = (  # what it proves, command, environment
    ("style", [BIN / "ruff", "check", "--quiet", "."], {}),
    ("format", [BIN / "ruff", "format", "--check", "--quiet", "."], {}),
    ("layers", [BIN / "lint-imports", "--no-cache"], {}),
    ("dependencies", [BIN / "deptry", "--no-ansi", "."], {}),
    ("templates", [BIN / "djlint", "--lint", "--quiet", "templates"], {}),
    ("lines of templates", [sys.executable, "-m", "ops.template_lines"], {}),
    ("models and their rules", [*MANAGE, "check"], TESTS),
    ("migrations are written", [*MANAGE, "makemigrations", "--check", "--dry-run"], TESTS),
    ("migrations are safe", [*MANAGE, "lintmigrations"], TESTS),
    ("translations are complete", [*MANAGE, "messages", "--check"], {}),
    ("ready for a server", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
)


def main() -> int:
    try:
        with workbench(ROOT / "var") as servers:
            environment = os.environ | {"NO_COLOR": "1"} | new_keys() | servers
            failed = [name for name, command, extra in CHECKS if not _passes(name, command, environment | extra)]
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _passes(name: str, command: list, environment: dict[str, str]) -> bool:
    started = time.monotonic()
    result = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    outcome = "ok" if result.returncode == 0 else "FAILED"
    print(f"{name:<28} {outcome:<7} {time.monotonic() - started:5.1f} s", flush=True)
    if result.returncode:
        lines = result.stdout.splitlines()
        shown = (
            lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} lines more"]
        )
        print("\n".join(shown), flush=True)
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
