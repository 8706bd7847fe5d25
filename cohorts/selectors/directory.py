"""The address book of a class: who shows a phone number to whom.

Everybody who may open it sees the numbers of those who said yes. Organizers and the head teacher see all of them, after
giving a reason. All others stand there with a mask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from cohorts.models import Consent, Trainee, TrainingClass
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office, office_words, offices_of_trainee
from trainee_mgmt.kit.crypto import Sealed


@dataclass(frozen=True)
class Entry:
    """One line; ``is_open``: the number is shown in full."""

    name: str
    office: str
    work_unit: str
    position: str
    phone: str
    is_open: bool


@dataclass(frozen=True)
class Directory:
    members: Sequence[Entry]
    head_teachers: Sequence[Entry]

    @property
    def masked(self) -> int:
        return sum(bool(entry.phone) and not entry.is_open for entry in (*self.members, *self.head_teachers))


def directory_of(training_class: TrainingClass, day: date, *, everything: bool = False) -> Directory:
    """Two queries. Only numbers that are shown are decrypted."""
    agreed = Consent.objects.filter(
        person=OuterRef("person"), purpose=Consent.Purpose.DIRECTORY, withdrawn_at__isnull=True
    )
    members = (
        Trainee.objects.filter(pk__in=members_on(day).filter(training_class=training_class).values("trainee"))
        .annotate(offices=offices_of_trainee(day), agreed=Exists(agreed))
        .order_by("person__name_key", "pk")
        .values_list(
            "person__name", "offices", "work_unit", "position", "person__phone", "person__phone_mask", "agreed"
        )
    )
    heads = (
        in_office(day)
        .filter(training_class=training_class, office="head_teacher")
        .annotate(agreed=Exists(agreed))
        .order_by("pk")
        .values_list("person__name", "person__phone", "person__phone_mask", "agreed")
    )
    return Directory(
        [
            Entry(
                name,
                office_words(offices),
                unit,
                position,
                _number(phone, mask, everything or agreed),
                everything or agreed,
            )
            for name, offices, unit, position, phone, mask, agreed in members
        ],
        [
            Entry(name, "", "", "", _number(phone, mask, everything or agreed), everything or agreed)
            for name, phone, mask, agreed in heads
        ],
    )


def _number(phone: Sealed | None, mask: str, is_open: bool) -> str:
    return phone.open() if phone and is_open else mask
