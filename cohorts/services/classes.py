from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import ScopeKind, Unit
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.following import end_over
from cohorts.models import Cohort, TrainingClass
from cohorts.services.lock import change_roster
from cohorts.services.order import shift
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def create_class(cohort: Cohort, *, name: str, unit: Unit | None = None) -> TrainingClass:
    """A class at the end of the row."""
    cohort = change_roster(cohort.pk)
    last = cohort.classes.aggregate(last=Max("number"))["last"] or 0
    made = TrainingClass(cohort=cohort, name=name, unit=unit, number=last + 1)
    _save(made)
    record("cohorts.create_class", made, after={"cohort": cohort.name, "name": name, "unit": unit and unit.name})
    return made


@transaction.atomic
def edit_class(training_class: TrainingClass, *, name: str, unit: Unit | None = None) -> TrainingClass:
    change_roster(training_class.cohort_id)
    training_class = TrainingClass.objects.select_related("unit").get(pk=training_class.pk)
    before, after = changes(training_class, {"name": name, "unit": unit})
    if not after:
        return training_class
    for field, value in after.items():
        setattr(training_class, field, value)
    _save(training_class)
    record("cohorts.edit_class", training_class, before=before, after=after)
    return training_class


@transaction.atomic
def shift_class(training_class: TrainingClass, direction: str) -> None:
    """One place up or down in the order of the classes; at the end of the row nothing changes."""
    change_roster(training_class.cohort_id)
    classes = TrainingClass.objects.filter(cohort=training_class.cohort_id).order_by("number", "pk")
    before, after = shift(classes, training_class, direction, field="number")
    if before != after:
        record("cohorts.shift_class", training_class, before={"place": before}, after={"place": after})


@transaction.atomic
def delete_class(training_class: TrainingClass) -> None:
    """Only a class that never had members, officers or sessions goes; its groups and the roles granted over it go
    with it."""
    cohort = change_roster(training_class.cohort_id)
    record("cohorts.delete_class", training_class, before={"cohort": cohort.name, "name": training_class.name})
    end_over(ScopeKind.TRAINING_CLASS, training_class.pk)
    try:
        with transaction.atomic():
            if training_class.officers.exists():
                raise Refused(_("This class has or had officers, so it stays."))
            training_class.delete()
    except ProtectedError:
        raise Refused(_("This class has or had members or records, so it stays.")) from None


def _save(training_class: TrainingClass) -> None:
    try:
        with transaction.atomic():
            training_class.save()
    except IntegrityError:
        raise Refused(_("This cohort has a class of this name already.")) from None
