"""Columns that must be kept but not read by whoever gets the database: ID numbers, phones, first passwords, plans.

A value lies in three columns: the ciphertext (``EncryptedTextField``), a blind index for exact search and uniqueness
(``blind_index``), and, where pages show it, a mask in plain text (``mask_phone``, ``mask_id_number``). Lists and
exports show the mask and never load the ciphertext.
"""

import hashlib
import hmac
import zlib
from collections.abc import Callable
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def fernet() -> MultiFernet:
    """Encrypts with the first of FIELD_KEYS and decrypts with any."""
    return _fernet(tuple(settings.FIELD_KEYS))


def seal_bytes(data: bytes) -> bytes:
    """Compressed and encrypted; for stored plans and kept uploads."""
    return fernet().encrypt(zlib.compress(data, 6))


def open_bytes(token: bytes) -> bytes:
    return zlib.decompress(fernet().decrypt(bytes(token)))


def blind_index(kind: str, value: str) -> str:
    """64 hex digits that are equal for equal values of one kind (``phone``, ``id_number``) and tell nothing else."""
    return hmac.new(settings.INDEX_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


class Sealed:
    """An encrypted text as it comes from the database. Printing it shows dots; ``open()`` decrypts."""

    __slots__ = ("token",)

    def __init__(self, token: str):
        self.token = token

    @classmethod
    def of(cls, text: str) -> "Sealed":
        return cls(fernet().encrypt(text.encode()).decode())

    def open(self) -> str:
        return fernet().decrypt(self.token.encode()).decode()

    def __str__(self):
        return "••••••"

    def __repr__(self):
        return "<Sealed>"

    def __bool__(self):
        return bool(self.token)

    def __eq__(self, other):
        return isinstance(other, Sealed) and self.token == other.token

    def __hash__(self):
        return hash(self.token)


class EncryptedTextField(models.TextField):
    """Text that is a Fernet token in the database and a ``Sealed`` in Python. Assign ``Sealed.of(text)`` or ``None``.

    ``index`` names the column of its blind index, if it has one; the kind of that index is the name of the field.
    """

    def __init__(self, *args, index: str = "", **kwargs):
        self.index = index
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return Sealed(value) if value else None

    def to_python(self, value):
        return Sealed(value) if isinstance(value, str) and value else value

    def get_prep_value(self, value):
        if value in (None, ""):
            return None
        if not isinstance(value, Sealed):
            raise TypeError("An encrypted field takes Sealed.of(text), never plain text.")
        return value.token

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            return None  # ciphertexts differ for equal texts; search the blind index
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return value.token if value else ""


class SealedBytesField(models.BinaryField):
    """Bytes that ``seal_bytes`` made: for the change of keys. To migrations it is any other binary column."""

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs


# Secrets that lie elsewhere, such as in the tables of other packages: each answers (where, how many were changed).
ROTATORS: list[Callable[[], tuple[str, int]]] = []


def mask_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_id_number(number: str) -> str:
    """First three and last two of eighteen: enough to tell two people apart, too little to use elsewhere."""
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}" if len(number) >= 15 else "*" * len(number)
