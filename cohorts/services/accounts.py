"""Accounts for trainees and officers, many at once, in the worker.

The phone number is the login. Somebody whose phone has an account already is linked to it, never doubled. Running it
again does nothing more: whoever has an account by then is left alone.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind
from accounts.services import record
from accounts.services.following import FollowingGrant, give_following
from accounts.services.users import NewAccount, accounts_by_phone, open_accounts
from cohorts.models import ClassOfficer, Cohort, Person, Trainee
from cohorts.services.lock import change_roster
from cohorts.services.officers import give_rights


@dataclass
class Outcome:
    """What became of the people asked for. ``foreign``: the phone has an account of another name or person."""

    opened: int = 0
    linked: int = 0
    had: int = 0
    without_phone: int = 0
    foreign: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@transaction.atomic
def open_for_people(cohort: Cohort, people: Collection[int], progress=None) -> Outcome:
    """Accounts for these people (keys) as far as they have a place or an office in the cohort, with the roles that follow."""
    cohort = change_roster(cohort.pk)
    outcome = Outcome()
    rows = list(people_of(cohort).filter(pk__in=people).order_by("name_key", "pk").select_for_update(of=("self",)))
    lacking = [person for person in rows if person.user_id is None]
    outcome.had = len(rows) - len(lacking)
    phones = {person.pk: person.phone.open() for person in lacking if person.phone}
    outcome.without_phone = len(lacking) - len(phones)
    reachable = [person for person in lacking if person.pk in phones]
    known = accounts_by_phone(phones.values())
    taken = set(Person.objects.filter(user__in=known.values()).values_list("user", flat=True))
    new: list[Person] = []
    for person in reachable:
        user = known.get(phones[person.pk])
        if user is None and phones[person.pk] in {phones[each.pk] for each in new}:
            outcome.foreign += 1  # two people give one phone: the first gets the account
        elif user is None:
            new.append(person)
        elif user.pk in taken or user.name != person.name:
            outcome.foreign += 1
        else:
            person.user = user
            taken.add(user.pk)
            outcome.linked += 1
    accounts = open_accounts([NewAccount(person.name, phones[person.pk]) for person in new], progress) if new else []
    for person, user in zip(new, accounts, strict=True):
        person.user = user
    outcome.opened = len(new)
    Person.objects.bulk_update([person for person in reachable if person.user_id], ["user"], batch_size=500)
    give_roles(cohort)
    record("cohorts.open_accounts", cohort, after=outcome.as_dict())
    return outcome


def people_of(cohort: Cohort):
    """Everybody who is in training in the cohort, or whose office there is not over."""
    trainees = cohort.trainees.filter(status=Trainee.Status.ACTIVE).values("person")
    not_over = Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())
    officers = ClassOfficer.objects.filter(not_over, training_class__cohort=cohort).values("person")
    return Person.objects.filter(pk__in=trainees.union(officers, all=True))


def give_roles(cohort: Cohort) -> None:
    """Whoever has an account and a place or an office here gets the role that follows from it; a role is given once.

    Part of other acts, which record it. A handful of queries, however many people there are.
    """
    today = timezone.localdate()
    trainees = cohort.trainees.filter(status=Trainee.Status.ACTIVE, person__user__isnull=False)
    have = Grant.objects.not_over(today).filter(
        role=Role.TRAINEE, scope_kind=ScopeKind.COHORT, scope_id=cohort.pk, user=OuterRef("person__user")
    )
    lacking = trainees.filter(~Exists(have)).order_by("pk").values_list("person__user", flat=True)
    label = f"{cohort.program.name} · {cohort.name}"
    starts_on = min(today, cohort.starts_on)
    give_following(
        [FollowingGrant(user, Role.TRAINEE, ScopeKind.COHORT, cohort.pk, label, starts_on) for user in lacking]
    )
    give_rights(ClassOfficer.objects.filter(training_class__cohort=cohort))
