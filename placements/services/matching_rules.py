"""The rules of matching: each change is a new version; pairs of people who are kept apart."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Cohort, Trainee
from placements.models import KeptApart, MatchingRules
from placements.rules.defaults import RELATED, guess_keys
from placements.rules.fit import Criterion
from placements.selectors.matching import latest_rules
from trainee_mgmt.kit.errors import Refused


def first_rules(cohort: Cohort) -> MatchingRules:
    """What a cohort begins with, not saved: the usual weights, and the profile fields whose labels tell what they ask."""
    fields = cohort.profile_fields.order_by("order", "pk").values_list("key", "label")
    return MatchingRules(
        cohort=cohort, version=0, keys=guess_keys(fields), related=[sorted(pair) for pair in RELATED], most_of_unit=2
    )


@transaction.atomic
def save_rules(cohort: Cohort, *, by: User, note: str = "", **fields) -> MatchingRules:
    """The next version; if nothing is different, the one in force. Plans that were made keep theirs."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if not any(fields.get(str(each), 0) for each in Criterion):
        raise Refused(_("Give at least one criterion a weight; else every plan is as good as any other."))
    old = latest_rules(cohort)
    before, after = changes(old, fields) if old else ({}, fields)
    if old and not after:
        return old
    kept = {field.name: getattr(old, field.name) for field in _CHANGING} if old else {}
    made = MatchingRules.objects.create(
        **kept | fields,
        cohort=cohort,
        version=old.version + 1 if old else 1,
        note=note,
        made_by=by,
        made_at=timezone.now(),
    )
    told = {"version": made.version, "note": note} | {name: str(value) for name, value in after.items()}
    record(
        "placements.save_matching_rules", made, before={name: str(value) for name, value in before.items()}, after=told
    )
    return made


_CHANGING = [
    field
    for field in MatchingRules._meta.concrete_fields
    if field.name not in {"id", "cohort", "version", "note", "made_by", "made_at"}
]


@transaction.atomic
def keep_apart(cohort: Cohort, one: Trainee, other: Trainee, *, reason: str) -> KeptApart:
    """These two come to no host together in plans that are made from now on."""
    if one.pk == other.pk:
        raise Refused(_("Name two different people."))
    if {one.cohort_id, other.cohort_id} != {cohort.pk}:
        raise Refused(_("Both have to be trainees of this cohort."))
    first, second = sorted((one, other), key=lambda each: each.pk)
    try:
        with transaction.atomic():
            made = KeptApart.objects.create(cohort=cohort, one=first, other=second, reason=reason.strip()[:200])
    except IntegrityError:
        raise Refused(_("These two are kept apart already.")) from None
    record("placements.keep_apart", made, after={"one": str(first), "other": str(second), "reason": made.reason})
    return made


@transaction.atomic
def let_together(pair: KeptApart) -> None:
    """They may come to one host again."""
    told = {"one": str(pair.one), "other": str(pair.other), "reason": pair.reason}
    if not KeptApart.objects.filter(pk=pair.pk).delete()[0]:
        raise Refused(_("Somebody else let them come together in the meantime."))
    record("placements.let_together", pair, before=told)
