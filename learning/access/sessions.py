"""Who may do what with sessions, the timetable, the roll and check-in, the rules of attendance and calendar links."""

from django.db.models import Q

from accounts.access import everyone, my_own
from cohorts.access import class_ids, cohorts_as_a_whole, in_my_cohorts, my_cohorts, of_whole_cohorts
from cohorts.models import Cohort
from learning.access.scope import of_trainees_of_my_classes
from learning.models import Session, SessionClass
from trainee_mgmt.kit.access import all_rows, any_of, grant, roles_that_allow
from trainee_mgmt.kit.pages import Inside


def sessions_of_my_classes(user, role) -> Q:
    """sessions of a cohort in the scope of the role, or of a class in its scope"""
    conditions = of_whole_cohorts(user, role, "cohort__")
    if conditions is None:
        return all_rows(user, role)
    if classes := class_ids(user, role):
        conditions.append(Q(pk__in=SessionClass.objects.filter(training_class__in=classes).values("session")))
    return any_of(conditions)


def classes_on_roll(user, permission: str, session: Session) -> list[int] | None:
    """The classes whose people this person meets on the roll of a session that the permission reaches; None for all.

    Whoever reaches the session by a class alone meets that class, whatever the person is in other cohorts.
    """
    roles = roles_that_allow(user, permission)
    classes = [pk for role in roles for pk in class_ids(user, role)]
    if not classes:
        return None
    as_a_whole = [of_whole_cohorts(user, role) for role in roles]
    if None in as_a_whole:
        return None
    conditions = [condition for each in as_a_whole for condition in each]
    if conditions and Cohort.objects.filter(any_of(conditions), pk=session.cohort_id).exists():
        return None
    return classes


def sessions_i_attend(user, role) -> Q:
    """sessions of my classes as a trainee"""
    mine = SessionClass.objects.filter(training_class__memberships__trainee__person__user=user)
    return Q(pk__in=mine.values("session"))


grant(
    "learning.view_session",
    on="learning.Session",
    admin=sessions_of_my_classes,
    organizer=sessions_of_my_classes,
    leader=sessions_of_my_classes,
    officer=sessions_of_my_classes,
)

grant("learning.change_session", on="learning.Session", admin=sessions_of_my_classes, organizer=sessions_of_my_classes)

# The rows are the cohorts whose timetable one makes: its rule, conflicts, imports and releases.
grant("learning.schedule_sessions", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

grant(
    "learning.call_roll",
    on="learning.Session",
    admin=sessions_of_my_classes,
    organizer=sessions_of_my_classes,
    officer=sessions_of_my_classes,
)

grant("learning.attend", on="learning.Session", trainee=sessions_i_attend)

grant(
    "learning.settle_attendance",
    on="learning.Scan",
    admin=of_trainees_of_my_classes,
    organizer=of_trainees_of_my_classes,
    officer=of_trainees_of_my_classes,
)

# Whoever reads a code may show it; whether one is expected at the session is judged, answered and kept.
grant("learning.check_in", **everyone(all_rows))

grant(
    "learning.view_attendance",
    on="learning.Attendance",
    admin=of_trainees_of_my_classes,
    organizer=of_trainees_of_my_classes,
    leader=of_trainees_of_my_classes,
    officer=of_trainees_of_my_classes,
)

# A page of whoever makes the timetable of a cohort.
PLANNED_COHORT = Inside("cohorts.Cohort", "learning.schedule_sessions", "cohort", related=("program__unit",))


def rules_of_my_cohorts(user, role) -> Q:
    """rules of cohorts in the scope of the role, or of a class in its scope"""
    return Q(cohort__in=Cohort.objects.filter(my_cohorts(user, role)))


grant(
    "learning.view_rules",
    on="learning.AttendanceRules",
    admin=rules_of_my_cohorts,
    organizer=rules_of_my_cohorts,
    leader=rules_of_my_cohorts,
    officer=rules_of_my_cohorts,
)

grant("learning.change_rules", on="learning.AttendanceRules", admin=in_my_cohorts, organizer=in_my_cohorts)

grant(
    "learning.use_calendar",
    on="learning.CalendarFeed",
    admin=my_own,
    organizer=my_own,
    leader=my_own,
    officer=my_own,
    trainee=my_own,
)
