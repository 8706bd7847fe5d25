"""The phone of a contact: a mobile number, or a landline with its area code."""

import re
import unicodedata

DIGITS = re.compile(r"\+?\d{7,20}")
JOINTS = re.compile(r"[\s\-().·—–]")
PREFIX = re.compile(r"(?:\+|00)86(?=1\d{10}$)")


def clean(text: str) -> str:
    """Digits only, without the prefix of the country; empty where it is no phone."""
    plain = PREFIX.sub("", JOINTS.sub("", unicodedata.normalize("NFKC", text)))
    plain = plain.removesuffix(".0") if plain.endswith(".0") else plain
    return plain if DIGITS.fullmatch(plain) else ""
