"""People: one row per human being. ID number and phone are sealed here, and found by their blind index."""

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Cohort, Person
from cohorts.rules.values import facts_of_id
from cohorts.services.lock import count_change_for
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_id_number, mask_phone
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.names import pinyin_key

SECRETS = ("phone", "id_number")


def sealed_phone(phone: str) -> dict:
    """The three columns of a clean phone number; of nothing, all empty."""
    if not phone:
        return {"phone": None, "phone_index": None, "phone_mask": ""}
    return {"phone": Sealed.of(phone), "phone_index": blind_index("phone", phone), "phone_mask": mask_phone(phone)}


def sealed_id_number(number: str) -> dict:
    """The three columns of a clean ID number; of nothing, all empty."""
    if not number:
        return {"id_number": None, "id_index": None, "id_mask": ""}
    return {
        "id_number": Sealed.of(number),
        "id_index": blind_index("id_number", number),
        "id_mask": mask_id_number(number),
    }


SEALERS = {"phone": sealed_phone, "id_number": sealed_id_number}


def find_person(*, phone: str = "", id_number: str = "", name: str = "") -> Person | None:
    """Whom the ID number names; else whoever has this phone, of that name if one is given. Clean values only."""
    if id_number:
        found = Person.objects.filter(id_index=blind_index("id_number", id_number)).first()
        if found:
            return found
    if not phone:
        return None
    same_phone = Person.objects.filter(phone_index=blind_index("phone", phone)).order_by("pk")
    return (same_phone.filter(name=name) if name else same_phone).first()


@transaction.atomic
def look_up_person(*, phone: str, id_number: str, cohort: Cohort) -> Person | None:
    """``find_person`` for somebody about to join: the finder may be new to the person, so a find is written down."""
    person = find_person(phone=phone, id_number=id_number)
    if person is not None:
        record("cohorts.look_up_person", person, after={"cohort": cohort.name})
    return person


def find_or_make_person(values: dict) -> Person:
    """The person these clean values describe, with blanks filled in; a new one if nobody fits.

    ``values``: name and any of sex, born_on, phone, id_number, email. Refused when the number is somebody else's. The
    caller is inside a transaction; two callers wait for each other.
    """
    _one_at_a_time()
    person = find_person(
        phone=values.get("phone", ""), id_number=values.get("id_number", ""), name=values.get("name", "")
    )
    if person is None:
        _refuse_foreign_phone(values)
        return make_person(values)
    if person.name != values["name"]:
        raise Refused(_("This ID number belongs to a person of another name. Please check both."))
    fill_blanks(person, values)
    return person


def make_person(values: dict) -> Person:
    """A new person from typed values by field; all of them count as set by hand. What the ID number says of sex and
    birth is taken from it."""
    columns = _columns(_with_facts_of_id(values)) | {"name_key": pinyin_key(values["name"])}
    columns["hand_set"] = sorted(key for key, value in values.items() if value)
    try:
        with transaction.atomic():
            return Person.objects.create(**columns)
    except IntegrityError:
        raise Refused(_("Somebody with this ID number was added a moment ago. Please search again.")) from None


def fill_blanks(person: Person, values: dict) -> None:
    """Take over what is not yet known; what is known stays."""
    blank = {key: value for key, value in values.items() if value and not getattr(person, key)}
    if blank:
        columns = _columns(blank) | {"hand_set": sorted({*person.hand_set, *blank})}
        _update(person, columns)


@transaction.atomic
def edit_person(person: Person, values: dict) -> Person:
    """Set fields by hand; no import overwrites them later. Clean values; a blank one erases the field.

    ``name_key`` left out follows the name, unless it was mended by hand.
    """
    count_change_for(person)
    if not values.keys().isdisjoint(SECRETS):
        _one_at_a_time()
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    before, after = differences(person, values)
    if not after:
        return person
    if "name" in after and "name_key" not in after and "name_key" not in person.hand_set:
        after["name_key"] = pinyin_key(after["name"])
    _refuse_twice(person, after)
    columns = _columns(after) | {"hand_set": sorted({*person.hand_set, *(after.keys() - {"name_key"})})}
    if "name_key" in values and "name_key" in after:
        columns["hand_set"] = sorted({*columns["hand_set"], "name_key"})
    _update(person, columns)
    record("cohorts.edit_person", person, before=_told(before), after=_told(after))
    person.refresh_from_db()
    return person


def differences(person: Person, values: dict) -> tuple[dict, dict]:
    """(before, after) of what changes. Secrets are compared by their index and never told."""
    before, after = {}, {}
    for key, value in values.items():
        if key in SECRETS:
            known = person.phone_index if key == "phone" else person.id_index
            wanted = blind_index(key, value) if value else None
            if known != wanted:
                before[key], after[key] = bool(known), value
        elif getattr(person, key) != value:
            before[key], after[key] = getattr(person, key), value
    return before, after


def _told(values: dict) -> dict:
    return {key: (_("filled") if value else "") if key in SECRETS else value for key, value in values.items()}


def _with_facts_of_id(values: dict) -> dict:
    """Sex and birth date from the ID number, where they were not typed."""
    if not values.get("id_number"):
        return values
    facts = facts_of_id(values["id_number"])
    return {"sex": facts.sex, "born_on": facts.born_on} | {key: value for key, value in values.items() if value}


def _columns(values: dict) -> dict:
    """Model fields for clean values."""
    columns = {}
    for key, value in values.items():
        columns |= SEALERS[key](value or "") if key in SEALERS else {key: value}
    return columns


def _update(person: Person, columns: dict) -> None:
    try:
        with transaction.atomic():
            Person.objects.filter(pk=person.pk).update(**columns)
    except IntegrityError:
        raise Refused(_("Another person has this ID number.")) from None


def _refuse_twice(person: Person, after: dict) -> None:
    if after.get("id_number"):
        other = Person.objects.filter(id_index=blind_index("id_number", after["id_number"])).exclude(pk=person.pk)
        if other.exists():
            raise Refused(_("Another person has this ID number. If both are the same person, merge them."))


def _refuse_foreign_phone(values: dict) -> None:
    if values.get("phone") and not values.get("id_number") and find_person(phone=values["phone"]):
        raise Refused(_("This phone number belongs to a person of another name. Please check both."))


def _one_at_a_time() -> None:
    """Whoever looks for people in order to make them, here or by an import, waits until we are done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cohorts.people'))")
