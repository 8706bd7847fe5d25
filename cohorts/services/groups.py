"""Study groups (组): who is in one from when until when, and who leads it."""

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError, Q
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Cohort, GroupMembership, StudyGroup, Trainee, TrainingClass
from cohorts.selectors.cohorts import members_on
from cohorts.services.lock import change_roster
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def create_group(
    cohort: Cohort, *, name: str, training_class: TrainingClass | None = None, plan: str = ""
) -> StudyGroup:
    """A group of one class, or across the cohort."""
    cohort = change_roster(cohort.pk)
    siblings = StudyGroup.objects.filter(cohort=cohort, training_class=training_class)
    last = siblings.aggregate(last=Max("number"))["last"] or 0
    group = StudyGroup(cohort=cohort, training_class=training_class, name=name, plan=plan, number=last + 1)
    _save(group)
    record(
        "cohorts.create_group",
        group,
        after={"cohort": cohort.name, "class": training_class and training_class.name, "name": name},
    )
    return group


@transaction.atomic
def edit_group(group: StudyGroup, *, name: str, plan: str = "") -> StudyGroup:
    change_roster(group.cohort_id)
    group = StudyGroup.objects.get(pk=group.pk)
    before, after = changes(group, {"name": name, "plan": plan})
    if not after:
        return group
    for field, value in after.items():
        setattr(group, field, value)
    _save(group)
    record("cohorts.edit_group", group, before=before, after=after)
    return group


@transaction.atomic
def delete_group(group: StudyGroup) -> None:
    """Only a group that never had members goes."""
    change_roster(group.cohort_id)
    if group.memberships.exists():
        raise Refused(_("This group has or had members, so it stays."))
    record("cohorts.delete_group", group, before={"name": group.name})
    try:
        with transaction.atomic():
            group.delete()
    except ProtectedError:
        raise Refused(_("This group has records and stays.")) from None


@transaction.atomic
def put_into_group(group: StudyGroup, trainees: Collection[Trainee], *, on: date) -> tuple[int, int]:
    """Members from a day on; answers (new, there already). A group of a class takes that day's members of the class only."""
    cohort = change_roster(group.cohort_id)
    rows = Trainee.objects.filter(cohort=cohort, pk__in=[trainee.pk for trainee in trainees]).select_related("person")
    rows = rows.in_bulk()
    if len(rows) != len({trainee.pk for trainee in trainees}):
        raise Refused(_("Not all of these trainees belong to this cohort."))
    _refuse_outsiders(group, rows, on)
    there = set(
        group.memberships.filter(Q(ends_on=None) | Q(ends_on__gt=on), trainee__in=rows).values_list(
            "trainee", flat=True
        )
    )
    new = [key for key in rows if key not in there]
    GroupMembership.objects.bulk_create(GroupMembership(group=group, trainee_id=key, starts_on=on) for key in new)
    record("cohorts.put_into_group", group, after={"on": on, "trainees": sorted(new)})
    return len(new), len(there)


@transaction.atomic
def leave_group(membership: GroupMembership, *, on: date) -> None:
    """No member any more from this day on; a membership that would only begin then is taken back."""
    change_roster(membership.group.cohort_id)
    membership = GroupMembership.objects.select_related("group", "trainee__person").get(pk=membership.pk)
    if membership.ends_on and membership.ends_on <= on:
        raise Refused(_("This membership has ended already."))
    record("cohorts.leave_group", membership.group, after={"on": on, "trainee": str(membership.trainee)})
    if membership.starts_on >= on:
        membership.delete()
    else:
        GroupMembership.objects.filter(pk=membership.pk).update(ends_on=on, is_leader=False)


@transaction.atomic
def set_leader(membership: GroupMembership, *, leads: bool) -> None:
    """Who leads a group, or leads it no longer; several may."""
    change_roster(membership.group.cohort_id)
    if not GroupMembership.objects.filter(pk=membership.pk, ends_on=None).update(is_leader=leads):
        raise Refused(_("Only a present member can lead the group."))
    record("cohorts.set_leader", membership.group, after={"trainee": str(membership.trainee), "leads": leads})


def _refuse_outsiders(group: StudyGroup, rows: dict[int, Trainee], on: date) -> None:
    inactive = next((each for each in rows.values() if each.status != Trainee.Status.ACTIVE), None)
    if inactive:
        raise Refused(_("%(trainee)s is not in training any more.") % {"trainee": inactive})
    if group.training_class_id is None:
        return
    members = members_on(on).filter(training_class=group.training_class_id, trainee__in=rows)
    inside = set(members.values_list("trainee", flat=True))
    outsider = next((each for key, each in rows.items() if key not in inside), None)
    if outsider:
        raise Refused(_("%(trainee)s is not in the class of this group on that day.") % {"trainee": outsider})


def _save(group: StudyGroup) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise Refused(_("There is a group of this name already.")) from None
