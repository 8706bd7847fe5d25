"""Who may do what with accounts, units, grants and records. A scoped administrator reaches the units of the scope."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from accounts.models import Grant, Role, ScopeKind, Unit, User
from trainee_mgmt.kit.access import ANYONE, RowsFor, all_rows, any_of, grant, no_rows


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


def by_people_of_my_units(path: str):
    """A row function: rows whose person at ``path`` belongs to a unit in the scope of the role."""

    def rows(user, role) -> Q:
        if any(each.scope_kind == ScopeKind.ALL for each in user.grants_of(role)):
            return all_rows(user, role)
        people = User.objects.filter(unit__in=Unit.objects.filter(units_of(user, role)))
        return Q(**{f"{path}__in": people.values("pk")})

    rows.__name__ = "by_people_of_my_units"
    rows.__doc__ = gettext_noop("rows of people whose unit is in the scope of the role")
    return rows


def my_own(user, role) -> Q:
    """my own rows"""
    return Q(user=user)


def mine_or_lent_by_me(user, role) -> Q:
    """my own roles, and those that I lent"""
    return Q(user=user) | Q(delegated_from__user=user)


def grants_in_my_units(user, role) -> Q:
    """roles over a unit in the scope of the role, and roles of people of these units"""
    if any(each.scope_kind == ScopeKind.ALL for each in user.grants_of(role)):
        return all_rows(user, role)
    units = Unit.objects.filter(units_of(user, role))
    return Q(unit__in=units) | Q(user__in=User.objects.filter(unit__in=units).values("pk"))


def everything_or_nothing(user, role) -> Q:
    """every row for a role over everything, else none"""
    is_whole = any(each.scope_kind == ScopeKind.ALL for each in user.grants_of(role))
    return all_rows(user, role) if is_whole else no_rows(user, role)


def made_by_me(user, role) -> Q:
    """rows that I made"""
    return Q(made_by=user)


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

    def label(self, row) -> str:
        """``点燃学习计划 · 第一期``"""
        return " · ".join([*(str(getattr(row, name)) for name in self.related), str(row)])

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


STAFF = (Role.ADMIN, Role.ORGANIZER, Role.OFFICER, Role.EVALUATOR, Role.LEADER)  # they see data of others
OFFICE = (Role.ADMIN, Role.ORGANIZER, Role.OFFICER, Role.LEADER)  # their roles can be lent


def each(roles, rows):
    return dict.fromkeys(roles, rows)


grant("accounts.view_unit", on="accounts.Unit", admin=units_of, organizer=units_of, leader=units_of)
grant("accounts.change_unit", on="accounts.Unit", admin=units_of)
grant("accounts.view_user", on="accounts.User", admin=in_my_units)
grant("accounts.change_user", on="accounts.User", admin=in_my_units)
grant("accounts.view_as", on="accounts.User", admin=in_my_units)
grant("accounts.view_grant", on="accounts.Grant", admin=grants_in_my_units)
grant("accounts.end_grant", on="accounts.Grant", admin=grants_in_my_units, **each(STAFF[1:], mine_or_lent_by_me))
grant("accounts.delegate_grant", on="accounts.Grant", **each(OFFICE, my_own))
grant("accounts.view_job", on="accounts.Job", **everyone(made_by_me))
grant("accounts.view_plan", on="accounts.Plan", **each(STAFF, made_by_me))
grant("accounts.view_own_complaint", on="accounts.Complaint", **everyone(my_own))
grant("accounts.answer_complaint", on="accounts.Complaint", admin=by_people_of_my_units("user"))
grant("accounts.view_audit", on="accounts.AuditEntry", admin=by_people_of_my_units("actor"))
grant("accounts.view_export", on="accounts.ExportRecord", admin=by_people_of_my_units("user"))

grant("accounts.view_outbox", on="accounts.Message", admin=by_people_of_my_units("user"))
grant("accounts.change_outbox", on="accounts.Message", admin=by_people_of_my_units("user"))
grant("accounts.view_letter", on="accounts.LinkLetter", admin=by_people_of_my_units("asked_by"))
grant("accounts.view_notice", on="accounts.Notice", admin=by_people_of_my_units("user"))
grant("accounts.cancel_notice", on="accounts.Notice", admin=by_people_of_my_units("user"))
grant("accounts.view_calendar", on="accounts.CalendarDay", admin=all_rows)
grant("accounts.change_calendar", on="accounts.CalendarDay", admin=everything_or_nothing)
grant("accounts.view_channel", admin=all_rows)

# One's own account: these pages show nobody else's rows.
grant("accounts.use_own_account", **everyone(all_rows))
grant("accounts.use_second_step", **each(STAFF, all_rows))
grant("accounts.send_complaint", **everyone(all_rows))
