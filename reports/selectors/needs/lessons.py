"""Needs of the days on which one learns: rolls, conflicts of the timetable, leave, differences and journals."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Cohort
from learning.access.leave import leave_waiting_for
from learning.models import DisputedMark, Journal, Leave, Scan, Session, TimetableState
from learning.selectors import OpenRolls, WaitingJournals, open_rolls, waiting_journals
from learning.selectors.differing import waiting_differences
from learning.selectors.leave import waiting_leave
from reports.rules import When, when
from reports.selectors.needs.asked import Asked, Need
from trainee_mgmt.kit import access
from trainee_mgmt.kit.formats import day as day_words


def rolls(asked: Asked) -> Iterator[Need]:
    sessions = asked.mine(Session, "learning.call_roll")
    if sessions is None:
        return
    for each in open_rolls(sessions, now=asked.now):
        yield _roll_need(asked, each)


def _roll_need(asked: Asked, each: OpenRolls) -> Need:
    held_on = timezone.localdate(each.starts_at)
    what = ngettext("%(n)s session without a roll call", "%(n)s sessions without a roll call", each.count)
    oldest = each.title if each.count == 1 else _("the oldest: %(title)s") % {"title": each.title}
    return Need(
        when(held_on, asked.today),
        "check",
        what % {"n": each.count},
        asked.about(each.cohort_id, oldest, day_words(held_on, asked.today)),
        _("Call the roll"),
        asked.link("learning:roll_call", pk=each.oldest_id),
        asked.link("learning:session_list", "?view=open", cohort=each.cohort_id),
    )


def conflicts(asked: Asked) -> Iterator[Need]:
    mine = asked.mine(Cohort, "learning.schedule_sessions", "pk")
    if mine is None:
        return
    states = TimetableState.objects.filter(cohort__in=mine, conflicts__gt=0).order_by("cohort")
    for cohort, count in states.values_list("cohort", "conflicts"):
        what = ngettext("%(n)s conflict in the timetable", "%(n)s conflicts in the timetable", count)
        yield Need(
            When.TODAY,
            "calendar",
            what % {"n": count},
            asked.about(cohort, _("teachers, classes, people, venues, ways or leave")),
            _("Solve"),
            asked.link("learning:conflict_list", cohort=cohort),
        )


def leaves(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("learning.decide_leave"):
        return
    leaves = Leave.objects.filter(leave_waiting_for(asked.user), cohort__in=asked.cohorts)
    for each in waiting_leave(leaves):
        begins = timezone.localdate(each.starts_at)
        what = ngettext("%(n)s request for leave", "%(n)s requests for leave", each.count) % {"n": each.count}
        first = _("%(name)s, from %(day)s") % {"name": each.name, "day": day_words(begins, asked.today)}
        yield Need(
            When.TODAY if begins > asked.today else when(begins, asked.today),
            "sign-out",
            what,
            asked.about(each.cohort_id, first),
            _("Decide"),
            asked.link("learning:leave_detail", pk=each.first_id),
            asked.link("learning:leave_list", "?view=waiting", cohort=each.cohort_id),
        )


def differences(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("learning.settle_attendance"):
        return
    mine = access.rows(asked.user, "learning.settle_attendance")
    sessions = Session.objects.filter(cohort__in=asked.cohorts)
    found = waiting_differences(Scan.objects.filter(mine), DisputedMark.objects.filter(mine), sessions, now=asked.now)
    for each in found:
        held_on = timezone.localdate(each.oldest_at)
        what = ngettext("%(n)s difference waits", "%(n)s differences wait", each.count) % {"n": each.count}
        yield Need(
            when(held_on, asked.today),
            "scale",
            what,
            asked.about(each.cohort_id, _("own check-in against the roll"), day_words(held_on, asked.today)),
            _("Settle"),
            asked.link("learning:attendance_differences", cohort=each.cohort_id),
        )


def journals(asked: Asked) -> Iterator[Need]:
    journals = asked.mine(Journal, "learning.review_journal", "trainee__cohort")
    if journals is None:
        return
    for each in waiting_journals(journals, today=asked.today):
        yield _journal_need(asked, each)


def _journal_need(asked: Asked, each: WaitingJournals) -> Need:
    what = ngettext("%(n)s journal waits to be read", "%(n)s journals wait to be read", each.count)
    due = _("the first answer is due on %(day)s")
    if each.is_late:
        what = ngettext(
            "%(n)s journal is overdue for an answer", "%(n)s journals are overdue for an answer", each.count
        )
        due = _("the oldest answer was due on %(day)s")
    return Need(
        when(each.due_on, asked.today),
        "journal",
        what % {"n": each.count},
        asked.about(each.cohort_id, due % {"day": day_words(each.due_on, asked.today)}),
        _("Read on one page"),
        asked.link("learning:journal_review", "?due=overdue" if each.is_late else "", cohort=each.cohort_id),
        asked.link("learning:journal_waiting", "?view=overdue" if each.is_late else "", cohort=each.cohort_id),
    )
