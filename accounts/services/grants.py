"""Roles with a scope: given, taken back, lent for a time. Nobody gives more than he holds."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import SCOPES, covers
from accounts.models import Grant, Role, ScopeKind, User
from accounts.rules import grants as rules
from accounts.services.audit import record
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def give_grant(
    user: User,
    *,
    role: str,
    scope_kind: str,
    scope_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    reason: str = "",
    by: User | None,
) -> Grant:
    """Give a role over a scope. ``by`` is the administrator who gives it; None where a service of ours does, because
    the role follows from something else (a trainee's place, an officer's term)."""
    start = starts_on or timezone.localdate()
    if scope_kind not in rules.SCOPES[role]:
        raise Refused(_("This role cannot be given over that kind of scope."))
    if ends_on and ends_on < start:
        raise Refused(_("The end lies before the beginning."))
    if by is not None:
        _refuse_more_than_held(by, scope_kind, scope_id, start, ends_on)  # locks grants first, as suspend does
    user = User.objects.select_for_update().defer("phone", "first_password").get(pk=user.pk)  # one grant at a time
    scope = _scope_columns(scope_kind, scope_id)
    if (
        user.grants.not_over(start)
        .filter(role=role, scope_kind=scope_kind, delegated_from=None, **_key(scope))
        .exists()
    ):
        raise Refused(_("%(name)s has this role over this scope already.") % {"name": user.name})
    grant = Grant.objects.create(
        user=user,
        role=role,
        scope_kind=scope_kind,
        starts_on=start,
        ends_on=ends_on,
        reason=reason,
        granted_by_id=actor.current().user_id,
        **scope,
    )
    record("accounts.give_grant", grant, label=f"{user.name}: {grant}", after=_in_words(grant))
    return grant


@transaction.atomic
def end_grant(grant: Grant, *, by: User | None) -> None:
    """Take a grant back at once; what was lent from it ends with it. ``by`` as in ``give_grant``."""
    _lock_administrators()
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user", "delegated_from").get(pk=grant.pk)
    if grant.ended_at is not None:
        raise Refused(_("This role was taken back already."))
    if by is not None and not _may_end(by, grant):
        raise Refused(_("You can only take back roles within your own scope."))
    if _is_for_good(grant):
        _keep_an_administrator(but_grant=grant.pk)
    Grant.objects.filter(pk=grant.pk).update(ended_at=timezone.now(), ended_by_id=actor.current().user_id)
    record("accounts.end_grant", grant, label=f"{grant.user.name}: {grant}", before=_in_words(grant))


@transaction.atomic
def delegate_grant(grant: Grant, *, to: User, starts_on: date, ends_on: date, reason: str) -> Grant:
    """Lend one's own role for a time: never longer or wider than it is, and it ends with it."""
    today = timezone.localdate()
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=grant.pk)
    if not Grant.objects.in_force(today).filter(pk=grant.pk).exists():
        raise Refused(_("This role is not in force."))
    if not grant.may_be_delegated:
        raise Refused(_("This role cannot be lent."))
    if not reason.strip():
        raise Refused(_("Say why somebody stands in; the reason is kept."))
    if ends_on < max(starts_on, today):
        raise Refused(_("The end lies before the beginning."))
    if not rules.is_within(starts_on, ends_on, grant.starts_on, grant.ends_on):
        raise Refused(_("It cannot be lent for longer than you have it yourself."))
    if to.pk == grant.user_id or not to.is_active:
        raise Refused(_("Choose another person with a working account."))
    if grant.delegations.not_over(today).filter(user=to, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused(_("%(name)s stands in for you at that time already.") % {"name": to.name})
    lent = Grant.objects.create(
        user=to,
        role=grant.role,
        scope_kind=grant.scope_kind,
        unit=grant.unit,
        scope_id=grant.scope_id,
        scope_label=grant.scope_label,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip()[:200],
        delegated_from=grant,
        granted_by_id=actor.current().user_id,
    )
    record("accounts.delegate_grant", lent, label=f"{to.name}: {lent}", after=_in_words(lent))
    return lent


def refuse_beyond(by: User, user: User) -> None:
    """Whoever may reset another's password or borrow another's view could use all of the other's rights."""
    held = by.grants_of(Role.ADMIN)
    for grant in user.grants.not_over(timezone.localdate()).select_related("unit", "delegated_from"):
        if not any(_reaches(by, mine, grant) for mine in held):
            raise Refused(
                _("%(name)s has rights that go beyond yours (%(grant)s). Ask an administrator of everything.")
                % {"name": user.name, "grant": grant}
            )


def keep_an_administrator(*, but_user: int) -> None:
    """Refuse what would leave nobody to administer everything. Holds the lock until the end of the transaction."""
    _lock_administrators()
    _keep_an_administrator(but_user=but_user)


def _refuse_more_than_held(by: User, kind: str, pk: int | None, start: date, end: date | None) -> None:
    own = by.grants.in_force(timezone.localdate()).filter(role=Role.ADMIN)  # as they are now, and until we have given
    held = own.select_related("unit", "delegated_from").select_for_update(of=("self",))
    covering = [each for each in held if covers(by, each, kind, pk)]
    if not covering:
        raise Refused(_("You can only give roles within your own scope."))
    if not any(rules.is_within(start, end, held.starts_on, _last_day(held)) for held in covering):
        raise Refused(_("You can only give roles for as long as you have your own."))


def _reaches(by: User, held: Grant, grant: Grant) -> bool:
    """Whether a role of ``by`` reaches another's: in scope, and where both administer, also in time. Else a deputy for
    a week could take over the account of whoever he stands in for."""
    if not covers(by, held, grant.scope_kind, grant.unit_id or grant.scope_id):
        return False
    last = _last_day(held)
    if grant.role != Role.ADMIN or last is None:
        return True
    end = _last_day(grant)
    return end is not None and end <= last


def _last_day(held: Grant) -> date | None:
    """The end of a grant; of a lent one also that of the grant it was lent from."""
    ends = [held.ends_on, held.delegated_from.ends_on if held.delegated_from else None]
    return min((end for end in ends if end), default=None)


def _may_end(by: User, grant: Grant) -> bool:
    if by.pk in (grant.user_id, grant.delegated_from.user_id if grant.delegated_from else None):
        return True  # to give up a role, or to end what one lent
    return any(_reaches(by, held, grant) for held in by.grants_of(Role.ADMIN))


def _scope_columns(kind: str, pk: int | None) -> dict:
    if kind == ScopeKind.ALL:
        return {"unit": None, "scope_id": None, "scope_label": ""}
    scope = SCOPES[kind]
    row = scope.model._default_manager.select_related(*scope.related).filter(pk=pk).first()
    if row is None:
        raise Refused(_("Choose what the role is given over."))
    label = scope.label(row)[:200]
    if kind == ScopeKind.UNIT:
        return {"unit": row, "scope_id": None, "scope_label": label}
    return {"unit": None, "scope_id": row.pk, "scope_label": label}


def _key(scope: dict) -> dict:
    return {"unit": scope["unit"], "scope_id": scope["scope_id"]}


def _lock_administrators() -> None:
    list(
        Grant.objects.select_for_update(of=("self",))
        .filter(role=Role.ADMIN, scope_kind=ScopeKind.ALL, ended_at=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _is_for_good(grant: Grant) -> bool:
    return grant.role == Role.ADMIN and grant.scope_kind == ScopeKind.ALL and grant.delegated_from_id is None


def _keep_an_administrator(*, but_grant: int | None = None, but_user: int | None = None) -> None:
    others = Grant.objects.in_force(timezone.localdate()).filter(
        role=Role.ADMIN, scope_kind=ScopeKind.ALL, delegated_from=None, ends_on=None, user__is_active=True
    )
    if not others.exclude(pk=but_grant).exclude(user=but_user).exists():
        raise Refused(_("This is the last administrator of everything; name another one first."))


def _in_words(grant: Grant) -> dict:
    return {
        "person": grant.user.name,
        "role": grant.role,
        "scope": f"{grant.scope_kind} {grant.scope_label}".strip(),
        "from": grant.starts_on,
        "until": grant.ends_on or "",
        "reason": grant.reason,
    }
