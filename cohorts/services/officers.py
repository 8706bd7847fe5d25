"""Head teachers and class officers (班主任 / 班干部): terms, and the right over the class that lasts as long as the term."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Grant
from accounts.services import record
from cohorts.models import ClassOfficer, Person, TrainingClass
from cohorts.services.lock import change_roster
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def appoint(
    training_class: TrainingClass,
    person: Person,
    *,
    office: str,
    title: str = "",
    starts_on: date,
    ends_on: date | None = None,
) -> ClassOfficer:
    """Give a person an office for a term. With an account, the person gets the rights of an officer over this class."""
    change_roster(training_class.cohort_id)
    if ends_on and ends_on < starts_on:
        raise Refused(_("The last day lies before the first."))
    officer = ClassOfficer(
        training_class=training_class, person=person, office=office, title=title, starts_on=starts_on, ends_on=ends_on
    )
    try:
        with transaction.atomic():
            officer.save()
    except IntegrityError:
        raise Refused(_("%(name)s has this office in this class already.") % {"name": person.name}) from None
    record(
        "cohorts.appoint",
        officer,
        after={"class": training_class.name, "office": office, "title": title, "from": starts_on, "until": ends_on},
    )
    return officer


@transaction.atomic
def end_office(officer: ClassOfficer, *, on: date) -> None:
    """The term ends with this day, and the right with it."""
    change_roster(officer.training_class.cohort_id)
    officer = ClassOfficer.objects.select_for_update(of=("self",)).select_related("person").get(pk=officer.pk)
    if on < officer.starts_on:
        raise Refused(_("The last day lies before the first."))
    if officer.ends_on and officer.ends_on <= on:
        raise Refused(_("This term has ended already."))
    before = {"until": officer.ends_on}
    end_offices(ClassOfficer.objects.filter(pk=officer.pk), last_day=on)
    record("cohorts.end_office", officer, before=before, after={"until": on})


def end_offices(offices: QuerySet, *, last_day: date) -> int:
    """End the terms that run beyond a day, with their rights; terms that would begin later are taken back. Not recorded here."""
    running = offices.filter(Q(ends_on=None) | Q(ends_on__gt=last_day))
    keys = list(running.values_list("pk", "starts_on", "grant"))
    begun = [pk for pk, starts_on, _grant in keys if starts_on <= last_day]
    later = [pk for pk, starts_on, _grant in keys if starts_on > last_day]
    Grant.objects.filter(office__in=begun).update(ends_on=last_day)
    ClassOfficer.objects.filter(pk__in=begun).update(ends_on=last_day)
    grants = [grant for pk, starts_on, grant in keys if starts_on > last_day and grant]
    ClassOfficer.objects.filter(pk__in=later).delete()
    Grant.objects.filter(pk__in=grants).delete()
    return len(keys)
