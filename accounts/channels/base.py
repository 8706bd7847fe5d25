"""What every channel has: a limit of length, a way to find a person, a way to send, and two kinds of failure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.rules.texts import fitted, utf8


class Failed(Exception):
    """The channel did not take it. ``retry``: it may later. ``is_down``: nothing else will go there now either."""

    def __init__(self, reason: str, *, retry: bool = False, is_down: bool = False):
        super().__init__(reason)
        self.retry = retry or is_down
        self.is_down = is_down


@dataclass(frozen=True)
class Letter:
    """One message in the reader's words. ``key`` is the same each time it is tried: providers that know keys send it
    once. ``more[n]`` is the last line when ``n`` lines are left out."""

    key: str
    subject: str
    lines: tuple[str, ...]
    more: tuple[str, ...]


class Sender:
    """One channel as it is set up. Made for a batch and closed after it, so that a connection serves many."""

    finds_by_phone = False  # whether ``find`` can tell the address of a phone number
    size: Callable[[str], int] = staticmethod(utf8)

    def __init__(self, config: dict[str, Any]):
        self.config = config

    @property
    def limit(self) -> int:
        raise NotImplementedError

    def text(self, letter: Letter) -> str:
        return fitted(letter.lines, more=letter.more, limit=self.limit, size=type(self).size)

    def find(self, phone: str) -> str:
        """The address that belongs to a phone number; empty if the provider knows nobody with it."""
        return ""

    def send(self, address: str, letter: Letter) -> str:
        """Hand it over; answers the provider's number of it. Raises ``Failed``."""
        raise NotImplementedError

    def close(self) -> None:
        """End connections that are kept open."""
