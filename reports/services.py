"""What reports write: the wish for a workbook, which the worker makes; and what a dispatch meeting looked at when it was held."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services import queue_job, record
from cohorts.models import Cohort
from placements.models import DispatchMeeting
from placements.services.dispatch import hold_meeting
from reports.selectors.figures import as_minute, moment
from reports.selectors.pack import taken
from reports.selectors.yearbook import first_and_last_day, moment_of_day
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused

TASK = "reports.make_yearbook"
OPEN = (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True)
class YearbookWish:
    """``day``: whose figures are shown. ``site``: where its links lead, such as ``https://training.example.org``."""

    purpose: str
    day: date
    language: str
    site: str
    with_id_numbers: bool = False


@transaction.atomic
def ask_for_yearbook(cohort: Cohort, wish: YearbookWish, *, by: User) -> Job:
    """Ask the worker for the year-end workbook of the cohort; one at a time for each person."""
    now = timezone.now()
    first, last = first_and_last_day(cohort, timezone.localdate(now))
    if not wish.purpose.strip():
        raise Refused(_("Say what the file is for; it is kept with the record of this export."))
    if not first <= wish.day <= last:
        raise Refused(_("Choose a day from %(first)s to %(last)s.") % {"first": first, "last": last})
    if wish.language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose one of the languages."))
    if wish.with_id_numbers and not access.holds(by, "cohorts.see_secrets"):
        raise Refused(_("ID numbers in full are only for those who may see them."))
    if jobs_of(cohort, by).filter(state__in=OPEN).exists():
        raise Refused(_("A workbook of this cohort is being made for you already."))
    title = _("Year-end workbook of %(cohort)s") % {"cohort": cohort.name}
    given = {
        "cohort": cohort.pk,
        "purpose": wish.purpose.strip(),
        "at": as_minute(moment_of_day(wish.day, now=now, latest=moment(now))),
        "language": wish.language,
        "with_id_numbers": wish.with_id_numbers,
        "site": wish.site,
    }
    job = queue_job(TASK, title=title, given=given)
    after = {"purpose": given["purpose"], "at": given["at"], "unmasked": wish.with_id_numbers}
    record("reports.ask_for_yearbook", cohort, after=after)
    return job


def jobs_of(cohort: Cohort, user: User):
    """The workbooks of the cohort that this person asked for, the newest first."""
    return Job.objects.filter(task=TASK, made_by=user, given__cohort=cohort.pk).order_by("-pk")


@transaction.atomic
def hold_dispatch(meeting: DispatchMeeting, *, minutes: str, by: User) -> DispatchMeeting:
    """The meeting was held: its minutes and its pack of this moment are kept together."""
    return hold_meeting(meeting, minutes=minutes, by=by, pack=taken(meeting, timezone.now()))
