"""The code on a paper sign-in sheet: which class, and which session or day. Values in, values out.

It is no secret, only short and hard to mistype: whoever opens it must hold the right over the class all the same.
"""

from dataclasses import dataclass
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which look like others
LIKE = str.maketrans("ILOＯ", "1100")
SESSION, DAY = "S", "D"
PRIME = 1021  # the largest that two signs can hold; no slip of one sign and no swap of two adds up to it
LONGEST = 32


@dataclass(frozen=True)
class SheetCode:
    """A sheet of one class: for one session, or for all its sessions of a day."""

    training_class: int
    session: int | None = None
    day: date | None = None

    def __str__(self) -> str:
        what = SESSION if self.session else DAY
        number = self.session or self.day.toordinal()
        body = f"{_written(self.training_class)}{what}{_written(number)}"
        return f"{_written(self.training_class)}-{what}{_written(number)}-{_check(body)}"


def read_code(text: str) -> SheetCode | None:
    """The sheet behind a typed or scanned code, whatever its case, width and spaces; None for a slip."""
    parts = _narrow(text).split("-")
    if len(parts) != 3 or not all(parts) or len(text) > LONGEST:
        return None
    of_class, what, check = parts
    if set("".join(parts)) - set(ALPHABET) or what[0] not in (SESSION, DAY) or len(what) < 2:
        return None
    if check != _check(f"{of_class}{what}"):
        return None
    training_class, number = _read(of_class), _read(what[1:])
    if what[0] == SESSION:
        found = SheetCode(training_class, session=number) if number else None
    else:
        found = SheetCode(training_class, day=date.fromordinal(number)) if 0 < number <= date.max.toordinal() else None
    return found if str(found) == f"{of_class}-{what}-{check}" else None  # no zeros in front


def _narrow(text: str) -> str:
    dashes = text.strip().upper().replace("－", "-").replace("–", "-").replace("—", "-")
    return "".join(dashes.split()).translate(LIKE)


def _check(body: str) -> str:
    total = sum(place * ALPHABET.index(sign) for place, sign in enumerate(body, start=1)) % PRIME
    return _written(total).zfill(2)


def _written(number: int) -> str:
    found = ""
    while True:
        number, rest = divmod(number, 32)
        found = ALPHABET[rest] + found
        if not number:
            return found


def _read(text: str) -> int:
    number = 0
    for sign in text:
        number = number * 32 + ALPHABET.index(sign)
    return number
