"""Who may do what with credit hours, tables of hours, online courses and completion."""

from django.db.models import Exists, OuterRef, Q

from accounts.access import in_my_units, units_of
from accounts.models import ScopeKind, Unit
from cohorts.access import cohorts_as_a_whole, in_my_cohorts, my_cohorts, my_traineeships, trainees_of_my_classes
from cohorts.models import Cohort
from learning.access.scope import of_me, of_trainees_of_my_classes, of_trainees_of_my_cohorts
from trainee_mgmt.kit.access import all_rows, grant
from trainee_mgmt.kit.pages import Inside


def hour_tables_around_me(user, role) -> Q:
    """tables of hours of units in the scope of the role, and of the units above its programs and units"""
    grants = user.grants_of(role)
    if any(each.scope_kind == ScopeKind.ALL for each in grants):
        return all_rows(user, role)
    mine = Q(pk__in=[each.unit_id for each in grants if each.scope_kind == ScopeKind.UNIT])
    programs = Cohort.objects.filter(my_cohorts(user, role)).values("program")
    units = Unit.objects.filter(mine | Q(programs__in=programs) | Q(programs__in=_programs(grants)))
    return in_my_units(user, role) | Q(Exists(units.filter(path__startswith=OuterRef("unit__path"))))


def _programs(grants) -> list[int]:
    return [each.scope_id for each in grants if each.scope_kind == ScopeKind.PROGRAM]


def forms_of_my_units(user, role) -> Q:
    """forms of study in tables of units in the scope of the role"""
    if any(each.scope_kind == ScopeKind.ALL for each in user.grants_of(role)):
        return all_rows(user, role)
    return Q(table__unit__in=Unit.objects.filter(units_of(user, role)))


def of_others_of_my_cohorts(user, role) -> Q:
    """rows of trainees of a cohort that the role reaches as a whole; never my own"""
    return of_trainees_of_my_cohorts(user, role) & ~Q(trainee__in=of_me(user))


def others_of_my_cohorts(user, role) -> Q:
    """trainees of a cohort in the scope of the role, but not myself"""
    return in_my_cohorts(user, role) & ~Q(pk__in=of_me(user))


grant(
    "learning.view_hour_table",
    on="learning.HourTable",
    admin=hour_tables_around_me,
    organizer=hour_tables_around_me,
    leader=hour_tables_around_me,
)

grant("learning.change_hour_table", on="learning.HourTable", admin=in_my_units, organizer=in_my_units)

grant("learning.change_hour_rule", on="learning.HourRule", admin=forms_of_my_units, organizer=forms_of_my_units)

# The rows are the units in whose name a table may be made.
grant("learning.create_hour_table", on="accounts.Unit", admin=units_of, organizer=units_of)

grant(
    "learning.view_credit",
    on="learning.CreditEntry",
    admin=of_trainees_of_my_classes,
    organizer=of_trainees_of_my_classes,
    leader=of_trainees_of_my_classes,
    officer=of_trainees_of_my_classes,
)

# The rows are the people whose year of hours one may read.
grant(
    "learning.view_hours",
    on="cohorts.Trainee",
    admin=trainees_of_my_classes,
    organizer=trainees_of_my_classes,
    leader=trainees_of_my_classes,
    officer=trainees_of_my_classes,
)

# The rows are the units whose people's year one may read.
grant("learning.view_unit_hours", on="accounts.Unit", admin=units_of, organizer=units_of, leader=units_of)

grant("learning.enter_credit", on="cohorts.Trainee", admin=others_of_my_cohorts, organizer=others_of_my_cohorts)

grant(
    "learning.change_credit",
    on="learning.CreditEntry",
    admin=of_others_of_my_cohorts,
    organizer=of_others_of_my_cohorts,
)

grant("learning.enter_hours", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)

# A page of whoever enters the hours of a cohort.
ENTERED_COHORT = Inside("cohorts.Cohort", "learning.enter_hours", "cohort", related=("program__unit",))

grant("learning.see_own_hours", on="cohorts.Trainee", trainee=my_traineeships)

# The rows are the people whose completion one may read.
grant(
    "learning.view_completion",
    on="cohorts.Trainee",
    admin=trainees_of_my_classes,
    organizer=trainees_of_my_classes,
    leader=trainees_of_my_classes,
    officer=trainees_of_my_classes,
)

grant("learning.import_progress", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

grant("learning.decide_progress", on="learning.ProgressCase", admin=in_my_cohorts, organizer=in_my_cohorts)

grant("learning.see_own_completion", on="cohorts.Trainee", trainee=my_traineeships)
