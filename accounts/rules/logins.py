"""What people sign in with: phone numbers as they are typed, user names, and first passwords that can be read aloud."""

import re
import secrets
import unicodedata

MOBILE = re.compile(r"1[3-9]\d{9}")
ABROAD = re.compile(r"\+\d{8,15}")
GAPS = re.compile(r"[\s\-()（）·.]+")
USERNAME = re.compile(r"(?=.*[^\W\d_])[\w.\-]{2,60}")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0 and 1, which look alike on paper
GROUPS, GROUP = 3, 4


def clean_phone(typed: str) -> str:
    """``+86 138-0013 8000`` is ``13800138000``; a foreign number keeps its plus. Nothing if it is no phone number."""
    text = GAPS.sub("", unicodedata.normalize("NFKC", typed))
    for prefix in ("+86", "0086", "86"):
        if text.startswith(prefix) and MOBILE.fullmatch(text[len(prefix) :]):
            return text[len(prefix) :]
    return text if MOBILE.fullmatch(text) or ABROAD.fullmatch(text) else ""


def is_username(text: str) -> bool:
    """Letters (of any script), digits, dot, dash and underscore; at least one letter, so that no user name is a phone."""
    return bool(USERNAME.fullmatch(text))


def new_first_password() -> str:
    """Three groups of four, such as ``kd7m-w3xp-9tfh``: 59 bits, easy to read out and to type on a phone."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
