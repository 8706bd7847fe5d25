"""Kinds of notices: what the outbox of accounts can tell people.

An app registers its kinds in its module ``notices.py``, which is imported at the start. Its services tell people by
``accounts.services.notices.notify`` inside their own transaction; when, in which message and by which channel it goes
out is decided there. The kit has no models: the rows are ``accounts.models.Notice``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class Urgency(StrEnum):
    """How long a notice may wait for others."""

    NOW = "now"  # within a minute, whatever the hour
    SOON = "soon"  # within a minute, but not in quiet hours, at weekends and on holidays
    DIGEST = "digest"  # with everything else of this urgency in one message a day, on working days


class Line(NamedTuple):
    """One sentence in the reader's language, and the page it is about (a path of this site, may be empty)."""

    text: str
    path: str = ""


def all_still_true(notices: list) -> Iterable:
    """For kinds about what has happened: nothing can make it untrue, except that it is cancelled."""
    return notices


@dataclass(frozen=True)
class Kind:
    """``line(notice)`` reads ``notice.params`` and asks the database nothing: it runs once for each of hundreds.

    ``still_true(notices)`` answers those whose condition holds at this moment; it gets a whole batch, so that it asks
    once. What it leaves out is dropped and never sent. Whoever wants no reminders is spared the optional kinds.
    """

    name: str  # "learning.journal_due"
    label: Any  # for lists: "Journal due"
    line: Callable[[Any], Line]
    still_true: Callable[[list], Iterable] = all_still_true
    urgency: Urgency = Urgency.SOON
    is_optional: bool = False


KINDS: dict[str, Kind] = {}
# Who is away on a day, asked for a batch: (user keys, day) -> those who are. Digests wait until they are back.
AWAY: list[Callable[[set[int], date], set[int]]] = []


def register(kind: Kind) -> Kind:
    if kind.name in KINDS:
        raise ValueError(f"the kind of notice {kind.name} exists already")
    KINDS[kind.name] = kind
    return kind
