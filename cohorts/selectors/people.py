from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cohorts.models import ClassOfficer, Person, Trainee
from cohorts.rules.values import BadValue, clean_id_number, clean_phone
from trainee_mgmt.kit.crypto import blind_index


def secret_index(typed: str) -> str:
    """The blind index of a whole phone or ID number; nothing for other text."""
    for kind, clean in (("phone", clean_phone), ("id_number", clean_id_number)):
        try:
            return blind_index(kind, clean(typed))
        except BadValue:
            continue
    return ""


@dataclass(frozen=True)
class Archive:
    """A person over all cohorts: each place with its classes, each office."""

    places: Sequence[Trainee]
    offices: Sequence[ClassOfficer]


def archive_of(person: Person, *, trainees: Q, offices: Q) -> Archive:
    """Four queries; ``trainees`` and ``offices`` are the rows that the reader may see."""
    places = Trainee.objects.filter(trainees, person=person).select_related("cohort__program").order_by("-joined_on")
    held = ClassOfficer.objects.filter(offices, person=person).select_related("training_class__cohort")
    return Archive(
        list(places.prefetch_related("memberships__training_class").defer("profile")),
        list(held.order_by("-starts_on", "pk")),
    )


def look_alikes(person: Person) -> QuerySet:
    """Other people who may be the same human being: the same phone, or the same name."""
    same = Q(name=person.name)
    if person.phone_index:
        same |= Q(phone_index=person.phone_index)
    return Person.objects.filter(same).exclude(pk=person.pk).order_by("name_key", "pk").defer("phone", "id_number")
