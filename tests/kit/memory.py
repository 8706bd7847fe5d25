"""How far memory grows while something runs, measured in a process of its own.

``ru_maxrss`` would not do: a child begins with the peak of the process that started it.
"""

import json
import pathlib
import subprocess
import sys

STATUS = pathlib.Path("/proc/self/status")


def _kibibytes(name: str) -> int:
    for line in STATUS.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise LookupError(name)


def growth(action) -> int:
    """KiB between the memory before the action and its peak during it."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak is measured from here
    before = _kibibytes("VmRSS:")
    action()
    return _kibibytes("VmHWM:") - before


def measured(code: str, *arguments: str):
    """What a fresh process prints as JSON; the code has Django settings and ``growth`` at hand."""
    prelude = (
        "import json, pathlib, sys\nfrom django.conf import settings\nsettings.configure(USE_I18N=False, USE_TZ=True)\n"
        "from tests.kit.memory import growth\n"
    )
    command = [sys.executable, "-c", prelude + code, *arguments]
    root = pathlib.Path(__file__).parent.parent.parent
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout)
