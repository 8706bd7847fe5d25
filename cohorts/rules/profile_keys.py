"""Keys of profile fields made from their labels: 是否住宿 -> shi_fou_zhu_su."""

import re
from collections.abc import Container

from trainee_mgmt.kit.names import SEPARATOR, pinyin_key

LIMIT = 40
NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def profile_key(label: str, taken: Container[str]) -> str:
    """A key of small Latin letters, digits and underscores that is not taken yet."""
    spoken = pinyin_key(label).split(SEPARATOR)[0]
    stem = NOT_IN_A_KEY.sub("_", spoken.casefold()).strip("_")[: LIMIT - 4].strip("_") or "field"
    key, n = stem, 1
    while key in taken:
        n += 1
        key = f"{stem}_{n}"
    return key
