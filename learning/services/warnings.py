"""Early warning: which head teacher is to be told of whom. Run as often as you like: each fact is told once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Notice
from accounts.services.notices import Telling, notify_each
from cohorts.models import ClassMembership, ClassOfficer, Cohort, Trainee
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office
from learning.models import PersonTime
from learning.rules.states import Limits
from learning.rules.warnings import Cause, causes
from learning.selectors.rules import limits_on

WARNING = "learning.attendance_warning"
FRESH = timedelta(days=14)  # older news is no early warning
LASTS = timedelta(days=7)


def warn_head_teachers() -> int:
    """Plan what head teachers are told of their classes; whether it still holds is asked again when it is sent."""
    now, count = timezone.now(), 0
    today = timezone.localdate(now)
    for cohort in Cohort.objects.filter(is_closed=False, starts_on__lte=today, ends_on__gte=today - FRESH).order_by(
        "pk"
    ):
        limits = limits_on(cohort, today)
        if limits.warn_in_row or limits.warn_below or limits.warn_drop:
            tellings = list(_tellings(cohort, limits, now))
            notify_each(WARNING, tellings)
            count += len(tellings)
    return count


def still_true(notices: list[Notice]) -> list[Notice]:
    """Those whose condition holds at this moment, told to somebody who heads the class of the person now."""
    now = timezone.now()
    today = timezone.localdate(now)
    people = {notice.params["trainee"] for notice in notices}
    cohorts = {notice.params["cohort"] for notice in notices}
    limits = {cohort: limits_on(cohort, today) for cohort in cohorts}
    heads = _heads(today)
    rows = PersonTime.objects.filter(trainee__in=people, cohort__in=cohorts)
    holding = set()
    for trainee, cohort, history in _histories(rows, now):
        for cause in causes(history, limits[cohort]):
            holding.add(_key(trainee, cause))
    classes = _classes(members_on(today).filter(trainee__in=people))
    return [
        notice
        for notice in notices
        if notice.key in holding and notice.user_id in heads.get(classes.get(notice.params["trainee"]), ())
    ]


def _tellings(cohort: Cohort, limits: Limits, now: datetime) -> Iterator[Telling]:
    today = timezone.localdate(now)
    heads = _heads(today)
    in_training = Trainee.objects.filter(cohort=cohort, status=Trainee.Status.ACTIVE)
    names = dict(in_training.values_list("pk", "person__name"))
    classes = _classes(members_on(today).filter(trainee__cohort=cohort))
    for trainee, _cohort, history in _histories(PersonTime.objects.filter(cohort=cohort), now):
        told = heads.get(classes.get(trainee), ())
        if not told or trainee not in names:
            continue
        for cause in causes(history, limits):
            if cause.since < today - FRESH:
                continue
            params = {"trainee": trainee, "cohort": cohort.pk, "name": names[trainee], **_facts(cause)}
            for user in told:
                yield Telling(
                    user=user,
                    key=_key(trainee, cause),
                    about=("cohorts.Trainee", trainee),
                    params=params,
                    expires_at=now + LASTS,
                )


def _key(trainee: int, cause: Cause) -> str:
    return f"{trainee}:{cause.reason}:{cause.since.isoformat()}"


def _facts(cause: Cause) -> dict:
    return {"reason": str(cause.reason), "days": [day.isoformat() for day in cause.days], "n": cause.n, "of": cause.of}


def _histories(rows: QuerySet[PersonTime], now: datetime) -> Iterator[tuple[int, int, list[tuple[date, str | None]]]]:
    """(trainee, cohort, days and states of the sessions held, in order), read in one statement."""
    ordered = rows.held(now).order_by("trainee", "cohort", "ends_at", "pk")
    values = ordered.values_list("trainee", "cohort", "held_on", "state").iterator(chunk_size=5000)
    for (trainee, cohort), lines in groupby(values, key=lambda row: row[:2]):
        yield trainee, cohort, [(day, state) for _trainee, _cohort, day, state in lines]


def _heads(today: date) -> dict[int, set[int]]:
    """The accounts of the head teachers of each class."""
    terms = in_office(today).filter(office=ClassOfficer.Office.HEAD_TEACHER, person__user__is_active=True)
    found: dict[int, set[int]] = {}
    for training_class, user in terms.values_list("training_class", "person__user"):
        found.setdefault(training_class, set()).add(user)
    return found


def _classes(memberships: QuerySet[ClassMembership]) -> dict[int, int]:
    return dict(memberships.values_list("trainee", "training_class"))
