"""The unified social credit code (统一社会信用代码) by GB 32100: 18 signs, of which the last one checks the others."""

import unicodedata

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
WEIGHTS = tuple(pow(3, place, len(SIGNS)) for place in range(LENGTH - 1))


def clean(text: str) -> str:
    """Half width, capital letters, no blanks or dashes."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if not sign.isspace() and sign not in "-·")


def has_its_shape(code: str) -> bool:
    """Whether it is 18 signs of the standard's alphabet, which has no I, O, S, V and Z."""
    return len(code) == LENGTH and all(sign in SIGNS for sign in code)


def check_sign(code: str) -> str:
    """The sign that has to follow the first 17."""
    total = sum(weight * SIGNS.index(sign) for weight, sign in zip(WEIGHTS, code))
    return SIGNS[-total % len(SIGNS)]


def is_sound(code: str) -> bool:
    """Whether the last sign is the one that GB 32100 computes from the others."""
    return has_its_shape(code) and check_sign(code) == code[-1]
