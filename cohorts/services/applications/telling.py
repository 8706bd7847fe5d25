"""Whom applications concern is told: the applicant's account, and the organizers of the unit that nominates."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind
from accounts.services.notices import Telling, notify, notify_each
from cohorts.models import Application, ApplicationRound, Person, UnitQuota
from cohorts.services.applications.letters import write_to

STATE, TO_UNIT, UNIT_OUTCOMES, QUOTA = (
    "cohorts.application_state",
    "cohorts.nominee_state",
    "cohorts.nomination_outcomes",
    "cohorts.nomination_quota",
)


def nominators(units: Iterable[int]) -> dict[int, list[int]]:
    """The organizers of each of these units, by its key."""
    held = Grant.objects.in_force(timezone.localdate()).filter(
        role=Role.ORGANIZER, scope_kind=ScopeKind.UNIT, unit__in=list(units), user__is_active=True
    )
    found = defaultdict(list)
    for unit, user in held.values_list("unit", "user").distinct():
        found[unit].append(user)
    return found


def tell_state(application: Application) -> None:
    """The applicant, if there is an account, and the unit, if it was a nomination, hear where the application stands."""
    accounts = _accounts([application]).get(application.pk, ())
    for account in accounts:
        notify(STATE, [account], about=application, key=_key(application), params=_params(application))
    if not accounts:
        write_to([application])
    if application.origin == Application.Origin.NOMINATED:
        users = nominators([application.nominating_unit_id]).get(application.nominating_unit_id, [])
        params = _params(application) | {"quota": _quotas(application.round_id).get(application.nominating_unit_id)}
        notify(TO_UNIT, users, about=application, key=_key(application), params=params)


def tell_outcomes(round: ApplicationRound, changed: list[Application]) -> None:
    """Each applicant with an account hears the own outcome, each unit one message about all of its nominees."""
    accounts = _accounts(changed)
    write_to(row for row in changed if row.pk not in accounts)
    about = Application._meta.label
    notify_each(
        STATE,
        [
            Telling(user, _key(row), (about, row.pk), _params(row))
            for row in changed
            for user in accounts.get(row.pk, ())
        ],
    )
    by_unit = defaultdict(lambda: defaultdict(int))
    for row in changed:
        if row.origin == Application.Origin.NOMINATED:
            by_unit[row.nominating_unit_id][row.state] += 1
    organizers, quotas = nominators(by_unit), _quotas(round.pk)
    moment = timezone.now().isoformat()
    for unit, counts in by_unit.items():
        params = {"cohort": str(round), "counts": dict(counts), "quota": quotas.get(unit)}
        notify(UNIT_OUTCOMES, organizers.get(unit, []), about=round, key=f"{round.pk}:{moment}", params=params)


def tell_quota(quota: UnitQuota) -> None:
    """A unit hears that it may nominate, or that it may nominate more or fewer."""
    users = nominators([quota.unit_id]).get(quota.unit_id, [])
    params = {
        "cohort": str(quota.round),
        "seats": quota.seats,
        "closes_at": quota.round.closes_at.isoformat(),
        "quota": quota.pk,
    }
    notify(QUOTA, users, about=quota, key=f"{quota.pk}:{timezone.now().isoformat()}", params=params)


def _params(row: Application) -> dict:
    return {"cohort": str(row.round), "name": row.name, "state": row.state, "reason": row.reason}


def _key(row: Application) -> str:
    return f"{row.pk}:{row.state}:{row.state_at.isoformat()}"


def _quotas(round: int) -> dict[int, int]:
    return dict(UnitQuota.objects.filter(round=round).values_list("unit", "pk"))


def _accounts(rows: Iterable[Application]) -> dict[int, list[int]]:
    """The account of each applicant: the one that applied, or that of the person."""
    people = dict(
        Person.objects.filter(
            Q(pk__in=[row.person_id for row in rows if row.person_id]), user__is_active=True
        ).values_list("pk", "user")
    )
    found = {}
    for row in rows:
        account = row.account_id or people.get(row.person_id)
        if account:
            found[row.pk] = [account]
    return found
