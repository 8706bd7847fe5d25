"""The way from an empty installation to a first roster, as the home page shows it."""

from dataclasses import dataclass

from django.db.models import Exists
from django.utils.translation import gettext as _

from accounts.models import Grant, Unit, User
from cohorts.access import in_units_of_my_own
from cohorts.models import ApplicationRound, Cohort, Trainee, UnitQuota
from programs.models import Program
from reports.selectors.needs import Asked
from trainee_mgmt.kit import access


@dataclass(frozen=True)
class Step:
    """A step of setting up an installation."""

    title: str
    why: str
    verb: str
    url: str
    is_done: bool


def first_steps(asked: Asked) -> list[Step]:
    """Empty once there is somebody in training, and for whoever sets nothing up."""
    if asked.has_people or not asked.may("programs.create_program"):
        return []
    if UnitQuota.objects.filter(in_units_of_my_own(asked.user)).exists():  # came to nominate
        return []
    has_units, has_roles, has_programs, has_cohorts, has_round, has_people = _there_is(asked.user)
    if has_people:
        return []
    ways = [_people(asked), _applications(asked, has_round)]
    steps = [_a_program(asked, has_programs), _a_cohort(asked, has_cohorts), *ways]
    return (
        [_units(asked, has_units), _accounts(asked, has_roles), *steps] if asked.may("accounts.change_unit") else steps
    )


def _there_is(user: User) -> tuple[bool, ...]:
    """Whether there are units beyond the one that the installation began with, grants of others, programs, cohorts,
    rounds of applications and trainees; one query."""
    of_others = Grant.objects.filter(access.rows(user, "accounts.view_grant")).exclude(user=user)
    rows = User.objects.filter(pk=user.pk).values_list(
        Exists(Unit.objects.filter(access.rows(user, "accounts.view_unit")).order_by("pk")[1:2]),
        Exists(of_others),
        Exists(Program.objects.filter(access.rows(user, "programs.view_program"))),
        Exists(Cohort.objects.filter(access.rows(user, "cohorts.change_cohort"))),
        Exists(ApplicationRound.objects.filter(access.rows(user, "cohorts.change_round"))),
        Exists(Trainee.objects.filter(access.rows(user, "cohorts.view_trainee"))),
    )
    return rows.get()


def _units(asked: Asked, is_done: bool) -> Step:
    return Step(
        _("Build the tree of units"),
        _("City, district, streets: rights are given along it."),
        _("New unit"),
        asked.link("accounts:unit_create") or asked.link("accounts:unit_list"),
        is_done,
    )


def _accounts(asked: Asked, is_done: bool) -> Step:
    return Step(
        _("Open accounts and give roles"),
        _("To the organizers first: what somebody may do comes with a role over a unit, program or cohort."),
        _("New account"),
        asked.link("accounts:user_create"),
        is_done,
    )


def _a_program(asked: Asked, is_done: bool) -> Step:
    return Step(
        _("Create a program"),
        _("What is run again and again, with its own name."),
        _("New program"),
        asked.link("programs:program_create"),
        is_done,
    )


def _a_cohort(asked: Asked, is_done: bool) -> Step:
    return Step(
        _("Create a cohort"),
        _("One run of the program, with its first and last day."),
        _("New cohort"),
        asked.link("cohorts:cohort_create"),
        is_done,
    )


def _people(asked: Asked) -> Step:
    return Step(
        _("Bring the people in"),
        _("Spreadsheets are taken as they are; you see what will be written before it is."),
        _("Import a roster"),
        asked.link("cohorts:roster_import", cohort=min(asked.cohorts)) if asked.cohorts else "",
        is_done=False,
    )


def _applications(asked: Asked, is_done: bool) -> Step:
    return Step(
        _("Or take applications"),
        _("Where people apply or are nominated by their units: until when, for how many seats, by which rules."),
        _("Open applications"),
        asked.link("cohorts:round_update", cohort=min(asked.cohorts)) if asked.cohorts else "",
        is_done,
    )
