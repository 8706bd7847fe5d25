"""Access tokens of the providers: kept in the process until they end, asked for anew when the provider refuses one."""

import time
from collections.abc import Callable

_KEPT: dict[tuple, tuple[str, float]] = {}
EARLY = 300  # seconds before its end a token is renewed


def token(key: tuple, fetch: Callable[[], tuple[str, int]]) -> str:
    """The token of this app; ``fetch`` answers (token, seconds it lives)."""
    kept, until = _KEPT.get(key, ("", 0.0))
    if time.monotonic() < until:
        return kept
    made, seconds = fetch()
    _KEPT[key] = (made, time.monotonic() + max(0, seconds - EARLY))
    return made


def forget(key: tuple) -> None:
    _KEPT.pop(key, None)
