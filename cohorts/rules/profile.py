"""Values of profile fields: how they are cleaned, kept in ``Trainee.profile`` and shown."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cohorts.rules.headers import ProfileLike, cleaner
from cohorts.rules.values import Cell, is_blank
from trainee_mgmt.kit import formats

HAND_SET = "profile."  # hand_set names the value of a profile field by this and its key


def stored(value: Any) -> str | bool:
    """A clean value as it lies in JSON: text, true or false; dates as 2026-09-01, numbers as text, so no digit is lost."""
    if isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def clean(field: ProfileLike, cell: Cell) -> str | bool | None:
    """What is kept of a typed or imported value; None for a blank. ``BadValue`` says what would be right."""
    return None if is_blank(cell) else stored(cleaner(field.key, [field])(cell))


def merged(profile: dict, values: dict[str, str | bool | None]) -> dict:
    """The profile with the values set; None takes a value out."""
    changed = profile | values
    return {key: value for key, value in changed.items() if value is not None}


def in_words(kind: str, value: str | bool | Decimal | None) -> str:
    """A kept value in the active language; text stays as it is."""
    if value is None or value == "":
        return ""
    if kind == "yes_no":
        return _("yes") if value is True or value == "true" else _("no")
    return str(value)


def on_page(kind: str, value: str | bool | Decimal | None) -> str:
    """``in_words``, with a date as people read it; sheets and documents keep 2026-09-01, by which they sort."""
    if kind == "date" and value:
        return formats.day(date.fromisoformat(str(value)))
    return in_words(kind, value)


def missing(fields: Collection[ProfileLike], profile: dict) -> list[str]:
    """Labels of the fields that have no value."""
    return [str(field.label) for field in fields if profile.get(field.key) in (None, "")]
