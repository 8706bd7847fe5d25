"""Words cited from a journal: where they stand, and how a text is drawn with some of its places marked. Values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

LONGEST_QUOTE = 2000


class Kind(StrEnum):
    FINDING = "finding"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    CASE = "case"
    LEAD = "lead"


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph. ``mark``: the number of the marked place that it belongs to, from 1; 0 for none."""

    text: str
    mark: int = 0
    is_first: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A line of a text that says something, and where it stands in it."""

    number: int
    start: int
    end: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def paragraphs(text: str, marked: Iterable[tuple[int, int]] = ()) -> list[Paragraph]:
    """The text by its lines; ``marked`` places, from where to where, are pieces of their own. The first of two that overlap wins."""
    numbers = [0] * len(text)
    begun = set()
    for number, (start, end) in enumerate(marked, start=1):
        for at in range(max(0, start), min(end, len(text))):
            numbers[at] = numbers[at] or number
    found, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            found.append(Paragraph(len(found) + 1, start, end, tuple(_pieces(line, numbers[start:end], begun))))
        start = end + 1
    return found


def _pieces(line: str, numbers: list[int], begun: set[int]) -> Iterable[Piece]:
    since = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or numbers[at] != numbers[since]:
            number = numbers[since]
            yield Piece(line[since:at], number, bool(number) and number not in begun)
            begun.add(number)
            since = at


def cited(text: str, start: int, end: int) -> tuple[int, int]:
    """The place without white space at its ends; refuses what is empty, too long or not there."""
    if not 0 <= start < end <= len(text):
        raise Refused(_("The text has changed since this page was opened. Choose the words again."))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        raise Refused(_("Choose the words that this is about."))
    if end - start > LONGEST_QUOTE:
        raise Refused(_("At most %(most)s characters can be cited; choose fewer.") % {"most": LONGEST_QUOTE})
    return start, end


def place_of(text: str, quote: str, start: int) -> tuple[int, int] | None:
    """Where the cited words stand now: of several places the nearest to ``start``; None if they are there no more."""
    places, at = [], text.find(quote)
    while at >= 0 and quote:
        places.append(at)
        at = text.find(quote, at + 1)
    if not places:
        return None
    nearest = min(places, key=lambda each: (abs(each - start), each))
    return nearest, nearest + len(quote)


def paragraph_of(text: str, quote: str, start: int) -> int | None:
    """The number, from 1, of the paragraph in which the cited words begin now; None if they are there no more."""
    place = place_of(text, quote, start)
    return place and next(each.number for each in paragraphs(text) if each.start <= place[0] <= each.end)
