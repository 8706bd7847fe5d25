"""What is kept of a mentor's link, and how often the digits of a phone may be wrong."""

import hashlib

MOST_WRONG = 10  # then the link opens nothing, and the office sends another


def hash_of(token: str) -> str:
    """It has the strength of a key, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
