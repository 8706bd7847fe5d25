from django.db.models import F
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from trainee_mgmt.kit.errors import Refused


def change_roster(cohort_id: int) -> Cohort:
    """Lock the cohort and count a change of its people, classes or groups; the caller is inside a transaction.

    Whoever changes the roster goes through here, so changes wait for each other and a plan computed before is stale.
    Refused once the cohort is closed.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("program").get(pk=cohort_id)
    if cohort.is_closed:
        raise Refused(_("%(cohort)s is closed. Open it again before you change it.") % {"cohort": cohort.name})
    Cohort.objects.filter(pk=cohort_id).update(roster_version=F("roster_version") + 1)
    cohort.roster_version += 1
    return cohort
