"""What is counted over a whole cohort, kept for five minutes where counting is long.

``kept``: up to ``many`` rows are counted at every request. What was counted of more is kept, and whoever shows it says of
which moment it speaks and offers to count anew (templates/kit/_as_of.html). Nothing is decided by what is kept.

``of_version``: what depends on nothing but a version that every change moves on (``Cohort.roster_version``) and on what is
named beside it. It is never old.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone

MANY = 2_000  # so many are counted in the time that a page takes anyway
SECONDS = 300
LONG = 600
ANEW = "anew"  # the parameter of an address that asks to count anew


@dataclass(frozen=True)
class Kept:
    """``at``: when it was counted, if that may have been some minutes ago; None: just now."""

    value: Any
    at: datetime | None


def kept(
    name: str, *depends: Any, make: Callable[[], tuple[Any, int]], anew: bool = False, many: int | None = None
) -> Kept:
    """What ``make`` answers, or answered before for the same name and all that it ``depends`` on, told apart by ``repr``.

    ``make`` answers the value and how many rows were counted for it. ``anew``: whatever was kept is made again.
    """
    key = _key(name, depends)
    found = None if anew else cache.get(key)
    if found is None:
        value, rows = make()
        is_long = rows > (many or MANY)
        found = Kept(value, timezone.now() if is_long else None)
        if is_long:
            cache.set(key, found, SECONDS)
    return found


def of_version(name: str, *depends: Any, make: Callable[[], Any]) -> Any:
    """``make()``, or what it made before for the same name, version and whatever else it ``depends`` on."""
    key = _key(name, depends)
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, LONG)
    return found


def _key(name: str, depends: tuple) -> str:
    return f"kept:{name}:{hashlib.sha256(repr(depends).encode()).hexdigest()[:40]}"
