"""Passages that two texts share, without counting what is commonplace. Values in, values out; nothing here judges a person.

A text is read as signs: each Chinese character and each word or number of another script is one, whatever its case, width,
punctuation or spacing. A few fingerprints of it are kept (winnowing: of each ``WINDOW`` neighbouring shingles the least), so
that texts that share a run of ``SHINGLE + WINDOW - 1`` signs share a fingerprint for sure.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from zlib import crc32

VERSION = 1  # of how fingerprints are made: those of another version are made anew
SHINGLE, WINDOW = 6, 5
SEED = 5  # the shortest run that is looked at
GAP = 8  # so many signs between two runs may be other ones: a word was changed
SENTENCE, OWN = 14, 6  # the shortest passage that counts, and so many signs of it that are not commonplace
ENOUGH = 32  # such signs in all passages together, before anybody is shown anything
MANY_PEOPLE, ONE_IN = 5, 10  # what so many others wrote too is commonplace: a slogan, a quoted source, a template
SIGN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
SAME_PLACES = 40  # places of one seed that are looked at, in a text that repeats itself


@dataclass(frozen=True)
class Reading:
    """The signs of a text, and where each stands in it."""

    signs: list[str]
    spans: list[tuple[int, int]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.signs)


@dataclass(frozen=True)
class Passage:
    """What stands in both texts: from where to where in each (characters), and how many signs are the same."""

    start: int
    end: int
    other_start: int
    other_end: int
    signs: int


def read(text: str) -> Reading:
    """The signs of a text; full-width forms, case, punctuation and white space make no difference."""
    folded, places = [], []
    for at, character in enumerate(text):
        for each in unicodedata.normalize("NFKC", character).lower():
            folded.append(each)
            places.append(at)
    found = list(SIGN.finditer("".join(folded)))
    return Reading([each[0] for each in found], [(places[m.start()], places[m.end() - 1] + 1) for m in found])


def shingles(reading: Reading) -> list[int]:
    """A number for each run of ``SHINGLE`` signs; the same run has the same number everywhere and always."""
    signs = reading.signs
    return [_signed(crc32("\x1f".join(signs[at : at + SHINGLE]).encode())) for at in range(len(signs) - SHINGLE + 1)]


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number


def fingerprints(reading: Reading) -> list[int]:
    """The numbers that are kept of a text, in order."""
    numbers = shingles(reading)
    if not numbers:
        return []
    windows = range(max(1, len(numbers) - WINDOW + 1))
    return sorted({min(numbers[at : at + WINDOW]) for at in windows})


def worth(
    reading: Reading,
    *,
    known: Collection[int] = (),
    others: Mapping[int, int] | None = None,
    templates: Iterable[Reading] = (),
) -> list[float]:
    """What each sign counts: nothing in a shingle that many know (``known``) or in a question that everybody was asked; the less
    the more people have the shingle (``others``: how many), since turns of phrase go round."""
    known, others = set(known), others or {}
    for template in templates:
        known.update(shingles(template))
        if 1 < len(template) < SHINGLE:
            known.update(_around(reading, template))
    found = [1.0] * len(reading)
    for at, number in enumerate(shingles(reading)):
        share = 0.0 if number in known else 2 / (1 + max(1, others.get(number, 1)))  # of one other all, of three a half
        for sign in range(at, at + SHINGLE):
            found[sign] = min(found[sign], share)
    return found


def _around(reading: Reading, template: Reading) -> Iterable[int]:
    """The shingles that begin with a question too short to have one."""
    numbers, size = shingles(reading), len(template)
    return [number for at, number in enumerate(numbers) if reading.signs[at : at + size] == template.signs]


def passages(mine: Reading, other: Reading, *, worth: list[float] | None = None) -> list[Passage]:
    """What both texts share, in the order of mine. Signs that are not ``worth`` anything are shown with it but not counted;
    passages with too few others are left out."""
    worth = worth or [1.0] * len(mine)
    found = []
    for group in _neighbours(_runs(mine, other)):
        counted = round(sum(sum(worth[at : at + size]) for at, _there, size in group))
        if counted >= OWN and sum(size for _at, _there, size in group) >= SENTENCE:
            (at, there, _size), (last, last_there, size) = group[0], group[-1]
            start, end = mine.spans[at][0], mine.spans[last + size - 1][1]
            other_start, other_end = other.spans[there][0], other.spans[last_there + size - 1][1]
            found.append(Passage(start, end, other_start, other_end, counted))
    return found


def _runs(mine: Reading, other: Reading) -> list[tuple[int, int, int]]:
    """The longest common runs, none over another: (place in mine, place in the other, length)."""
    places: dict[tuple[str, ...], list[int]] = {}
    for there in range(len(other) - SEED + 1):
        places.setdefault(tuple(other.signs[there : there + SEED]), []).append(there)
    runs, at = [], 0
    expected = 0  # where the other text goes on after the last run: of equally long runs that one is taken
    while at <= len(mine) - SEED:
        seeds = places.get(tuple(mine.signs[at : at + SEED]), ())[:SAME_PLACES]
        if seeds:
            size, _near, there = max((_length(mine, other, at, each), -abs(each - expected), each) for each in seeds)
            runs.append((at, there, size))
            at, expected = at + size, there + size
        else:
            at, expected = at + 1, expected + 1
    return runs


def _length(mine: Reading, other: Reading, at: int, there: int) -> int:
    most = min(len(mine) - at, len(other) - there)
    size = SEED
    while size < most and mine.signs[at + size] == other.signs[there + size]:
        size += 1
    return size


def _neighbours(runs: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Runs that follow one another in both texts with no more than a changed word between them."""
    groups: list[list[tuple[int, int, int]]] = []
    for at, there, size in runs:
        if groups:
            before, before_there, before_size = groups[-1][-1]
            if at - before - before_size <= GAP and 0 <= there - before_there - before_size <= GAP:
                groups[-1].append((at, there, size))
                continue
        groups.append([(at, there, size)])
    return groups


def are_many(others: int, people: int) -> bool:
    """Whether what so many other people wrote is commonplace among ``people``."""
    return others >= max(MANY_PEOPLE, people // ONE_IN)


def shared(found: Iterable[Passage]) -> int:
    """How many signs the passages have in common."""
    return sum(each.signs for each in found)


def is_worth_a_look(found: Iterable[Passage]) -> bool:
    """Whether a person should see them side by side."""
    return shared(found) >= ENOUGH
