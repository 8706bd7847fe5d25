"""The code on the screen: signed for one session and one short window of the server's clock. Values in, values out.

The QR code holds a token of the present window, the six digits stand for a longer one, because they are typed. Both come
from one key by HMAC, so that nobody who knows some of them knows another.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(seconds=10)  # how long a QR code is shown
DIGITS_WINDOW = timedelta(seconds=30)  # six digits are read, remembered and typed
TOLERANCE = 1  # windows: a code that was on the screen a moment ago still counts
SIGNATURE = 20  # hex digits: 80 bits
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Code:
    """What a genuine token says: shown for this session in this window."""

    session: int
    window: int

    def is_fresh(self, at: datetime) -> bool:
        """Whether it was on the screen just then. A token from the future cannot be genuine, but is not fresh either."""
        return 0 <= window_of(at) - self.window <= TOLERANCE


def window_of(at: datetime, length: timedelta = WINDOW) -> int:
    """The number of the window that the moment lies in."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // length


def left_of_window(at: datetime, length: timedelta = WINDOW) -> timedelta:
    """How long the window of the moment still lasts; never nothing."""
    return length - (at - datetime(1970, 1, 1, tzinfo=UTC)) % length


def token(key: bytes, session: int, window: int) -> str:
    """For the address in the QR code: session, window and signature, in letters and digits."""
    return f"{_base36(session)}-{_base36(window)}-{_sign(key, 'qr', session, window)[:SIGNATURE]}"


def read_token(key: bytes, text: str) -> Code | None:
    """The code behind a token; None for whatever was not made by us."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isalnum() and len(part) <= SIGNATURE for part in parts):
        return None
    try:
        session, window = int(parts[0], 36), int(parts[1], 36)
    except ValueError:
        return None
    genuine = token(key, session, window)
    return Code(session, window) if hmac.compare_digest(genuine, text) else None


def digits(key: bytes, session: int, at: datetime) -> str:
    """The six digits beside the QR code at that moment."""
    return _digits(key, session, window_of(at, DIGITS_WINDOW))


def are_digits_fresh(key: bytes, session: int, typed: str, at: datetime) -> bool:
    """Whether these digits are, or just were, on the screen of the session."""
    now = window_of(at, DIGITS_WINDOW)
    fits = [hmac.compare_digest(_digits(key, session, now - back), typed) for back in range(TOLERANCE + 1)]
    return any(fits)


def clean_digits(typed: str) -> str:
    """What was typed as six digits, however it was spaced and in whichever width; empty if it is nothing of the kind."""
    found = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    other = [sign for sign in typed if not sign.isdecimal() and not sign.isspace() and sign not in "-－"]
    return found if len(found) == 6 and not other else ""


def _digits(key: bytes, session: int, window: int) -> str:
    return f"{int(_sign(key, 'digits', session, window)[:15], 16) % 1_000_000:06}"


def _sign(key: bytes, kind: str, session: int, window: int) -> str:
    return hmac.new(key, f"{kind}:{session}:{window}".encode(), hashlib.sha256).hexdigest()


def _base36(value: int) -> str:
    found = ""
    while True:
        value, rest = divmod(value, 36)
        found = ALPHABET[rest] + found
        if not value:
            return found
