from celery import shared_task
from django.utils import timezone

from cohorts.models import Cohort
from learning.services import activities, copies, hours
from learning.services.conflicts import count_conflicts
from learning.services.reminders import remind_journals as plan_reminders
from learning.services.session_reminders import remind_of_sessions as plan_session_reminders
from learning.services.warnings import warn_head_teachers


@shared_task(name="learning.remind_journals")
def remind_journals() -> int:
    """Plan the reminders of journals that are due or overdue; one each, however often this runs."""
    return plan_reminders()


@shared_task(name="learning.remind_of_sessions")
def remind_of_sessions() -> int:
    """Plan the reminders of coming sessions; one each, however often this runs. What moved or was excused moves along."""
    return plan_session_reminders()


@shared_task(name="learning.count_conflicts")
def count_all_conflicts() -> int:
    """What became a conflict by itself since the last run: a venue closed, a person moved. Safe to run at any time."""
    running = Cohort.objects.filter(is_closed=False, ends_on__gte=timezone.localdate()).order_by("pk")
    return sum(count_conflicts(cohort) for cohort in running)


@shared_task(name="learning.reconcile_hours")
def reconcile_hours() -> int:
    """Bring the ledger of hours in line with marks and with the end of the last year; a missed run repairs itself."""
    return hours.reconcile_all()


@shared_task(name="learning.lapse_offers")
def lapse_offers() -> int:
    """Seats that were offered and not taken go to the next on the waiting list."""
    return activities.lapse_offers(timezone.now())


@shared_task(name="learning.warn_of_attendance")
def warn_of_attendance() -> int:
    """Plan the early warnings for head teachers; each is told once, in the digest of the day."""
    return warn_head_teachers()


@shared_task(name="learning.compare_journal")
def compare_journal(journal_id: int) -> int:
    """Find what a journal that was handed in shares with others. Safe to run twice."""
    return copies.compare(journal_id)


@shared_task(name="learning.compare_journals")
def compare_journals() -> int:
    """Journals that were not compared as they stand now; a missed or failed run repairs itself."""
    return copies.compare_what_is_new()
