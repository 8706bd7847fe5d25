"""Who may do what with sessions, attendance and journals."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.access import everyone, in_my_units, my_own, units_of
from accounts.models import Role, ScopeKind, Unit
from cohorts.access import (
    class_ids,
    classes_i_attend,
    classes_i_head,
    cohorts_as_a_whole,
    in_my_cohorts,
    my_cohorts,
    my_traineeships,
    of_whole_cohorts,
    trainees_of_my_classes,
    whole_cohorts,
    within,
)
from cohorts.models import Announcement, ClassOfficer, Cohort, Trainee, TrainingClass
from learning.models import Journal, Leave, Session, SessionClass, TimetableRelease
from learning.rules.leave import Level
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


def of_trainees_of_my_classes(user, role) -> Q:
    """rows of trainees in the scope of the role"""
    return Q(trainee__in=Trainee.objects.filter(trainees_of_my_classes(user, role)))


def my_own_rows(user, role) -> Q:
    """my own rows as a trainee"""
    return Q(trainee__in=Trainee.objects.filter(my_traineeships(user, role)))


def handed_in_by_my_classes(user, role) -> Q:
    """
    journals of trainees in the scope of the role, drafts left out; as a class officer none of a cohort that I attend myself
    """
    handed_in = of_trainees_of_my_classes(user, role) & ~Q(state="draft")
    if role != Role.OFFICER:
        return handed_in
    return handed_in & ~Q(trainee__cohort__in=Trainee.objects.filter(person__user=user).values("cohort"))


def pictures_of_my_classes(user, role) -> Q:
    """pictures of journals that trainees in the scope of the role handed in"""
    return Q(journal__in=Journal.objects.filter(handed_in_by_my_classes(user, role)))


def of_me(user) -> QuerySet:
    """One's own places in cohorts."""
    return Trainee.objects.filter(person__user=user).values("pk")


def answered_by_me(user, role) -> Q:
    """
    journals of trainees in the scope of the role, drafts and my own left out; as a class officer none of a cohort that I attend myself
    """
    return handed_in_by_my_classes(user, role) & ~Q(trainee__in=of_me(user))


def my_own_pictures(user, role) -> Q:
    """pictures of my own journals"""
    return Q(journal__in=Journal.objects.filter(my_own_rows(user, role)))


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
grant("learning.write_journal", on="cohorts.Trainee", trainee=my_traineeships)
grant(
    "learning.view_picture",
    on="learning.JournalPicture",
    admin=pictures_of_my_classes,
    organizer=pictures_of_my_classes,
    officer=pictures_of_my_classes,
    trainee=my_own_pictures,
)
grant(
    "learning.view_journal",
    on="learning.Journal",
    admin=handed_in_by_my_classes,
    organizer=handed_in_by_my_classes,
    officer=handed_in_by_my_classes,
)
grant(
    "learning.review_journal",
    on="learning.Journal",
    admin=answered_by_me,
    organizer=answered_by_me,
    officer=answered_by_me,
)

# Head teachers read and answer journals, and give no scores. Officers who are trainees of the class see who owes one.
grant(
    "learning.score_journal",
    on="learning.Journal",
    admin=answered_by_me,
    organizer=answered_by_me,
)

# A page of whoever makes the timetable of a cohort.
PLANNED_COHORT = Inside("cohorts.Cohort", "learning.schedule_sessions", "cohort", related=("program__unit",))
LEAVE_COHORT = Inside("cohorts.Cohort", "learning.give_leave", "cohort", related=("program__unit",))


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

# Credit hours -----------------------------------------------------------------------------------------------------------


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


def of_trainees_of_my_cohorts(user, role) -> Q:
    """rows of trainees of a cohort that the role reaches as a whole"""
    cohorts = whole_cohorts(user, role)
    return all_rows(user, role) if cohorts is None else Q(trainee__cohort__in=cohorts)


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


def decided_by_me(user, role) -> Q:
    """leave of a cohort in the scope of the role, or of a class in its scope; never my own"""
    return of_my_classes(user, role) & ~Q(trainee__person__user=user)


of_my_classes = within("cohort", "training_class")


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
grant(
    "learning.use_calendar",
    on="learning.CalendarFeed",
    admin=my_own,
    organizer=my_own,
    leader=my_own,
    officer=my_own,
    trainee=my_own,
)


# Activities -------------------------------------------------------------------------------------------------------------


def activities_around_me(user, role) -> Q:
    """activities of cohorts in the scope of the role, or of a class in its scope"""
    return Q(cohort__in=Cohort.objects.filter(my_cohorts(user, role)))


def activities_of_my_cohorts(user, role) -> Q:
    """activities of cohorts in which I am a trainee"""
    return Q(cohort__in=Trainee.objects.filter(my_traineeships(user, role)).values("cohort"))


grant(
    "learning.view_activity",
    on="learning.Activity",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
    officer=activities_around_me,
)
grant("learning.change_activity", on="learning.Activity", admin=in_my_cohorts, organizer=in_my_cohorts)
# The rows are the cohorts whose activities and platforms one may make.
grant("learning.change_activities", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
grant("learning.join_activity", on="learning.Activity", trainee=activities_of_my_cohorts)


# Online courses and completion ------------------------------------------------------------------------------------------

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


# The marks are one's own; whoever answers answers for the class of the session's day.
grant("learning.object_to_mark", on="learning.Attendance", trainee=my_own_rows)
grant("learning.answer_appeal", on="learning.Appeal", **_DECIDERS)


# Paper ------------------------------------------------------------------------------------------------------------------

# The rows are the classes whose sign-in sheets one may print, key in, and whose scans one may send.
grant(
    "learning.key_sheets",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=within("cohort", "pk"),
)


def signed_by_my_class_and_sent_by_me(user, role) -> Q:
    """scans of signed sheets of a class in the scope of the role that I sent myself"""
    return scans_of_my_classes(user, role) & Q(sent_by=user)


scans_of_my_classes = within("training_class__cohort", "training_class")
pages_of_my_classes = within("sheet__training_class__cohort", "sheet__training_class")
_SCAN_READERS = ("admin", "organizer", "officer")
grant("learning.view_signed_sheet", on="learning.SignedSheet", **dict.fromkeys(_SCAN_READERS, scans_of_my_classes))
grant("learning.view_sheet_page", on="learning.SheetPage", **dict.fromkeys(_SCAN_READERS, pages_of_my_classes))
grant(
    "learning.change_signed_sheet",
    on="learning.SignedSheet",
    admin=scans_of_my_classes,
    organizer=scans_of_my_classes,
    officer=signed_by_my_class_and_sent_by_me,
)


# Weekly duties ----------------------------------------------------------------------------------------------------------

_OF_MY_CLASS = within("cohort", "pk")
# The rows are the classes whose board one reads, and those in which one records and decides on turns.
grant(
    "learning.view_duties",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
    officer=_OF_MY_CLASS,
)
grant(
    "learning.record_duty",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=_OF_MY_CLASS,
)
grant(
    "learning.change_duty",
    on="learning.DutyRecord",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=within("cohort", "training_class"),
)
grant(
    "learning.change_turn",
    on="learning.DutyTurn",
    admin=within("training_class__cohort"),
    organizer=within("training_class__cohort"),
    officer=within("training_class__cohort", "training_class"),
)
grant("learning.change_duty_kind", on="learning.DutyKind", admin=in_my_cohorts, organizer=in_my_cohorts)
# The rows are the cohorts whose duties and free weeks one sets.
grant("learning.plan_duties", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
# A page that adds to the duties of a cohort.
PLANNED_DUTIES = Inside("cohorts.Cohort", "learning.plan_duties", "cohort", related=("program",))
grant("learning.change_duty_pause", on="learning.DutyPause", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("learning.see_own_duties", on="cohorts.TrainingClass", trainee=classes_i_attend)


def about_cohorts(cohorts) -> Q:
    """Notices to trainees of these cohorts about their sessions, journals, leave and timetable; not about other cohorts."""
    trainees = Trainee.objects.filter(cohort__in=cohorts)
    about = {
        "cohorts.Trainee": trainees,
        "cohorts.Announcement": Announcement.objects.filter(cohort__in=cohorts),
        "learning.Session": Session.everything.filter(cohort__in=cohorts),
        "learning.Leave": Leave.objects.filter(cohort__in=cohorts),
        "learning.TimetableRelease": TimetableRelease.objects.filter(cohort__in=cohorts),
    }
    rows = [Q(about_type=label, about_id__in=found.values("pk")) for label, found in about.items()]
    return Q(user__in=trainees.filter(person__user__isnull=False).values("person__user")) & any_of(rows)


def told_in_my_cohorts(user, role) -> Q:
    """notices to trainees of cohorts that the role reaches as a whole, about these cohorts"""
    cohorts = whole_cohorts(user, role)
    return all_rows(user, role) if cohorts is None else about_cohorts(cohorts)


grant("learning.view_told", on="accounts.Notice", admin=told_in_my_cohorts, organizer=told_in_my_cohorts)


# Closing checklist ------------------------------------------------------------------------------------------------------

closing_of_my_classes = within("training_class__cohort", "training_class")
closing_files_of_my_classes = within("item__training_class__cohort", "item__training_class")
grant(
    "learning.view_closing_item",
    on="learning.ClosingItem",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
    leader=closing_of_my_classes,
    officer=closing_of_my_classes,
)
grant(
    "learning.view_closing_file",
    on="learning.ClosingFile",
    admin=closing_files_of_my_classes,
    organizer=closing_files_of_my_classes,
    leader=closing_files_of_my_classes,
    officer=closing_files_of_my_classes,
)
# Send files, tick it off; who is in charge and until when is decided by whoever runs the cohort.
grant(
    "learning.do_closing_item",
    on="learning.ClosingItem",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
    officer=closing_of_my_classes,
)
grant(
    "learning.remove_closing_file",
    on="learning.ClosingFile",
    admin=closing_files_of_my_classes,
    organizer=closing_files_of_my_classes,
    officer=closing_files_of_my_classes,
)
grant(
    "learning.change_closing_item",
    on="learning.ClosingItem",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
)
grant(
    "learning.undo_waiver",
    on="learning.SheetWaiver",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
)
# The rows are the cohorts whose rule of closing and checklists one may make.
grant("learning.change_closing", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
CLOSING_COHORT = Inside("cohorts.Cohort", "learning.change_closing", "cohort", related=("program__unit",))


# What is made of journals: findings and what they cite; passages that journals share ----------------------------------------


def findings_of_my_classes(user, role) -> Q:
    """findings from journals that trainees in the scope of the role handed in"""
    return Q(journal__in=Journal.objects.filter(handed_in_by_my_classes(user, role)).values("pk"))


def findings_from_my_journals(user, role) -> Q:
    """findings from my own journals"""
    return Q(journal__in=Journal.objects.filter(my_own_rows(user, role)).values("pk"))


def findings_that_i_made(user, role) -> Q:
    """findings that I made from my own journals"""
    return findings_from_my_journals(user, role) & Q(made_by=user)


def my_own_handed_in(user, role) -> Q:
    """my own journals, drafts left out"""
    return my_own_rows(user, role) & ~Q(state="draft")


_READERS = ("admin", "organizer", "officer")
grant(
    "learning.cite_journal",
    on="learning.Journal",
    trainee=my_own_handed_in,
    **dict.fromkeys(_READERS, handed_in_by_my_classes),
)
grant("learning.list_finding", on="learning.Finding", **dict.fromkeys(_READERS, findings_of_my_classes))
grant(
    "learning.view_finding",
    on="learning.Finding",
    trainee=findings_from_my_journals,
    **dict.fromkeys(_READERS, findings_of_my_classes),
)
grant(
    "learning.change_finding",
    on="learning.Finding",
    trainee=findings_that_i_made,
    **dict.fromkeys(_READERS, findings_of_my_classes),
)
grant("learning.see_own_findings", on="learning.Finding", trainee=findings_from_my_journals)


def signals_of_my_classes(user, role) -> Q:
    """shared passages in journals that trainees in the scope of the role handed in"""
    return Q(journal__in=Journal.objects.filter(handed_in_by_my_classes(user, role)).values("pk"))


def signals_that_i_answer(user, role) -> Q:
    """shared passages in journals that trainees in the scope of the role handed in, my own left out"""
    return Q(journal__in=Journal.objects.filter(answered_by_me(user, role)).values("pk"))


grant("learning.view_copysignal", on="learning.CopySignal", **dict.fromkeys(_READERS, signals_of_my_classes))
grant("learning.settle_copysignal", on="learning.CopySignal", **dict.fromkeys(_READERS, signals_that_i_answer))
