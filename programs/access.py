from django.db.models import Q

from accounts.access import SCOPES, Scope, units_of
from accounts.models import ScopeKind
from trainee_mgmt.kit.access import all_rows, any_of, grant


def my_programs(user, role) -> Q:
    """programs in the scope of the role: of its units, or the program itself"""
    if any(each.scope_kind == ScopeKind.ALL for each in user.grants_of(role)):
        return all_rows(user, role)
    return any_of(of_my_programs(user, role))


def of_my_programs(user, role, path: str = "") -> list[Q]:
    """Conditions on rows whose program lies at ``path`` (say ``cohort__program__``). They join, because a subquery in a
    subquery takes the database longer to plan than the page to read."""
    grants = user.grants_of(role)
    programs = [each.scope_id for each in grants if each.scope_kind == ScopeKind.PROGRAM]
    conditions = [Q(**{f"{path}pk__in": programs})] if programs else []
    units = [each.unit.path for each in grants if each.scope_kind == ScopeKind.UNIT]
    return conditions + [Q(**{f"{path}unit__path__startswith": unit}) for unit in units]


grant("programs.view_program", on="programs.Program", admin=my_programs, organizer=my_programs, leader=my_programs)
grant("programs.change_program", on="programs.Program", admin=my_programs, organizer=my_programs)
# The rows are the units in whose name a program may be made.
grant("programs.create_program", on="accounts.Unit", admin=units_of, organizer=units_of)

SCOPES[ScopeKind.PROGRAM] = Scope("programs.Program", my_programs)
