"""python -m tests.bench [--only WORD] [--rounds N] [--smallest] [--folder PATH]"""

import argparse
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import django
from django.utils.module_loading import import_string

from ops.environment import ROOT
from tests.bench import servers
from tests.bench.shape import FULL, SMALLEST


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--rounds", type=int, help="how often the two sides take turns")
    parser.add_argument("--smallest", action="store_true", help="few people, one round: does everything work?")
    parser.add_argument("--folder", type=Path, default=ROOT / "var", help="where bench.json and the servers' files go")
    options = parser.parse_args()
    shape = SMALLEST if options.smallest else FULL
    shape = replace(shape, rounds=options.rounds or shape.rounds)
    with servers.servers(options.folder / "bench") as running:
        running.database.make(servers.state_of_data(shape))
        command = [sys.executable, "-m", "ops.prepare"]
        subprocess.run(command, cwd=ROOT, env=running.environment, check=True)
        os.environ.update(running.environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "trainee_mgmt.settings"
        django.setup()
        run = import_string("tests.bench.run.run")  # it imports models
        run(running, int(os.environ.get("PORT") or 8000), shape, options)


if __name__ == "__main__":
    main()
