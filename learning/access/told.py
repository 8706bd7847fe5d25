"""Who may read what the trainees of a cohort were told."""

from django.db.models import Q

from cohorts.access import whole_cohorts
from cohorts.models import Announcement, Trainee
from learning.models import Leave, Session, TimetableRelease
from trainee_mgmt.kit.access import all_rows, any_of, grant


def about_cohorts(cohorts) -> Q:
    """Notices to trainees of these cohorts about their sessions, journals, leave and timetable; not about other cohorts."""
    trainees = Trainee.objects.filter(cohort__in=cohorts)
    about = {
        "cohorts.Trainee": trainees,
        "cohorts.Announcement": Announcement.objects.filter(cohort__in=cohorts),
        "learning.Session": Session.everything.filter(cohort__in=cohorts),
        "learning.Leave": Leave.objects.filter(cohort__in=cohorts),
        "learning.TimetableRelease": TimetableRelease.objects.filter(cohort__in=cohorts),
    }
    rows = [Q(about_type=label, about_id__in=found.values("pk")) for label, found in about.items()]
    return Q(user__in=trainees.filter(person__user__isnull=False).values("person__user")) & any_of(rows)


def told_in_my_cohorts(user, role) -> Q:
    """notices to trainees of cohorts that the role reaches as a whole, about these cohorts"""
    cohorts = whole_cohorts(user, role)
    return all_rows(user, role) if cohorts is None else about_cohorts(cohorts)


grant("learning.view_told", on="accounts.Notice", admin=told_in_my_cohorts, organizer=told_in_my_cohorts)
