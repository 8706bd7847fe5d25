"""Leave that an organizer gives: to everybody of a cohort, to classes, or to some people. Each of them is told once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.notices import Telling, notify_each
from cohorts.models import ClassMembership, Cohort, Trainee
from learning.models import Leave, LeaveStep, LeaveType
from learning.models.leave import LEAVE_ONCE
from learning.rules import leave as rules
from learning.rules.leave import Act, Level
from learning.services.leave import DECIDED
from trainee_mgmt.kit.errors import Refused, constraint_of

OVERLAPPING = (Leave.State.WAITING, Leave.State.RETURNED, Leave.State.APPROVED)


@dataclass(frozen=True)
class Given:
    """To how many people leave was given, and how many had leave in all of this time already."""

    people: int
    had_it: int


@transaction.atomic
def give_leave(
    cohort: Cohort,
    trainees: Iterable[Trainee],
    *,
    leave_type: LeaveType,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: User,
) -> Given:
    """Approved leave for all of these people at once, but for oneself. Leave that somebody asked for or has already in this time stays; the
    new one fills the rest."""
    starts_at, ends_at = timezone.localtime(starts_at), timezone.localtime(ends_at)
    asked = list(trainees)
    people = {each.pk: each for each in asked if each.person.user_id != by.pk}
    if asked and not people:
        raise Refused(_("Your own leave is given by somebody else."))
    reason = " ".join(reason.split())[:500]
    _check(cohort, people, leave_type, starts_at, ends_at)
    parts = _free_parts(people, starts_at, ends_at)
    leaves = [
        _leave(people[trainee], leave_type, begins, ends, reason)
        for trainee, free in parts.items()
        for begins, ends in free
    ]
    if not leaves:
        raise Refused(_("All of them have leave in this time already."))
    _set_classes(leaves)
    _write(leaves)
    steps = [LeaveStep(leave=each, act=Act.APPROVE, level=Level.ORGANIZER, text=reason, by=by) for each in leaves]
    LeaveStep.objects.bulk_create(steps)
    _tell(leaves, people, starts_at, ends_at)
    given = Given(people=len(parts), had_it=len(people) - len(parts))
    facts = {"people": given.people, "kind": leave_type.name, "reason": reason}
    times = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    record("learning.give_leave", cohort, after=facts | times)
    return given


def _check(cohort: Cohort, people: dict[int, Trainee], leave_type: LeaveType, starts_at, ends_at) -> None:
    if cohort.is_closed:
        raise Refused(_("This cohort is closed; no leave is needed."))
    if leave_type.cohort_id != cohort.pk or leave_type.is_closed:
        raise Refused(_("This kind of leave is not offered. Choose another."))
    if not people:
        raise Refused(_("Nobody of them is in training."))
    if any(each.cohort_id != cohort.pk for each in people.values()):
        raise Refused(_("Somebody of another cohort cannot get leave here."))
    rules.check_span(starts_at, ends_at, first=cohort.starts_on, last=cohort.ends_on)


def _free_parts(people: dict[int, Trainee], starts_at, ends_at) -> dict[int, list[tuple[datetime, datetime]]]:
    """By trainee: what the leave that exists leaves of this time; whoever has leave in all of it is missing."""
    taken = defaultdict(list)
    rows = Leave.objects.filter(
        trainee__in=people, state__in=OVERLAPPING, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).values_list("trainee", "starts_at", "ends_at")
    for trainee, begins, ends in rows:
        taken[trainee].append((timezone.localtime(begins), timezone.localtime(ends)))
    parts = {trainee: rules.free_parts(starts_at, ends_at, taken[trainee]) for trainee in sorted(people)}
    return {trainee: free for trainee, free in parts.items() if free}


def _leave(trainee: Trainee, leave_type: LeaveType, starts_at: datetime, ends_at: datetime, reason: str) -> Leave:
    now = timezone.now()
    return Leave(
        cohort_id=trainee.cohort_id,
        trainee=trainee,
        leave_type=leave_type,
        starts_at=starts_at,
        ends_at=ends_at,
        days=rules.days(starts_at, ends_at),
        reason=reason,
        state=Leave.State.APPROVED,
        steps=[int(Level.ORGANIZER)],
        level=Level.ORGANIZER,
        asked_at=now,
        decided_at=now,
    )


def _set_classes(leaves: list[Leave]) -> None:
    """The class of each on the first day; one query."""
    stays = defaultdict(list)
    rows = ClassMembership.objects.filter(trainee__in={each.trainee_id for each in leaves})
    for trainee, training_class, first, last in rows.values_list("trainee", "training_class", "starts_on", "ends_on"):
        stays[trainee].append((training_class, first, last))
    for each in leaves:
        day = max(timezone.localdate(each.starts_at), each.trainee.joined_on)
        for training_class, first, last in stays[each.trainee_id]:
            if first <= day and (last is None or day < last):
                each.training_class_id = training_class


def _write(leaves: list[Leave]) -> None:
    try:
        with transaction.atomic():
            Leave.objects.bulk_create(leaves)
    except IntegrityError as error:
        if constraint_of(error) != LEAVE_ONCE:
            raise
        raise Refused(_("Somebody asked for leave at this moment. Please send it again.")) from None


def _tell(leaves: list[Leave], people: dict[int, Trainee], starts_at: datetime, ends_at: datetime) -> None:
    first = {}
    for each in leaves:
        first.setdefault(each.trainee_id, each)
    tellings = [
        Telling(
            user=people[trainee].person.user_id,
            key=f"{leave.pk}:given",
            about=("learning.Leave", leave.pk),
            params={
                "leave": leave.pk,
                "name": people[trainee].person.name,
                "kind": leave.leave_type.name,
                "starts_at": starts_at.isoformat(),
                "ends_at": ends_at.isoformat(),
                "act": "given",
                "reason": leave.reason,
            },
        )
        for trainee, leave in first.items()
        if people[trainee].person.user_id
    ]
    notify_each(DECIDED, tellings)
