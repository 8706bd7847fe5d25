"""Letters with a link to people without an account: who has the words, and whether there is still something to say.

An app registers its kinds in its module ``notices.py``, like those of notices. Its services ask for a letter with
``accounts.services.letters.post``; when and by which channel it goes out is decided there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Words:
    """What a letter says now, and where it can go: addresses by the name of the channel, empty ones left out."""

    addresses: Mapping[str, str]
    subject: str
    text: str
    path: str  # of the page that the link opens


@dataclass(frozen=True)
class LetterKind:
    """``compose(letter)`` is asked before each attempt; nothing to say any more (revoked, changed) is ``None``.

    ``named()`` answers the rows that letters of the kind can be about, with ``told``: to whom, about what.
    """

    name: str  # "placements.wish_link"
    label: Any  # for lists: "Wishes of a host"
    compose: Callable[[Any], Words | None]
    named: Callable[[], QuerySet]


LETTERS: dict[str, LetterKind] = {}


def register(kind: LetterKind) -> LetterKind:
    if kind.name in LETTERS:
        raise ValueError(f"the kind of letter {kind.name} exists already")
    LETTERS[kind.name] = kind
    return kind
