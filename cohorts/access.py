"""Who may do what with cohorts, classes, people and trainees. Everything under a cohort follows ``cohorts_of``."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.access import SCOPES, Scope, everyone, in_my_units, units_of
from accounts.models import Role, ScopeKind, Unit
from cohorts.models import Application, ClassMembership, ClassOfficer, Cohort, Trainee, TrainingClass
from library.access import ALSO_AROUND
from programs.access import my_programs, of_my_programs
from programs.models import Program
from trainee_mgmt.kit.access import all_rows, any_of, grant
from trainee_mgmt.kit.pages import Inside


def my_cohorts(user, role) -> Q:
    """cohorts in the scope of the role"""
    conditions = of_whole_cohorts(user, role)
    if conditions is None:
        return all_rows(user, role)
    if classes := class_ids(user, role):
        conditions.append(Q(pk__in=TrainingClass.objects.filter(pk__in=classes).values("cohort")))
    return any_of(conditions)


def units_of_my_work(user, role) -> Q:
    """units of programs and cohorts in the scope of the role"""
    of_cohorts = Cohort.objects.filter(my_cohorts(user, role)).values("program")
    return Q(programs__in=Program.objects.filter(my_programs(user, role)).values("pk")) | Q(programs__in=of_cohorts)


ALSO_AROUND.append(units_of_my_work)


def class_ids(user, role) -> list[int]:
    return [each.scope_id for each in user.grants_of(role) if each.scope_kind == ScopeKind.TRAINING_CLASS]


def of_whole_cohorts(user, role, path: str = "") -> list[Q] | None:
    """Conditions on rows whose cohort, at ``path``, the role reaches as a whole (a class is only a part); None for all."""
    grants = user.grants_of(role)
    if any(each.scope_kind == ScopeKind.ALL for each in grants):
        return None
    cohorts = [each.scope_id for each in grants if each.scope_kind == ScopeKind.COHORT]
    conditions = [Q(**{f"{path}pk__in": cohorts})] if cohorts else []
    return conditions + of_my_programs(user, role, f"{path}program__")


def whole_cohorts(user, role) -> QuerySet | None:
    """The cohorts that the role reaches as a whole; None for every cohort."""
    conditions = of_whole_cohorts(user, role)
    return None if conditions is None else Cohort.objects.filter(any_of(conditions))


def cohorts_as_a_whole(user, role) -> Q:
    """cohorts that the role reaches with all their classes"""
    conditions = of_whole_cohorts(user, role)
    return all_rows(user, role) if conditions is None else any_of(conditions)


def within(cohort: str = "cohort", training_class: str = ""):
    """A row function: rows whose ``cohort`` path lies in a cohort of the role, or whose class path is a class of the role."""

    def rows(user, role) -> Q:
        conditions = of_whole_cohorts(user, role, f"{cohort}__")
        if conditions is None:
            return all_rows(user, role)
        if training_class and (classes := class_ids(user, role)):
            conditions.append(Q(**{f"{training_class}__in": classes}))
        return any_of(conditions)

    rows.__name__ = "in_my_classes" if training_class else "in_my_cohorts"
    rows.__doc__ = (
        gettext_noop("rows of a class in the scope of the role")
        if training_class
        else gettext_noop("rows of a cohort in the scope of the role")
    )
    return rows


in_my_cohorts = within()


def trainees_of_my_classes(user, role) -> Q:
    """trainees of a cohort in the scope of the role, or who are or were in a class in its scope"""
    conditions = of_whole_cohorts(user, role, "cohort__")
    if conditions is None:
        return all_rows(user, role)
    if classes := class_ids(user, role):
        conditions.append(Q(pk__in=ClassMembership.objects.filter(training_class__in=classes).values("trainee")))
    return any_of(conditions)


def my_traineeships(user, role) -> Q:
    """my own places in cohorts"""
    return Q(person__user=user)


def cohorts_i_attend(user, role) -> Q:
    """cohorts in which I am a trainee"""
    return Q(pk__in=Trainee.objects.filter(person__user=user).values("cohort"))


def classes_i_attend(user, role) -> Q:
    """classes in which I am or was"""
    return Q(pk__in=ClassMembership.objects.filter(trainee__person__user=user).values("training_class"))


def classes_i_head(user, role) -> Q:
    """classes whose head teacher I am today"""
    today = timezone.localdate()
    terms = ClassOfficer.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today),
        person__user=user,
        office=ClassOfficer.Office.HEAD_TEACHER,
        starts_on__lte=today,
    )
    return Q(pk__in=terms.values("training_class"))


def people_of_my_cohorts(user, role) -> Q:
    """people who have or had a place or an office in a cohort in the scope of the role"""
    cohorts = whole_cohorts(user, role)
    if cohorts is None:
        return all_rows(user, role)
    return Q(pk__in=Trainee.objects.filter(cohort__in=cohorts).values("person")) | Q(
        pk__in=ClassOfficer.objects.filter(training_class__cohort__in=cohorts).values("person")
    )


SCOPES[ScopeKind.COHORT] = Scope("cohorts.Cohort", cohorts_as_a_whole, related=("program",))
SCOPES[ScopeKind.TRAINING_CLASS] = Scope("cohorts.TrainingClass", within("cohort", "pk"), related=("cohort",))

# A page under a cohort: ``inside = COHORT``; its URL names the cohort as ``cohort``.
COHORT = Inside("cohorts.Cohort", "cohorts.view_cohort", "cohort", related=("program",))
# A page that adds something to a cohort: whoever only looks at it in another role adds nothing.
MANAGED_COHORT = Inside("cohorts.Cohort", "cohorts.change_cohort", "cohort", related=("program",))

grant(
    "cohorts.view_cohort",
    on="cohorts.Cohort",
    admin=my_cohorts,
    organizer=my_cohorts,
    leader=my_cohorts,
    evaluator=my_cohorts,
    officer=my_cohorts,
    trainee=cohorts_i_attend,
)
grant("cohorts.change_cohort", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)
# The rows are the programs in which a cohort may be made.
grant("cohorts.create_cohort", on="programs.Program", admin=my_programs, organizer=my_programs)
grant("cohorts.open_accounts", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)
grant("cohorts.import_roster", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)
grant("cohorts.print_documents", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts, officer=my_cohorts)
grant("cohorts.split_classes", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)
grant(
    "cohorts.view_class",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
    officer=within("cohort", "pk"),
)
grant(
    "cohorts.view_directory",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=within("cohort", "pk"),
    trainee=classes_i_attend,
)
# All phone numbers of a class at once, for a reason; classmates see those of people who said yes.
grant(
    "cohorts.see_directory_phones",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=classes_i_head,
)
grant("cohorts.change_class", on="cohorts.TrainingClass", admin=in_my_cohorts, organizer=in_my_cohorts)
grant(
    "cohorts.view_trainee",
    on="cohorts.Trainee",
    admin=trainees_of_my_classes,
    organizer=trainees_of_my_classes,
    leader=trainees_of_my_classes,
    officer=trainees_of_my_classes,
)
grant("cohorts.change_trainee", on="cohorts.Trainee", admin=in_my_cohorts, organizer=in_my_cohorts)
# Roles that see the mask of a phone number beside a name; the number itself is opened with "cohorts.see_secrets".
grant("cohorts.see_phone_mask", admin=all_rows, organizer=all_rows, officer=all_rows)
grant("cohorts.see_own_place", on="cohorts.Trainee", **{Role.TRAINEE: my_traineeships})
grant("cohorts.view_person", on="cohorts.Person", admin=people_of_my_cohorts, organizer=people_of_my_cohorts)
grant("cohorts.change_person", on="cohorts.Person", admin=people_of_my_cohorts, organizer=people_of_my_cohorts)
grant("cohorts.see_secrets", on="cohorts.Person", admin=people_of_my_cohorts, organizer=people_of_my_cohorts)
grant(
    "cohorts.view_group",
    on="cohorts.StudyGroup",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
    officer=within("cohort", "training_class"),
)
grant("cohorts.change_group", on="cohorts.StudyGroup", admin=in_my_cohorts, organizer=in_my_cohorts)
grant(
    "cohorts.change_group_member",
    on="cohorts.GroupMembership",
    admin=within("group__cohort"),
    organizer=within("group__cohort"),
)
grant(
    "cohorts.view_officer",
    on="cohorts.ClassOfficer",
    admin=within("training_class__cohort"),
    organizer=within("training_class__cohort"),
    leader=within("training_class__cohort"),
    officer=within("training_class__cohort", "training_class"),
)
grant(
    "cohorts.change_officer",
    on="cohorts.ClassOfficer",
    admin=within("training_class__cohort"),
    organizer=within("training_class__cohort"),
)
grant("cohorts.view_announcement", on="cohorts.Announcement", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("cohorts.send_announcement", on="cohorts.Announcement", admin=in_my_cohorts, organizer=in_my_cohorts)
# The rows are the cohorts whose fields one may read.
grant("cohorts.view_profile_field", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts, leader=my_cohorts)
grant("cohorts.change_profile_field", on="cohorts.ProfileField", admin=in_my_cohorts, organizer=in_my_cohorts)


# Applications ---------------------------------------------------------------------------------------------------------


grant(
    "cohorts.view_application",
    on="cohorts.Application",
    admin=within("round__cohort"),
    organizer=within("round__cohort"),
    leader=within("round__cohort"),
)
grant(
    "cohorts.change_application",
    on="cohorts.Application",
    admin=within("round__cohort"),
    organizer=within("round__cohort"),
)
# The rows are the cohorts whose round, rules and quotas one sets, and into which one imports applications.
grant("cohorts.manage_applications", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
grant("cohorts.change_round", on="cohorts.ApplicationRound", admin=in_my_cohorts, organizer=in_my_cohorts)
grant(
    "cohorts.change_eligibility_rule",
    on="cohorts.EligibilityRule",
    admin=within("round__cohort"),
    organizer=within("round__cohort"),
)
grant("cohorts.change_quota", on="cohorts.UnitQuota", admin=within("round__cohort"), organizer=within("round__cohort"))


def nominees_of_my_units(user, role) -> Q:
    """nominations by a unit in the scope of the role"""
    units = Unit.objects.filter(units_of(user, role)).values("pk")
    return Q(origin=Application.Origin.NOMINATED, nominating_unit__in=units)


def in_units_of_my_own(user) -> Q:
    """Rows of exactly the units over which one is organizer: what concerns them and not all units below."""
    return Q(unit__in=[each.unit_id for each in user.grants_of(Role.ORGANIZER) if each.scope_kind == ScopeKind.UNIT])


def my_applications(user, role) -> Q:
    """my own applications"""
    return Q(account=user) | Q(person__user=user)


# A unit sees its own quotas and nominees, whoever runs the cohort.
grant("cohorts.nominate_people", on="cohorts.UnitQuota", admin=in_my_units, organizer=in_my_units)
grant("cohorts.change_nominee", on="cohorts.Application", admin=nominees_of_my_units, organizer=nominees_of_my_units)
grant("cohorts.see_own_application", on="cohorts.Application", **everyone(my_applications))


# Screening and calls --------------------------------------------------------------------------------------------------


def kept_by_my_offices(user, role) -> Q:
    """rows kept by units in the scope of the role, and by those that run its programs and cohorts"""
    return in_my_units(user, role) | Q(unit__in=Unit.objects.filter(units_of_my_work(user, role)).values("pk"))


# The rows are the cohorts whose screening one reads, and those where one makes rules, runs it and decides.
grant(
    "cohorts.view_screening",
    on="cohorts.Cohort",
    admin=cohorts_as_a_whole,
    organizer=cohorts_as_a_whole,
    leader=cohorts_as_a_whole,
)
grant("cohorts.decide_screening", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
grant(
    "cohorts.view_screening_run",
    on="cohorts.Screening",
    admin=within("round__cohort"),
    organizer=within("round__cohort"),
    leader=within("round__cohort"),
)
grant(
    "cohorts.publish_screening",
    on="cohorts.Screening",
    admin=within("round__cohort"),
    organizer=within("round__cohort"),
)
grant(
    "cohorts.view_screening_row",
    on="cohorts.ScreeningRow",
    admin=within("screening__round__cohort"),
    organizer=within("screening__round__cohort"),
    leader=within("screening__round__cohort"),
)
grant(
    "cohorts.change_screening_row",
    on="cohorts.ScreeningRow",
    admin=within("screening__round__cohort"),
    organizer=within("screening__round__cohort"),
)
grant(
    "cohorts.view_override",
    on="cohorts.Override",
    admin=within("round__cohort"),
    organizer=within("round__cohort"),
    leader=within("round__cohort"),
)
grant("cohorts.take_override", on="cohorts.Override", admin=within("round__cohort"), organizer=within("round__cohort"))
grant("cohorts.view_exemption", on="cohorts.Exemption", admin=kept_by_my_offices, organizer=kept_by_my_offices)
grant("cohorts.change_exemption", on="cohorts.Exemption", admin=kept_by_my_offices, organizer=kept_by_my_offices)
