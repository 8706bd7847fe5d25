from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.services import record
from accounts.services.audit import changes
from library.models import Venue, Way
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def create_venue(*, unit: Unit, name: str, capacity: int, place: str = "") -> Venue:
    """A new venue of the unit; its name is unique there."""
    venue = Venue(unit=unit, name=name, place=place, capacity=capacity)
    _save(venue)
    record("library.create_venue", venue, after={"unit": unit.name, "name": name, "capacity": capacity})
    return venue


@transaction.atomic
def edit_venue(venue: Venue, *, unit: Unit, name: str, capacity: int, place: str = "") -> Venue:
    """What is booked already stays; where it no longer fits, the page of conflicts says so."""
    venue = _locked(venue)
    before, after = changes(venue, {"unit": unit, "name": name, "place": place, "capacity": capacity})
    if not after:
        return venue
    for field, value in after.items():
        setattr(venue, field, value)
    _save(venue)
    record("library.edit_venue", venue, before=before, after=after)
    return venue


@transaction.atomic
def close_venue(venue: Venue, *, on: date) -> None:
    """From that day on nothing new is booked in it; what is booked stands on the page of conflicts until it is moved."""
    venue = _locked(venue)
    if venue.closed_on:
        raise Refused(_("This venue is closed already."))
    Venue.objects.filter(pk=venue.pk).update(closed_on=on)
    record("library.close_venue", venue, after={"closed_on": on})


@transaction.atomic
def reopen_venue(venue: Venue) -> None:
    venue = _locked(venue)
    if not venue.closed_on:
        raise Refused(_("This venue is open already."))
    Venue.objects.filter(pk=venue.pk).update(closed_on=None)
    record("library.reopen_venue", venue, before={"closed_on": venue.closed_on})


@transaction.atomic
def delete_venue(venue: Venue) -> None:
    """Only a venue that was never booked goes; any other is closed instead."""
    venue = _locked(venue)
    record("library.delete_venue", venue, before={"unit": venue.unit.name, "name": venue.name})
    try:
        with transaction.atomic():
            venue.delete()
    except ProtectedError:
        raise Refused(_("This venue was booked. Close it instead; what took place in it stays.")) from None


@transaction.atomic
def set_way(venue: Venue, other: Venue, *, minutes: int) -> Way | None:
    """How long it takes between two venues, in either direction; 0 takes the time away. The same again changes nothing."""
    if venue.pk == other.pk:
        raise Refused(_("Choose another venue."))
    one, other = sorted((venue, other), key=lambda each: each.pk)
    _locked(one)
    there = Way.objects.filter(one=one, other=other).first()
    before = there.minutes if there else 0
    if before == minutes:
        return there
    record(
        "library.set_way", venue, before={"minutes": before}, after={"between": _ends(one, other), "minutes": minutes}
    )
    if not minutes:
        Way.objects.filter(one=one, other=other).delete()
        return None
    return Way.objects.update_or_create(one=one, other=other, defaults={"minutes": minutes})[0]


def _ends(one: Venue, other: Venue) -> str:
    return f"{one.name} – {other.name}"


def _locked(venue: Venue) -> Venue:
    locked = Venue.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=venue.pk).first()
    if locked is None:
        raise Refused(_("This venue was deleted already."))
    return locked


def _save(venue: Venue) -> None:
    try:
        with transaction.atomic():
            venue.save()
    except IntegrityError:
        raise Refused(_("%(unit)s has a venue of this name already.") % {"unit": venue.unit.name}) from None
