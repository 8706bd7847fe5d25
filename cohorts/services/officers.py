"""Head teachers and class officers (班主任 / 班干部): terms, and the right over the class that lasts as long as the term."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, ScopeKind
from accounts.services import record
from accounts.services.following import FollowingGrant, end_following, give_following
from cohorts.models import ClassOfficer, Person, TrainingClass
from cohorts.services.lock import change_roster
from cohorts.services.people import find_or_make_person
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def appoint(
    training_class: TrainingClass,
    *,
    person: Person | None = None,
    person_values: dict | None = None,
    office: str,
    title: str = "",
    starts_on: date,
    ends_on: date | None = None,
) -> ClassOfficer:
    """Give a person an office for a term. With an account, the person gets the rights of an officer over this class.

    ``person_values`` (name, phone) describe somebody who may not be known yet, such as a head teacher.
    """
    change_roster(training_class.cohort_id)
    if ends_on and ends_on < starts_on:
        raise Refused(_("The last day lies before the first."))
    if person is None:
        person = find_or_make_person(person_values)
    officer = ClassOfficer(
        training_class=training_class, person=person, office=office, title=title, starts_on=starts_on, ends_on=ends_on
    )
    try:
        with transaction.atomic():
            officer.save()
    except IntegrityError:
        raise Refused(_("%(name)s has this office in this class already.") % {"name": person.name}) from None
    give_rights(ClassOfficer.objects.filter(pk=officer.pk))
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
    officer = ClassOfficer.objects.select_related("person").get(pk=officer.pk)
    if on < officer.starts_on:
        raise Refused(_("The last day lies before the first."))
    if officer.ends_on and officer.ends_on <= on:
        raise Refused(_("This term has ended already."))
    before = {"until": officer.ends_on}
    end_offices(ClassOfficer.objects.filter(pk=officer.pk), last_day=on)
    record("cohorts.end_office", officer, before=before, after={"until": on})


# Pieces of other acts; not recorded by themselves ---------------------------------------------------------------------


def end_offices(offices: QuerySet, *, last_day: date) -> int:
    """End the terms that run beyond a day, with their rights; terms that would begin later are taken back."""
    running = offices.filter(Q(ends_on=None) | Q(ends_on__gt=last_day))
    rows = list(running.values_list("pk", "starts_on", "grant"))
    end_following((grant for _pk, _starts_on, grant in rows), last_day=last_day)
    begun = [pk for pk, starts_on, _grant in rows if starts_on <= last_day]
    ClassOfficer.objects.filter(pk__in=begun).update(ends_on=last_day)
    ClassOfficer.objects.filter(pk__in=[pk for pk, starts_on, _grant in rows if starts_on > last_day]).delete()
    return len(rows)


def give_rights(offices: QuerySet) -> int:
    """Each office whose term is not over, of a person with an account, gets its grant; those that have one keep it."""
    today = timezone.localdate()
    lacking = offices.filter(Q(ends_on=None) | Q(ends_on__gte=today), grant=None, person__user__isnull=False)
    rows = list(lacking.select_related("training_class__cohort", "person"))
    if not rows:
        return 0
    grants = give_following(
        [
            FollowingGrant(
                user_id=officer.person.user_id,
                role=Role.OFFICER,
                scope_kind=ScopeKind.TRAINING_CLASS,
                scope_id=officer.training_class_id,
                scope_label=f"{officer.training_class.cohort.name} · {officer.training_class.name}",
                starts_on=officer.starts_on,
                ends_on=officer.ends_on,
                reason=officer.title or str(officer.get_office_display()),
            )
            for officer in rows
        ]
    )
    for officer, grant in zip(rows, grants, strict=True):
        officer.grant = grant
    ClassOfficer.objects.bulk_update(rows, ["grant"], batch_size=1000)
    return len(rows)
