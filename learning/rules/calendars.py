"""A session as a calendar program reads it. Values only: what leaves the house by a link without a sign-in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """No field here names a trainee, a phone or an ID number."""

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    teacher: str = ""
    where: str = ""
    classes: str = ""
    is_cancelled: bool = False
    reason: str = ""


def new_token() -> str:
    """256 bits that nobody guesses."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token. It has the strength of a key, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
