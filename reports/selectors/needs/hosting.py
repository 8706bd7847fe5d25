"""Needs of the time at host enterprises: tickets, tasks of visits, visits, and answers of mentors."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placements.models import FeedbackRequest, Ticket, Visit, VisitTask
from placements.selectors.desk import TASKS, TICKETS, VISITS, OnDesk, on_desk
from placements.selectors.feedback import late_lines
from reports.rules import When, when
from reports.selectors.needs.asked import SOON, Asked, Need
from trainee_mgmt.kit.formats import day as day_words


def hosting(asked: Asked) -> Iterator[Need]:
    """Tickets to answer, own tasks of visits and visits whose day is over."""
    if not asked.cohorts:
        return
    tasks = asked.mine(VisitTask, "placements.do_visittask", "visit__cohort")
    found = on_desk(
        tickets=asked.mine(Ticket, "placements.answer_ticket"),
        visits=asked.mine(Visit, "placements.change_visit"),
        tasks=tasks.filter(owner=asked.user, due_on__lte=asked.today + SOON) if tasks is not None else None,
        now=asked.now,
        today=asked.today,
    )
    for each in found:
        yield WORDS[each.what](asked, each)


def _ticket_need(asked: Asked, each: OnDesk) -> Need:
    what = ngettext("%(n)s open ticket", "%(n)s open tickets", each.count) % {"n": each.count}
    late = ngettext("%(n)s is overdue", "%(n)s are overdue", each.many) % {"n": each.many}
    first = _("the first answer due %(day)s") % {"day": day_words(each.due_on, asked.today)}
    return Need(
        when(each.due_on, asked.today),
        "message",
        what,
        asked.about(each.cohort_id, late if each.many else first),
        _("Answer"),
        asked.link("placements:ticket_list", "?view=open&sort=due_at", cohort=each.cohort_id),
    )


def _task_need(asked: Asked, each: OnDesk) -> Need:
    what = ngettext("%(n)s task after a visit", "%(n)s tasks after visits", each.count) % {"n": each.count}
    due = _("the first by %(day)s") % {"day": day_words(each.due_on, asked.today)}
    return Need(
        when(each.due_on, asked.today),
        "flag",
        what,
        asked.about(each.cohort_id, due),
        _("Look"),
        asked.link("placements:visit_list", "?view=tasks", cohort=each.cohort_id),
    )


def _visit_need(asked: Asked, each: OnDesk) -> Need:
    what = ngettext("%(n)s visit to a host is overdue", "%(n)s visits to hosts are overdue", each.count)
    first = _("planned for %(day)s") % {"day": day_words(each.due_on, asked.today)}
    return Need(
        when(each.due_on, asked.today),
        "place",
        what % {"n": each.count},
        asked.about(each.cohort_id, first),
        _("Look"),
        asked.link("placements:visit_list", "?view=overdue", cohort=each.cohort_id),
    )


WORDS = {TICKETS: _ticket_need, TASKS: _task_need, VISITS: _visit_need}


def mentors(asked: Asked) -> Iterator[Need]:
    requests = asked.mine(FeedbackRequest, "placements.change_feedback", "placement__trainee__cohort")
    if requests is None:
        return
    for each in late_lines(requests, today=asked.today):
        what = ngettext("%(n)s mentor's answer is late", "%(n)s mentors' answers are late", each.count)
        hosts = ngettext("at %(n)s host", "at %(n)s hosts", each.hosts) % {"n": each.hosts}
        since = _("the oldest was due on %(day)s") % {"day": day_words(each.due_on, asked.today)}
        yield Need(
            When.OVERDUE,
            "message",
            what % {"n": each.count},
            asked.about(each.cohort_id, hosts, since),
            _("Help"),
            asked.link("placements:feedback_links", cohort=each.cohort_id),
            asked.link("placements:feedback_list", "?view=late", cohort=each.cohort_id),
        )
