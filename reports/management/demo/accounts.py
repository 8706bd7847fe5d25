"""Units, accounts and grants of the demo."""

import random
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind, Unit, User
from cohorts.models import Person, Trainee
from trainee_mgmt.kit.crypto import Sealed
from trainee_mgmt.kit.names import pinyin_key


def unit(name: str, parent: Unit | None, level: str) -> Unit:
    found = Unit.objects.filter(parent=parent, name=name).first()
    if found:
        return found
    made = Unit.objects.create(name=name, parent=parent, level=level)
    made.path = f"{parent.path if parent else ''}{made.pk}."
    made.save(update_fields=["path"])
    return made


def account(username: str, name: str, unit: Unit, *, person: Person | None = None, printed: bool = True) -> User:
    """An account with a password of this installation; ``demo --accounts`` prints it from its sealed copy."""
    password = _password()
    user = User(username=username, name=name, name_key=pinyin_key(name), unit=unit)
    if person:
        user.phone, user.phone_index, user.phone_mask = person.phone, person.phone_index, person.phone_mask
    user.set_password(password)
    user.first_password = Sealed.of(password) if printed else None
    user.save()
    if person:
        Person.objects.filter(pk=person.pk).update(user=user)
    return user


def trainee_account(username: str, trainee: Trainee) -> User:
    """The account of a trainee in the own cohort, printed as the others."""
    cohort = trainee.cohort
    user = account(username, trainee.person.name, cohort.program.unit, person=trainee.person)
    grant(user, Role.TRAINEE, ScopeKind.COHORT, scope=cohort, starts_on=min(cohort.starts_on, timezone.localdate()))
    return user


def _password() -> str:
    letters = random.SystemRandom()
    return "-".join("".join(letters.choices("abcdefghjkmnpqrstuvwxyz23456789", k=4)) for _ in range(3))


def grant(
    user: User, role: str, kind: str, *, unit: Unit | None = None, scope=None, starts_on: date | None = None
) -> Grant:
    label = unit or scope
    return Grant.objects.create(
        user=user,
        role=role,
        scope_kind=kind,
        unit=unit,
        scope_id=scope.pk if scope else None,
        scope_label=str(label or "")[:200],
        starts_on=starts_on or timezone.localdate() - timedelta(days=200),
        reason="demo",
    )
