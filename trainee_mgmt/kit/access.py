"""Who may open which page, and on which rows: one table, read by pages, tests and docs.

A user has roles, each granted with a scope. ``grant`` says, once per permission, which role may use it on which rows.
A row function takes the user and the role and answers a condition over the rows of one model.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Q

RowsFor = Callable[..., Q]
ANYONE = "anyone"  # whoever is signed in, with or without a role: one's own account, the complaint button


@dataclass(frozen=True)
class Permission:
    """One line of the access map: what (``name``), over rows of which model (``on``, may be empty), by whom."""

    name: str
    on: str
    rows_by_role: dict[str, RowsFor] = field(default_factory=dict)

    @property
    def model(self):
        return apps.get_model(self.on) if self.on else None


GRANTS: dict[str, Permission] = {}


def all_rows(user, role) -> Q:
    """every row"""
    return Q(pk__isnull=False)  # an empty Q() would vanish under "|" instead of meaning "all"


def no_rows(user, role) -> Q:
    """no row"""
    return Q(pk__in=[])


def grant(permission: str, *, on: str = "", **rows_by_role: RowsFor) -> None:
    """Let each named role use ``permission`` on the rows of model ``on`` that its function returns."""
    if permission in GRANTS:
        raise ValueError(f"{permission} is already granted; keep one grant per permission")
    GRANTS[permission] = Permission(permission, on, rows_by_role)


def holds(user, permission: str) -> bool:
    """Whether any role of the user has the permission at all."""
    return bool(roles_that_allow(user, permission))


def roles_that_allow(user, permission: str) -> list[str]:
    """The roles that open it; ``anyone`` only where no role does."""
    named = GRANTS[permission].rows_by_role
    return [role for role in named if role in user.role_set] or [role for role in named if role == ANYONE]


def rows(user, permission: str) -> Q:
    """The rows the user may use the permission on: the union over the user's roles."""
    condition = None
    for role in roles_that_allow(user, permission):
        more = GRANTS[permission].rows_by_role[role](user, role)
        condition = more if condition is None else condition | more
    return no_rows(user, "") if condition is None else condition


def may(user, permission: str, obj) -> bool:
    """The same answer as ``rows``, for one object."""
    return type(obj)._base_manager.filter(rows(user, permission), pk=obj.pk).exists()


def any_of(conditions: Iterable[Q]) -> Q:
    """The union; of nothing it is nothing (an empty ``Q()`` would mean everything)."""
    union = None
    for condition in conditions:
        union = condition if union is None else union | condition
    return Q(pk__in=[]) if union is None else union
