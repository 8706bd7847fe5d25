"""python -m ops.manage COMMAND …: manage.py with the keys and the servers of this installation."""

import signal
import subprocess
import sys

from ops.environment import ROOT, installation
from ops.services import ServiceError


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with installation() as (environment, _running):
            command = [sys.executable, "manage.py", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
