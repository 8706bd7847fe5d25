from django.db.models import F, Q
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Person
from trainee_mgmt.kit.errors import Refused, Remedy


def change_roster(cohort_id: int) -> Cohort:
    """Lock the cohort and count a change of its people, classes or groups; the caller is inside a transaction.

    Whoever changes the roster goes through here, so changes wait for each other and a plan computed before is stale.
    Refused once the cohort is closed.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("program").get(pk=cohort_id)
    refuse_closed_cohort(cohort)
    Cohort.objects.filter(pk=cohort_id).update(roster_version=F("roster_version") + 1)
    cohort.roster_version += 1
    return cohort


def refuse_closed_cohort(cohort: Cohort) -> None:
    """The caller holds the lock of the cohort, or reads it again under that lock before anything is written."""
    if cohort.is_closed:
        remedy = Remedy(_("Open the cohort's page"), cohort.get_absolute_url(), "cohorts.change_cohort", cohort)
        words = _("%(cohort)s is closed. Open it again before you change it.") % {"cohort": cohort.name}
        raise Refused(words, remedy=remedy)


def count_change_for(*people: Person) -> None:
    """Count a change for every cohort in which these people have a place or an office, before the people are locked."""
    theirs = Q(trainees__person__in=people) | Q(classes__officers__person__in=people)
    keys = Cohort.objects.filter(theirs).values("pk").distinct()
    locked = list(Cohort.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk", flat=True))
    Cohort.objects.filter(pk__in=locked).update(roster_version=F("roster_version") + 1)
