"""Where Chromium is, if it is anywhere, and how long one waits for it."""

import os
import shutil
from pathlib import Path

PATIENCE = 120_000  # milliseconds: a busy machine is no fault, and our scripts try again after 20 s at the latest
UNTIL = """async ([most, arg]) => {{
  const ask = {question};
  for (const end = Date.now() + most; !(await ask(arg)); await new Promise((go) => setTimeout(go, 50))) {{
    if (Date.now() > end) throw new Error("waited in vain");
  }}
}}"""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW_TO_ADD = "on Debian or Ubuntu: apt-get install chromium fonts-noto-cjk; elsewhere set CHROMIUM=/path/to/chrome"


def find_chromium() -> str | None:
    said = os.environ.get("CHROMIUM")
    if said:
        return said if os.access(said, os.X_OK) else None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC) if MAC.exists() else None)


def until(page, question: str, arg=None) -> None:
    """Ask the page until it says yes. For questions whose answer is a promise: ``wait_for_function`` takes any promise for a yes."""
    page.evaluate(UNTIL.format(question=question), [PATIENCE, arg])
