"""When one may check in by oneself, and what comes of it. Values in, values out."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from learning.rules.attendance import Mark

OPENS_BEFORE = timedelta(minutes=30)
MOST_WRONG, WRONG_WITHIN = 5, timedelta(minutes=5)  # six digits are not to be guessed
SPOT_CHECKS = 5


@dataclass(frozen=True)
class Opening:
    """The times of one session at which a code is taken: half-open, [opens_at, closes_at)."""

    opens_at: datetime
    closes_at: datetime

    def is_early(self, at: datetime) -> bool:
        return at < self.opens_at

    def is_over(self, at: datetime) -> bool:
        return at >= self.closes_at


def opening(starts_at: datetime, ends_at: datetime) -> Opening:
    """From half an hour before until the end. What an arrival means is said by the rules of attendance."""
    return Opening(starts_at - OPENS_BEFORE, ends_at)


def do_differ(roll: str, scan: str) -> bool:
    """Whether the mark of the roll and that of one's own scan tell different things. Early leaving shows in no scan."""
    if roll == Mark.EARLY:
        return False
    return roll != scan


def spot_check(key: bytes, session: int, people: Iterable[int], most: int = SPOT_CHECKS) -> list[int]:
    """A few of these people, by lot: nobody can foresee whom, and asking again draws the same."""
    drawn = sorted(people, key=lambda each: hmac.new(key, f"spot:{session}:{each}".encode(), hashlib.sha256).digest())
    return drawn[:most]
