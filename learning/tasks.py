from celery import shared_task

from learning.services.reminders import remind_journals as plan_reminders


@shared_task(name="learning.remind_journals")
def remind_journals() -> int:
    """Plan the reminders of journals that are due or overdue; one each, however often this runs."""
    return plan_reminders()
