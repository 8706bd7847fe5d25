from django.db.models import Q

from accounts.access import SCOPES, Scope, units_of
from accounts.models import ScopeKind, Unit
from trainee_mgmt.kit.access import all_rows, any_of, grant


def my_programs(user, role) -> Q:
    """programs in the scope of the role: of its units, or the program itself"""
    grants = user.grants_of(role)
    if any(each.scope_kind == ScopeKind.ALL for each in grants):
        return all_rows(user, role)
    conditions = [Q(pk=each.scope_id) for each in grants if each.scope_kind == ScopeKind.PROGRAM]
    if any(each.scope_kind == ScopeKind.UNIT for each in grants):
        conditions.append(Q(unit__in=Unit.objects.filter(units_of(user, role))))
    return any_of(conditions)


grant("programs.view_program", on="programs.Program", admin=my_programs, organizer=my_programs, leader=my_programs)
grant("programs.change_program", on="programs.Program", admin=my_programs, organizer=my_programs)
# The rows are the units in whose name a program may be made.
grant("programs.create_program", on="accounts.Unit", admin=units_of, organizer=units_of)

SCOPES[ScopeKind.PROGRAM] = Scope("programs.Program", my_programs)
