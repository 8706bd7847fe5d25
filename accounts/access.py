"""Who may do what with accounts, units, grants and records. A scoped administrator reaches the units of the scope."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q, QuerySet

from accounts.models import Grant, Role, ScopeKind, Unit
from trainee_mgmt.kit.access import ANYONE, RowsFor, all_rows, any_of, grant


def units_of(user, role) -> Q:
    """units in the scope of the role"""
    conditions = []
    for each in user.grants_of(role):
        if each.scope_kind == ScopeKind.ALL:
            return all_rows(user, role)
        if each.scope_kind == ScopeKind.UNIT:
            conditions.append(Q(path__startswith=each.unit.path))
    return any_of(conditions)


def in_my_units(user, role) -> Q:
    """rows that belong to a unit in the scope of the role"""
    if any(each.scope_kind == ScopeKind.ALL for each in user.grants_of(role)):
        return all_rows(user, role)
    return Q(unit__in=Unit.objects.filter(units_of(user, role)))


def my_own(user, role) -> Q:
    """my own rows"""
    return Q(user=user)


def made_by_me(user, role) -> Q:
    """rows that I made"""
    return Q(made_by=user)


def myself(user, role) -> Q:
    """my own account"""
    return Q(pk=user.pk)


# Scopes -------------------------------------------------------------------------------------------------------------
# A grant is over everything, a unit, or a row of an app above this one. Each app says here which rows a role reaches
# as a whole, so that nobody gives away more than he holds.


@dataclass(frozen=True)
class Scope:
    """Rows that a grant can be over: model ``on``; ``rows(user, role)`` are those that the role of the user covers."""

    on: str
    rows: RowsFor
    search: str = "name"
    related: tuple[str, ...] = ()

    @property
    def model(self):
        return apps.get_model(self.on)

    def covered(self, user, role: str) -> QuerySet:
        return self.model._default_manager.filter(self.rows(user, role))


SCOPES: dict[str, Scope] = {ScopeKind.UNIT: Scope("accounts.Unit", units_of)}


@dataclass(frozen=True)
class Holding:
    """A user as if this one grant were all that he has; for row functions."""

    pk: int
    grant: Grant

    def grants_of(self, role: str) -> list[Grant]:
        return [self.grant] if self.grant.role == role else []


def covers(holder, held: Grant, kind: str, pk: int | None) -> bool:
    """Whether the scope of a grant contains another scope."""
    if held.scope_kind == ScopeKind.ALL:
        return True
    if kind == ScopeKind.ALL or kind not in SCOPES:
        return False
    return SCOPES[kind].covered(Holding(holder.pk, held), held.role).filter(pk=pk).exists()


def everyone(rows):
    """Each role, and those who have none yet."""
    return {**dict.fromkeys(Role.values, rows), ANYONE: rows}


grant("accounts.view_unit", on="accounts.Unit", admin=units_of, organizer=units_of, leader=units_of)
grant("accounts.change_unit", on="accounts.Unit", admin=units_of)
grant("accounts.view_user", on="accounts.User", admin=in_my_units)
grant("accounts.change_user", on="accounts.User", admin=in_my_units)
grant("accounts.use_own_account", on="accounts.User", **everyone(myself))
grant(
    "accounts.use_second_step",
    on="accounts.User",
    admin=myself,
    organizer=myself,
    officer=myself,
    evaluator=myself,
    leader=myself,
)
grant("accounts.view_as", on="accounts.User", admin=in_my_units)
grant("accounts.view_job", on="accounts.Job", **everyone(made_by_me))
grant(
    "accounts.view_plan",
    on="accounts.Plan",
    admin=made_by_me,
    organizer=made_by_me,
    officer=made_by_me,
    evaluator=made_by_me,
)
grant("accounts.send_complaint", on="accounts.Complaint", **everyone(my_own))
grant("accounts.answer_complaint", on="accounts.Complaint", admin=all_rows)
grant("accounts.view_audit", on="accounts.AuditEntry", admin=all_rows)
grant("accounts.view_export", on="accounts.ExportRecord", admin=all_rows)
