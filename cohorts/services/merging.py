"""Two rows that are one human being become one. Nothing is lost: places, offices and consents move to the row that stays."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Application, ClassOfficer, Cohort, Consent, Person, Trainee
from cohorts.services.accounts import give_roles
from cohorts.services.lock import count_change_for
from cohorts.services.officers import give_rights
from trainee_mgmt.kit.errors import Refused

# What a person has that can differ; secrets are taken with their index and mask.
FIELDS = ("name", "sex", "born_on", "phone", "id_number", "email")
COLUMNS = {
    "name": ("name", "name_key"),
    "born_on": ("born_on", "born_month_only"),
    "phone": ("phone", "phone_index", "phone_mask"),
    "id_number": ("id_number", "id_index", "id_mask"),
}


@dataclass(frozen=True)
class Merged:
    """How many places in cohorts and how many offices went over to the person that stays."""

    places: int
    offices: int


@transaction.atomic
def merge_people(kept: Person, other: Person, *, take: Collection[str] = ()) -> Merged:
    """``other`` becomes part of ``kept``. Fields in ``take`` are taken from ``other``; blanks are filled from it anyway."""
    if kept.pk == other.pk:
        raise Refused(_("These are the same person already."))
    count_change_for(kept, other)
    rows = Person.objects.select_for_update(of=("self",)).in_bulk([kept.pk, other.pk])
    if len(rows) != 2:
        raise Refused(_("One of the two is not there any more."))
    kept, other = rows[kept.pk], rows[other.pk]
    refuse_conflicts(kept, other)
    columns = _columns(kept, other, take)
    places = Trainee.objects.filter(person=other).update(person=kept)
    offices = ClassOfficer.objects.filter(person=other).update(person=kept)
    Application.objects.filter(person=other).update(person=kept)
    _move_consents(kept, other)
    label = str(other)
    record(
        "cohorts.merge_people",
        kept,
        before={"merged": other.pk, "name": label},
        after={"places": places, "offices": offices, "taken": sorted(take)},
    )
    Person.objects.filter(pk=other.pk).delete()  # before its ID number can stand in the other row
    Person.objects.filter(pk=kept.pk).update(**columns)
    _give_what_follows(kept)
    return Merged(places, offices)


def refuse_conflicts(kept: Person, other: Person) -> None:
    """What cannot be decided by a merge: two places in one cohort, two accounts, one office twice."""
    both = Trainee.objects.filter(person=kept, cohort__trainees__person=other).select_related("cohort").first()
    if both:
        raise Refused(
            _("Both have a place in %(cohort)s. Withdraw or correct one of them first.") % {"cohort": both.cohort.name}
        )
    if kept.user_id and other.user_id:
        raise Refused(_("Both have an account. Ask an administrator to suspend one of them first."))
    mine = ClassOfficer.objects.filter(person=kept, ends_on=None).values_list("training_class", "office")
    theirs = ClassOfficer.objects.filter(person=other, ends_on=None).values_list("training_class", "office")
    if set(mine) & set(theirs):
        raise Refused(_("Both hold the same office in one class. End one of the terms first."))


def _columns(kept: Person, other: Person, take: Collection[str]) -> dict:
    columns = {"hand_set": sorted({*kept.hand_set, *other.hand_set})}
    for field in FIELDS:
        if getattr(other, field) and (field in take or not getattr(kept, field)):
            columns |= {column: getattr(other, column) for column in COLUMNS.get(field, (field,))}
    if not kept.user_id:
        columns["user"] = other.user_id
    return columns


def _give_what_follows(kept: Person) -> None:
    """An account that meets places and offices gets their roles."""
    for cohort in Cohort.objects.filter(trainees__person=kept).select_related("program").order_by("pk"):
        give_roles(cohort)
    give_rights(ClassOfficer.objects.filter(person=kept))


def _move_consents(kept: Person, other: Person) -> None:
    """Both said yes: the older yes goes on, the newer one ends now."""
    given = set(Consent.objects.filter(person=kept, withdrawn_at=None).values_list("purpose", flat=True))
    twice = Consent.objects.filter(person=other, withdrawn_at=None, purpose__in=given)
    twice.update(withdrawn_at=timezone.now())
    Consent.objects.filter(person=other).update(person=kept)
