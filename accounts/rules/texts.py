"""Texts of messages, cut to what a channel takes."""

from collections.abc import Callable, Sequence

ELLIPSIS = "…"
Size = Callable[[str], int]


def utf8(text: str) -> int:
    return len(text.encode())


def cut(text: str, limit: int, *, size: Size = utf8) -> str:
    """The longest beginning that fits, with dots; never half a character. Nothing, where not even the dots fit."""
    if size(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits together with the dots
        middle = (low + high + 1) // 2
        if size(text[:middle] + ELLIPSIS) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS if size(ELLIPSIS) <= limit else ""


def fitted(lines: Sequence[str], *, more: Sequence[str], limit: int, size: Size = utf8) -> str:
    """As many lines as fit. ``more[n]`` is the last line when ``n`` of them are left out: where to read on.

    A first line that is too long is cut rather than left out.
    """
    for left_out in range(max(1, len(lines))):
        text = "\n".join([*lines[: len(lines) - left_out], more[left_out]])
        if size(text) <= limit:
            return text
    last = more[max(0, len(lines) - 1)]
    first = cut(lines[0], limit - size(f"\n{last}"), size=size) if lines else ""
    return f"{first}\n{last}" if first else cut(last, limit, size=size)
