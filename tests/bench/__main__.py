"""python -m tests.bench [--quick] [--only WORD] [--rounds N]"""

import argparse
import os
import subprocess
import sys

import django

from ops.environment import ROOT
from tests.bench import servers


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: does everything work?")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    port = int(os.environ.get("PORT") or 8000)
    with servers.servers() as running:
        running.database.make(servers.state_of_data())
        command = [sys.executable, "-m", "ops.prepare"]
        subprocess.run(command, cwd=ROOT, env=running.environment, check=True)
        os.environ.update(running.environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "trainee_mgmt.settings"
        django.setup()
        from tests.bench.run import run  # noqa: PLC0415 - it imports models

        results = run(running, port, options)
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
