import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def folder():
    """For servers: root's PostgreSQL runs as another user, who may not walk through pytest's own folders."""
    made = Path(tempfile.mkdtemp(prefix="trainee-mgmt-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)
