"""Who may see and keep what every tier shares."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q

from accounts.access import in_my_units, units_of
from accounts.models import ScopeKind, Unit
from trainee_mgmt.kit.access import all_rows, grant

# Apps whose scopes lie in units say here in which: (user, role) -> condition on units.
ALSO_AROUND: list[Callable[..., Q]] = []


def around_my_units(user, role) -> Q:
    """rows kept by units in the scope of the role, by my own unit and those of my programs, and by the units above these"""
    grants = user.grants_of(role)
    if any(each.scope_kind == ScopeKind.ALL for each in grants):
        return all_rows(user, role)
    mine = Q(users=user) | Q(pk__in=[each.unit_id for each in grants if each.scope_kind == ScopeKind.UNIT])
    for units in ALSO_AROUND:
        mine |= units(user, role)
    above = Exists(Unit.objects.filter(mine, path__startswith=OuterRef("unit__path")))
    return in_my_units(user, role) | Q(above)


grant(
    "library.view_venue",
    on="library.Venue",
    admin=around_my_units,
    organizer=around_my_units,
    leader=around_my_units,
)
grant("library.change_venue", on="library.Venue", admin=in_my_units, organizer=in_my_units)
# The rows are the units in whose name a venue may be kept.
grant("library.create_venue", on="accounts.Unit", admin=units_of, organizer=units_of)
