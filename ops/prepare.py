"""What an installation needs before its processes start: translations, tables, static files, demo data when empty."""

import hashlib
import os
import sys
import time
from io import StringIO
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainee_mgmt.settings")
    django.setup()
    _step("translations", "messages", compile=True)
    _step("tables", "migrate", interactive=False)
    _collect_static_files()
    if os.environ.get("DEMO", "1") != "0" and "demo" in get_commands() and _is_empty():
        _step("demo data of the five programs (made-up people)", "demo")


def _collect_static_files() -> None:
    """Collecting and compressing takes seconds: only when a file has changed since the last time."""
    sources = [storage.path(name) for finder in get_finders() for name, storage in finder.list([])]
    state = "\n".join(f"{path} {os.stat(path).st_size} {os.stat(path).st_mtime_ns}" for path in sorted(sources))
    digest, remembered = hashlib.sha256(state.encode()).hexdigest(), Path(settings.STATIC_ROOT) / ".collected"
    if not remembered.exists() or remembered.read_text() != digest:
        _step("static files", "collectstatic", interactive=False, clear=True)
        remembered.write_text(digest)


def _is_empty() -> bool:
    return not apps.get_model("accounts.User").objects.exists()


def _step(what: str, command: str, **options) -> None:
    print(f"  {what} …", end="", flush=True)
    started = time.monotonic()
    call_command(command, verbosity=0, stdout=StringIO(), **options)
    print(f" {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
