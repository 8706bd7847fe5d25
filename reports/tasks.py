from celery import shared_task

from accounts import services
from reports.documents.yearbook import make_yearbook


@shared_task(name="reports.make_yearbook")
def make_yearbook_file(job_id: int) -> None:
    """Make the workbook that a page asked for; a second run of a finished job does nothing."""
    services.run_job(job_id, make_yearbook)
