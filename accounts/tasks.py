from celery import shared_task
from django.utils import timezone

from accounts import services
from accounts.services import calendar, letters, outbox, retention
from accounts.services.audit import seal_entries


@shared_task(name="accounts.compute_plan")
def compute_plan(job_id: int) -> None:
    """Compute a stored plan; a second run of a finished job does nothing."""

    def work(job, progress):
        services.compute_plan(job.given["plan"], job.pk, progress)

    services.run_job(job_id, work)


@shared_task(name="accounts.apply_plan")
def apply_plan(job_id: int) -> None:
    """Apply a stored plan; a plan is applied once, however often this runs."""

    def work(job, progress):
        return {"result_url": services.apply_plan(job.given["plan"], progress)}

    services.run_job(job_id, work)


@shared_task(name="accounts.seal_audit")
def seal_audit() -> int:
    """Chain what was written to the audit log since the last run."""
    return seal_entries()


@shared_task(name="accounts.sweep_jobs")
def sweep_jobs() -> int:
    """Take up jobs whose worker died or whose message was lost."""
    return services.sweep_jobs()


@shared_task(name="accounts.send_notices")
def send_notices() -> int:
    """Send what is due, for some seconds at most; what is left is for the next tick. Any number may run at once."""
    return outbox.run(seconds=20)


@shared_task(name="accounts.send_letters")
def send_letters() -> int:
    """Send the letters that wait for people without an account; any number may run at once."""
    return letters.send_waiting()


@shared_task(name="accounts.fill_calendar")
def fill_calendar() -> None:
    """Holidays of this and the next year, as far as they are announced."""
    year = timezone.localdate().year
    calendar.fill_calendar(year)
    calendar.fill_calendar(year + 1)


@shared_task(name="accounts.delete_old_notices")
def delete_old_notices() -> int:
    """Notices that came to their end long ago; a bounded number at a time."""
    return retention.delete_old_notices()
