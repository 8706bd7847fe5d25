"""What an installation needs before its processes start: translations, tables, static files, demo data when empty."""

import os
import sys
import time

import django
from django.apps import apps
from django.core.management import call_command, get_commands


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainee_mgmt.settings")
    django.setup()
    _step("translations", "messages", compile=True)
    _step("tables", "migrate", interactive=False)
    _step("static files", "collectstatic", interactive=False)
    if os.environ.get("DEMO", "1") != "0" and "demo" in get_commands() and _is_empty():
        _step("demo data of the five programs (made-up people)", "demo")


def _is_empty() -> bool:
    return not apps.get_model("accounts.User").objects.exists()


def _step(what: str, command: str, **options) -> None:
    print(f"  {what} …", end="", flush=True)
    started = time.monotonic()
    call_command(command, verbosity=0, **options)
    print(f" {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
