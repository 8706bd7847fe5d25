"""Who may do what with leave and its evidence, and with objections to marks."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Role
from cohorts.access import classes_i_head, cohorts_as_a_whole, in_my_cohorts, my_traineeships
from cohorts.models import ClassOfficer, TrainingClass
from learning.access.scope import my_own_rows, of_my_classes
from learning.models import Leave
from learning.rules.leave import Level
from trainee_mgmt.kit.access import any_of, grant, roles_that_allow
from trainee_mgmt.kit.pages import Inside

LEAVE_COHORT = Inside("cohorts.Cohort", "learning.give_leave", "cohort", related=("program__unit",))


def decided_by_me(user, role) -> Q:
    """leave of a cohort in the scope of the role, or of a class in its scope; never my own"""
    return of_my_classes(user, role) & ~Q(trainee__person__user=user)


def evidence_for_me(user, role) -> Q:
    """evidence of leave that I decide about: as a class officer of short leave, as a head teacher of all of the class"""
    leaves = Leave.objects.filter(decided_by_me(user, role))
    if role == Role.OFFICER:
        heads = TrainingClass.objects.filter(classes_i_head(user, role)).values("pk")
        leaves = leaves.filter(Q(steps__contains=[Level.OFFICER]) | Q(training_class__in=heads))
    return Q(leave__in=leaves)


def my_own_evidence(user, role) -> Q:
    """evidence of my own leave"""
    return Q(leave__in=Leave.objects.filter(my_own_rows(user, role)))


def decides_as(user, leave: Leave) -> Level | None:
    """At which level somebody decides about this leave; None: not at all."""
    roles = [
        role
        for role in roles_that_allow(user, "learning.decide_leave")
        if Leave.objects.filter(decided_by_me(user, role), pk=leave.pk).exists()
    ]
    if not roles:
        return None
    if set(roles) - {Role.OFFICER}:
        return Level.ORGANIZER
    heads = TrainingClass.objects.filter(classes_i_head(user, Role.OFFICER), pk=leave.training_class_id).exists()
    return Level.HEAD_TEACHER if heads else Level.OFFICER


def leave_waiting_for(user) -> Q:
    """Leave that waits for this very person: the own level, and below it what nobody else is there for."""
    conditions = []
    for role in roles_that_allow(user, "learning.decide_leave"):
        mine = decided_by_me(user, role) & Q(state="waiting")
        if role == Role.OFFICER:
            heads = Q(training_class__in=TrainingClass.objects.filter(classes_i_head(user, role)).values("pk"))
            conditions.append(mine & (Q(level=Level.OFFICER) | (Q(level=Level.HEAD_TEACHER) & heads)))
        else:
            today = timezone.localdate()
            in_office = ClassOfficer.objects.filter(
                Q(ends_on=None) | Q(ends_on__gte=today),
                training_class=OuterRef("training_class"),
                office=ClassOfficer.Office.HEAD_TEACHER,
                starts_on__lte=today,
                person__user__is_active=True,
            )
            conditions.append(mine & (Q(level=Level.ORGANIZER) | ~Exists(in_office)))
    return any_of(conditions)


_DECIDERS = {"admin": decided_by_me, "organizer": decided_by_me, "officer": decided_by_me}

grant("learning.decide_leave", on="learning.Leave", **_DECIDERS)

grant(
    "learning.list_leave",
    on="learning.Leave",
    admin=of_my_classes,
    organizer=of_my_classes,
    leader=of_my_classes,
    officer=of_my_classes,
)

grant(
    "learning.view_leave",
    on="learning.Leave",
    admin=of_my_classes,
    organizer=of_my_classes,
    leader=of_my_classes,
    officer=of_my_classes,
    trainee=my_own_rows,
)

grant("learning.ask_leave", on="cohorts.Trainee", trainee=my_traineeships)

# The rows are the cohorts to whose people one may give leave.
grant("learning.give_leave", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

grant("learning.change_own_leave", on="learning.Leave", trainee=my_own_rows)

grant(
    "learning.view_evidence",
    on="learning.LeaveEvidence",
    admin=evidence_for_me,
    organizer=evidence_for_me,
    officer=evidence_for_me,
    trainee=my_own_evidence,
)

grant("learning.change_leave_type", on="learning.LeaveType", admin=in_my_cohorts, organizer=in_my_cohorts)

# The marks are one's own; whoever answers answers for the class of the session's day.
grant("learning.object_to_mark", on="learning.Attendance", trainee=my_own_rows)

grant("learning.answer_appeal", on="learning.Appeal", **_DECIDERS)
