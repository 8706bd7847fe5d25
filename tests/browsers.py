"""Where Chromium is, if it is anywhere."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW_TO_ADD = "on Debian or Ubuntu: apt-get install chromium fonts-noto-cjk; elsewhere set CHROMIUM=/path/to/chrome"


def find_chromium() -> str | None:
    said = os.environ.get("CHROMIUM")
    if said:
        return said if os.access(said, os.X_OK) else None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC) if MAC.exists() else None)
