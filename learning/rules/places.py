"""Where a session is, in words."""


def place_words(venue: str | None, place: str) -> str:
    """The venue, and whatever else was said about the place."""
    return " · ".join(dict.fromkeys(part for part in (venue, place) if part))
