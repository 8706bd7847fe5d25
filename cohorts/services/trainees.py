"""Everything that happens to a trainee's place in a cohort. Each act locks the cohort and is recorded once."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import ClassOfficer, Cohort, GroupMembership, Person, Trainee, TrainingClass
from cohorts.rules import membership
from cohorts.rules.numbers import next_number
from cohorts.rules.profile import HAND_SET, merged
from cohorts.services.accounts import give_roles
from cohorts.services.lock import change_roster
from cohorts.services.officers import end_offices
from cohorts.services.people import fill_blanks, find_or_make_person
from cohorts.services.stays import placed, stays_of, write_stays
from trainee_mgmt.kit.errors import Refused

DAY = timedelta(days=1)
# Apps that keep more of trainees say here what somebody who leaves must end first: (trainees, on) -> a refusal, or nothing.
AGAINST_LEAVING: list[Callable[[Collection[int], date], Refused | None]] = []


@dataclass(frozen=True)
class Moved:
    """How many were moved, and how many were in that class already."""

    moved: int
    same: int


@transaction.atomic
def add_trainee(
    cohort: Cohort,
    *,
    person: Person | None = None,
    person_values: dict,
    joined_on: date,
    number: str = "",
    work_unit: str = "",
    position: str = "",
    profile: dict | None = None,
    training_class: TrainingClass | None = None,
) -> Trainee:
    """Give one person a place, and a class from the first day. Without ``number`` the next one is taken.

    ``person`` is someone known already, whose blanks are filled in; without, whoever ``person_values`` describe.
    """
    cohort = change_roster(cohort.pk)
    person = _without_place(cohort, person, person_values)
    taken = cohort.trainees.values_list("number", flat=True)
    trainee = Trainee(
        cohort=cohort,
        person=person,
        number=number or next_number(taken),
        work_unit=work_unit,
        position=position,
        profile=merged({}, profile or {}),
        joined_on=joined_on,
    )
    values = {"number": number, "work_unit": work_unit, "position": position}
    trainee.hand_set = _names(values, profile or {}, *(["class"] if training_class else []))
    _save(trainee)
    if training_class:
        _refuse_foreign_class(cohort, training_class)
        write_stays({trainee.pk: membership.join([], training_class.pk, on=joined_on)})
    if person.user_id:
        give_roles(cohort)
    record(
        "cohorts.add_trainee",
        trainee,
        after={"cohort": cohort.name, "joined_on": joined_on, "class": training_class and training_class.name},
    )
    return trainee


def _without_place(cohort: Cohort, person: Person | None, values: dict) -> Person:
    if person is None:
        person = find_or_make_person(values)
    else:
        fill_blanks(person, values)
    if Trainee.objects.filter(cohort=cohort, person=person).exists():
        raise Refused(_("%(name)s has a place in this cohort already.") % {"name": person.name})
    return person


@transaction.atomic
def edit_trainee(
    trainee: Trainee, *, number: str, work_unit: str, position: str, joined_on: date, profile: dict
) -> Trainee:
    """Set fields by hand; no import overwrites them later. ``profile``: kept values by key, None erases one."""
    trainee = _locked(trainee)
    values = {"number": number, "work_unit": work_unit, "position": position, "joined_on": joined_on}
    before, after = changes(trainee, values)
    answers = {key: value for key, value in profile.items() if trainee.profile.get(key) != value}
    before |= _told(trainee, {key: trainee.profile.get(key) for key in answers})
    if not before:
        return trainee
    if "joined_on" in after:
        _shift_start(trainee, joined_on)
    trainee.hand_set = sorted({*trainee.hand_set, *after, *(HAND_SET + key for key in answers)})
    trainee.profile = merged(trainee.profile, answers)
    for field, value in after.items():
        setattr(trainee, field, value)
    _save(trainee)
    record(
        "cohorts.edit_trainee",
        trainee,
        before=before,
        after=after | _told(trainee, answers),
    )
    return trainee


@transaction.atomic
def fill_own_profile(trainee: Trainee, answers: dict) -> Trainee:
    """What the trainee answers about oneself: only fields that are the trainee's to fill. No import overwrites it."""
    trainee = _locked(trainee)
    mine = set(trainee.cohort.profile_fields.filter(filled_by_trainee=True).values_list("key", flat=True))
    if not answers.keys() <= mine:
        raise Refused(_("This field is filled in by the organizer."))
    new = {key: value for key, value in answers.items() if trainee.profile.get(key) != value}
    before = _told(trainee, {key: trainee.profile.get(key) for key in new})
    if not new:
        return trainee
    trainee.profile = merged(trainee.profile, new)
    trainee.hand_set = sorted({*trainee.hand_set, *before})
    trainee.save(update_fields=["profile", "hand_set"])
    record("cohorts.fill_own_profile", trainee, before=before, after=_told(trainee, new))
    return trainee


def _told(trainee: Trainee, answers: dict) -> dict:
    """Answers as the audit log names them; of a masked field, or one that needs consent, only that there is one."""
    hidden = Q(is_personal=True) | Q(needs_consent=True)
    secret = set(trainee.cohort.profile_fields.filter(hidden, key__in=answers).values_list("key", flat=True))
    return {
        HAND_SET + key: (_("filled") if value not in (None, "") else "") if key in secret else value
        for key, value in answers.items()
    }


@transaction.atomic
def move_to_class(trainees: Collection[Trainee], training_class: TrainingClass, *, on: date) -> Moved:
    """Into the class from a day on; the days before keep their class. All of them or none.

    Whoever leaves a class leaves its groups and offices on that day.
    """
    cohort = change_roster(training_class.cohort_id)
    moving = _place_all(cohort, trainees, training_class, on)
    if len(trainees) == 1:
        (trainee,) = trainees
        record("cohorts.move_to_class", trainee, after={"class": training_class.name, "on": on})
    else:
        record(
            "cohorts.move_to_class",
            cohort,
            after={"class": training_class.name, "on": on, "trainees": sorted(moving)},
        )
    return Moved(len(moving), len(trainees) - len(moving))


@transaction.atomic
def undo_move(trainee: Trainee) -> TrainingClass:
    """Take back the last change of class: the class before lasts as if nothing had happened."""
    trainee = _locked(trainee)
    stays = stays_of([trainee.pk])[trainee.pk]
    if len(stays) < 2 or stays[-2].ends_on != stays[-1].starts_on:
        raise Refused(_("There is no change of class to take back."))
    last = stays.pop()
    stays[-1] = membership.Stay(stays[-1].starts_on, last.ends_on, stays[-1].training_class)
    write_stays({trainee.pk: stays})
    back = TrainingClass.objects.get(pk=stays[-1].training_class)
    record("cohorts.undo_move", trainee, after={"class": back.name})
    return back


@transaction.atomic
def withdraw(trainees: Collection[Trainee], *, on: date, reason: str) -> int:
    """Out of training from a day on: no class, groups and offices from then. Everything before stays. All or none."""
    if not trainees:
        return 0
    cohort = change_roster(next(iter(trainees)).cohort_id)
    rows = _fresh(cohort, trainees)
    stays = stays_of(rows)
    wanted = {}
    for key, trainee in rows.items():
        if trainee.status != Trainee.Status.ACTIVE:
            raise Refused(_("%(trainee)s is not in training any more.") % {"trainee": trainee})
        if on <= trainee.joined_on:
            raise Refused(_("%(trainee)s joins on that day or later.") % {"trainee": trainee})
        if stays[key]:
            wanted[key] = _left(stays[key], on)
    if refusal := next(filter(None, (find(rows, on) for find in AGAINST_LEAVING)), None):
        raise refusal
    write_stays(wanted)
    for trainee in rows.values():
        trainee.status, trainee.ended_on, trainee.end_reason = Trainee.Status.WITHDRAWN, on, reason
        trainee.hand_set = sorted({*trainee.hand_set, "status"})
    Trainee.objects.bulk_update(rows.values(), ["status", "ended_on", "end_reason", "hand_set"], batch_size=1000)
    leave_groups(GroupMembership.objects.filter(trainee__in=rows), on)
    end_offices(_offices(cohort, rows.values()), last_day=on - DAY)
    values = {"on": on, "reason": reason}
    if len(rows) == 1:
        record("cohorts.withdraw", trainee, after=values)
    else:
        record("cohorts.withdraw", cohort, after=values | {"trainees": sorted(rows)})
    return len(rows)


@transaction.atomic
def rejoin(trainee: Trainee, *, on: date, training_class: TrainingClass | None = None) -> Trainee:
    """Back in training from a day on, in a class if one is named; the time between stays a gap."""
    trainee = _locked(trainee)
    if trainee.status == Trainee.Status.ACTIVE:
        raise Refused(_("This trainee is in training already."))
    if on < trainee.ended_on:
        raise Refused(_("The day lies before the withdrawal."))
    before = {"status": trainee.status, "ended_on": trainee.ended_on, "reason": trainee.end_reason}
    if training_class:
        _refuse_foreign_class(trainee.cohort, training_class)
        stays = stays_of([trainee.pk])[trainee.pk]
        write_stays({trainee.pk: membership.join(stays, training_class.pk, on=on)})
    _reopen(trainee)
    record("cohorts.rejoin", trainee, before=before, after={"on": on, "class": training_class and training_class.name})
    return trainee


@transaction.atomic
def undo_withdrawal(trainee: Trainee) -> Trainee:
    """As if the trainee had never left: the class and the groups that ended with the withdrawal go on. Offices do not."""
    trainee = _locked(trainee)
    if trainee.status != Trainee.Status.WITHDRAWN:
        raise Refused(_("This trainee has not withdrawn."))
    on = trainee.ended_on
    stays = stays_of([trainee.pk])[trainee.pk]
    if stays and stays[-1].ends_on == on:
        last = stays.pop()
        write_stays({trainee.pk: [*stays, membership.Stay(last.starts_on, None, last.training_class)]})
    GroupMembership.objects.filter(trainee=trainee, ends_on=on).update(ends_on=None)
    before = {"status": trainee.status, "ended_on": on, "reason": trainee.end_reason}
    _reopen(trainee)
    record("cohorts.undo_withdrawal", trainee, before=before)
    return trainee


# Pieces ---------------------------------------------------------------------------------------------------------------


def _locked(trainee: Trainee) -> Trainee:
    """The trainee as stored now, with the cohort locked for a change."""
    change_roster(trainee.cohort_id)
    return Trainee.objects.select_related("person", "cohort").get(pk=trainee.pk)


def _fresh(cohort: Cohort, trainees: Iterable[Trainee]) -> dict[int, Trainee]:
    keys = {trainee.pk for trainee in trainees}
    rows = Trainee.objects.filter(cohort=cohort, pk__in=keys).select_related("person").in_bulk()
    if len(rows) != len(keys):
        raise Refused(_("Not all of these trainees belong to this cohort."))
    return rows


def _place_all(cohort: Cohort, trainees: Collection[Trainee], training_class: TrainingClass, on: date) -> list[int]:
    """Keys of those whose class changes."""
    rows = _fresh(cohort, trainees)
    stays = stays_of(rows)
    wanted = {}
    for key, trainee in rows.items():
        if trainee.status != Trainee.Status.ACTIVE:
            raise Refused(_("%(trainee)s is not in training any more.") % {"trainee": trainee})
        if on < trainee.joined_on:
            raise Refused(_("%(trainee)s joins later than that day.") % {"trainee": trainee})
        new = placed(stays[key], training_class.pk, on=on)
        if new != stays[key]:
            wanted[key] = new
    write_stays(wanted)
    moving = [rows[key] for key in wanted]
    for trainee in moving:
        trainee.hand_set = sorted({*trainee.hand_set, "class"})
    Trainee.objects.bulk_update(moving, ["hand_set"], batch_size=1000)
    elsewhere = Q(group__training_class=None) | Q(group__training_class=training_class)
    leave_groups(GroupMembership.objects.filter(trainee__in=wanted).exclude(elsewhere), on)
    left = _offices(cohort, moving).exclude(training_class=training_class)
    end_offices(left, last_day=on - DAY)
    return list(wanted)


def _offices(cohort: Cohort, trainees: Iterable[Trainee]):
    """What these trainees are in the classes of the cohort; a head teacher is no member and stays one."""
    people = [trainee.person_id for trainee in trainees]
    return ClassOfficer.objects.filter(training_class__cohort=cohort, person__in=people).exclude(
        office=ClassOfficer.Office.HEAD_TEACHER
    )


def _left(stays: list[membership.Stay], on: date) -> list[membership.Stay]:
    """The stays without what lies on or after the day; also for one who has no class on that very day."""
    if membership.as_of(stays, on):
        return membership.withdraw(stays, on=on)
    return [stay for stay in stays if stay.starts_on < on]


def leave_groups(memberships, on: date) -> None:
    """These memberships end on the day; those that would begin later are taken back."""
    memberships.filter(starts_on__gte=on).delete()
    memberships.filter(Q(ends_on=None) | Q(ends_on__gt=on)).update(ends_on=on)


def _shift_start(trainee: Trainee, joined_on: date) -> None:
    """The first class begins with the first day of training, so it moves along."""
    if trainee.ended_on and joined_on >= trainee.ended_on:
        raise Refused(_("The first day must lie before the last."))
    stays = stays_of([trainee.pk])[trainee.pk]
    if not stays:
        return
    first = stays[0]
    if first.ends_on and joined_on >= first.ends_on:
        raise Refused(_("The first day must lie before the first change of class."))
    if first.starts_on == trainee.joined_on or first.starts_on < joined_on:
        write_stays({trainee.pk: [membership.Stay(joined_on, first.ends_on, first.training_class), *stays[1:]]})


def _reopen(trainee: Trainee) -> None:
    """In training again; an account that came in the meantime gets the role of this place."""
    trainee.status, trainee.ended_on, trainee.end_reason = Trainee.Status.ACTIVE, None, ""
    trainee.hand_set = sorted({*trainee.hand_set, "status"})
    trainee.save(update_fields=["status", "ended_on", "end_reason", "hand_set"])
    if trainee.person.user_id:
        give_roles(trainee.cohort)


def _refuse_foreign_class(cohort: Cohort, training_class: TrainingClass) -> None:
    if training_class.cohort_id != cohort.pk:
        raise Refused(_("This class belongs to another cohort."))


def _names(values: dict, profile: dict, *more: str) -> list[str]:
    """What was set by hand: fields that were filled, profile values by their key."""
    filled = {key for key, value in values.items() if value}
    return sorted({*filled, *(HAND_SET + key for key, value in profile.items() if value is not None), *more})


def _save(trainee: Trainee) -> None:
    try:
        with transaction.atomic():
            trainee.save()
    except IntegrityError:
        raise Refused(_("The number %(number)s is taken in this cohort.") % {"number": trainee.number}) from None
