"""Loaded by pytest before the settings (`-p tests.services`): PostgreSQL and Redis under var/test-*, unless
DATABASE_URL or REDIS_URL name others. The first process starts them; the workers of xdist find the addresses in
their environment.
"""

import atexit
import os
from contextlib import ExitStack

from ops.environment import ROOT, workbench

KEYS = {  # fixed, so that a failure can be repeated; they protect nothing
    "SECRET_KEY": "tests-only-" + "s" * 50,
    "FIELD_KEYS": "dGVzdHMtb25seS1maWVsZC1rZXktMzItYnl0ZXMtISE=",
    "INDEX_KEY": "tests-only-" + "i" * 40,
    "AUDIT_KEY": "tests-only-" + "a" * 40,
}

_running = ExitStack()
os.environ.update(_running.enter_context(workbench(ROOT / "var")))
os.environ.update(KEYS)
atexit.register(_running.close)
