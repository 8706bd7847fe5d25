"""Where the office, or a unit, changes what stands against an act on applications."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort, UnitQuota
from trainee_mgmt.kit.errors import Remedy


def of_office(words: str, page: str, cohort: int) -> Remedy:
    """A page of a cohort's applications or screening."""
    url = reverse(f"cohorts:{page}", kwargs={"cohort": cohort})
    return Remedy(words, url, "cohorts.manage_applications", Cohort(pk=cohort))


def the_round(cohort: int) -> Remedy:
    return of_office(_("To the round"), "round_detail", cohort)


def more_seats(cohort: int) -> Remedy:
    return of_office(_("Change the seats"), "round_update", cohort)


def the_applications(cohort: int) -> Remedy:
    return of_office(_("To the applications"), "application_list", cohort)


def the_screening(cohort: int) -> Remedy:
    return of_office(_("To the screening"), "screening_list", cohort)


def the_rules(cohort: int) -> Remedy:
    return of_office(_("To the rules"), "screeningrules_list", cohort)


def the_nominees(quota: UnitQuota) -> Remedy:
    return Remedy(_("To the nominees"), quota.get_absolute_url(), "cohorts.nominate_people", quota)
