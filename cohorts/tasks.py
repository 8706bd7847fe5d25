from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import services
from cohorts.models import Cohort
from cohorts.services.accounts import open_for_people
from cohorts.services.screening import decide_in_worker


@shared_task(name="cohorts.open_accounts")
def open_accounts(job_id: int) -> None:
    """Open the accounts that a page asked for (``given``: cohort and people); a second run opens none."""

    def work(job, progress):
        cohort = Cohort.objects.get(pk=job.given["cohort"])
        done = open_for_people(cohort, job.given["people"], progress)
        words = _(
            "%(opened)s opened, %(linked)s linked to an account that was there, %(had)s had one, "
            "%(without_phone)s without a phone number, %(foreign)s whose phone belongs to somebody else."
        )
        return {
            "words": (words % done.as_dict())[:200],
            "result_url": reverse("cohorts:account_slips", kwargs={"cohort": cohort.pk}),
        }

    services.run_job(job_id, work)


@shared_task(name="cohorts.decide_screening")
def decide_screening(job_id: int) -> None:
    """Publish the outcomes of a long list (``given``: round, screening, by); a second run publishes nothing."""

    def work(job, progress):
        screening = decide_in_worker(job, progress)
        return {"words": _("The outcomes are published."), "result_url": screening.get_absolute_url()}

    services.run_job(job_id, work)
