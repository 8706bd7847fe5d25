"""Profile fields: what is asked of the trainees of one cohort. Data, not code."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Application, Cohort, EligibilityRule, ProfileField
from cohorts.rules.headers import FIELDS, meaning
from cohorts.rules.profile_keys import profile_key
from cohorts.services.lock import change_roster
from cohorts.services.order import shift
from trainee_mgmt.kit.errors import Refused

PERSON_COLUMNS = frozenset(["number", "name", "sex", "born_on", "age", "phone", "id_number", "email", "work_unit"])


@transaction.atomic
def create_field(cohort: Cohort, **values) -> ProfileField:
    """A field at the end of the list. Its key is that of the roster column of the same name, or a new one."""
    cohort = change_roster(cohort.pk)
    last = cohort.profile_fields.aggregate(last=Max("order"))["last"] or 0
    field = ProfileField(cohort=cohort, key=_free_key(cohort, values["label"]), order=last + 1, **values)
    _save(field)
    record("cohorts.create_profile_field", field, after={"cohort": cohort.name, "key": field.key} | values)
    return field


@transaction.atomic
def edit_field(field: ProfileField, **values) -> ProfileField:
    """The kind of a field that has values stays, so that each value still fits; choices may grow, not lose a used one."""
    change_roster(field.cohort_id)
    field = ProfileField.objects.get(pk=field.pk)
    before, after = changes(field, values)
    if "kind" in after and is_used(field):
        raise Refused(_("This field has values already, so its kind stays. Make a new field instead."))
    if "choices" in after:
        _refuse_to_lose(field, after["choices"])
    if not after:
        return field
    for name, value in after.items():
        setattr(field, name, value)
    _save(field)
    record("cohorts.edit_profile_field", field, before=before, after=after)
    return field


@transaction.atomic
def shift_field(field: ProfileField, direction: str) -> None:
    """One place up or down in the list."""
    change_roster(field.cohort_id)
    fields = ProfileField.objects.filter(cohort=field.cohort_id).order_by("order", "pk")
    before, after = shift(fields, field, direction, field="order")
    if before != after:
        record("cohorts.shift_profile_field", field, before={"place": before}, after={"place": after})


@transaction.atomic
def delete_field(field: ProfileField) -> None:
    """Only a field that nobody has answered and no rule asks for."""
    change_roster(field.cohort_id)
    if is_used(field):
        raise Refused(_("Some trainees or applicants have a value in this field, or a rule needs it, so it stays."))
    record("cohorts.delete_profile_field", field, before={"key": field.key, "label": field.label})
    field.delete()


def is_used(field: ProfileField) -> bool:
    """Whether a trainee or an applicant has a value in the field, or a rule of a round needs it."""
    answered = Application.objects.filter(round__cohort=field.cohort_id, answers__has_key=field.key)
    ruled = EligibilityRule.objects.filter(round__cohort=field.cohort_id, field=field.key, until=None)
    return field.cohort.trainees.filter(profile__has_key=field.key).exists() or answered.exists() or ruled.exists()


def _refuse_to_lose(field: ProfileField, choices: list[str]) -> None:
    lost = [choice for choice in field.choices if choice not in choices]
    used = next((each for each in lost if _is_chosen(field, each)), None)
    if used:
        raise Refused(_("“%(choice)s” is chosen by some trainees, so it stays in the list.") % {"choice": used})


def _is_chosen(field: ProfileField, choice: str) -> bool:
    said = {field.key: choice}
    answered = Application.objects.filter(round__cohort=field.cohort_id, answers__contains=said)
    return field.cohort.trainees.filter(profile__contains=said).exists() or answered.exists()


def _free_key(cohort: Cohort, label: str) -> str:
    taken = set(cohort.profile_fields.values_list("key", flat=True))
    known = meaning(label).field
    if known in FIELDS and known not in PERSON_COLUMNS | taken:
        return known
    return profile_key(label, taken)


def _save(field: ProfileField) -> None:
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError:
        raise Refused(_("This cohort has a field of this name already.")) from None
