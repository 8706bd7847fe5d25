"""What waits for an answer between the first and last day, found together in one query: objections, online progress,
activities, closing checklists, findings, shared passages, weekly duties and actions of dispatch meetings.
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import TrainingClass
from learning.models import Activity, Appeal, CopySignal, DutyDue, Finding, ProgressCase
from learning.selectors.closing import items_of
from learning.selectors.desk import ACTIVITIES, APPEALS, CASES, CLOSING, DUTIES, FINDINGS, SIGNALS, Waiting, waiting
from placements.selectors.dispatch import ACTIONS, waiting_actions
from reports.rules import When, when
from reports.selectors.needs.asked import SOON, Asked, Need
from trainee_mgmt.kit import access
from trainee_mgmt.kit.formats import day as day_words

OF_JOURNAL = "journal__trainee__cohort"


def answers(asked: Asked) -> Iterator[Need]:
    """Objections, rows of online progress, activities with a waiting list, own items of closing checklists, findings that
    one is in charge of, journals that share passages, weekly duties that were not held."""
    if not asked.cohorts:
        return
    found = waiting(
        appeals=asked.mine(Appeal, "learning.answer_appeal"),
        cases=asked.mine(ProgressCase, "learning.decide_progress"),
        activities=asked.mine(Activity, "learning.change_activity"),
        closing=items_of(asked.user, asked.cohorts, until=asked.today + SOON, now=asked.now)
        if asked.may("learning.do_closing_item")
        else None,
        findings=_my_findings(asked),
        signals=asked.mine(CopySignal, "learning.settle_copysignal", OF_JOURNAL),
        duties=_my_duties(asked),
        more=[waiting_actions(asked.user, list(asked.cohorts), until=asked.today + SOON)]
        if asked.may("placements.do_action")
        else [],
        now=asked.now,
    )
    for each in found:
        yield WORDS[each.what](asked, each)


def _my_findings(asked: Asked) -> QuerySet | None:
    """Those that I am in charge of, due within a week."""
    findings = asked.mine(Finding, "learning.list_finding", OF_JOURNAL)
    return findings.filter(owner=asked.user, due_on__lte=asked.today + SOON) if findings is not None else None


def _my_duties(asked: Asked) -> QuerySet | None:
    """Of the classes in which I may write down what was held."""
    if not asked.may("learning.record_duty"):
        return None
    classes = TrainingClass.objects.filter(access.rows(asked.user, "learning.record_duty"))
    return DutyDue.objects.filter(cohort__in=asked.cohorts, training_class__in=classes)


def _duty_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext("%(n)s weekly duty was not held", "%(n)s weekly duties were not held", each.count)
    due = _("the first by %(day)s; write it down, or set the week free") % {"day": day_words(each.due_on, asked.today)}
    return Need(
        when(each.due_on, asked.today),
        "calendar",
        what % {"n": each.count},
        asked.about(each.cohort_id, due),
        _("Look"),
        asked.link("learning:duty_list", "?view=missing", cohort=each.cohort_id),
    )


def _appeal_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext("%(n)s objection to a mark", "%(n)s objections to marks", each.count) % {"n": each.count}
    return Need(
        when(each.due_on, asked.today),
        "message",
        what,
        asked.about(each.cohort_id, _("answer due on %(day)s") % {"day": day_words(each.due_on, asked.today)}),
        _("Answer"),
        asked.link("learning:appeal_list", "?view=open", cohort=each.cohort_id),
    )


def _case_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext(
        "%(n)s row of online progress waits for you", "%(n)s rows of online progress wait for you", each.count
    )
    why = _("%(n)s fit nobody") % {"n": each.many} if each.many else _("readings that cannot be")
    return Need(
        When.WEEK,
        "question",
        what % {"n": each.count},
        asked.about(each.cohort_id, why),
        _("Look"),
        asked.link("learning:progress_queue", cohort=each.cohort_id),
    )


def _activity_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext("%(n)s activity has a waiting list", "%(n)s activities have a waiting list", each.count)
    people = ngettext("%(n)s person waits for a seat", "%(n)s people wait for a seat", each.many)
    return Need(
        When.WEEK,
        "people",
        what % {"n": each.count},
        asked.about(each.cohort_id, people % {"n": each.many}),
        _("Look"),
        asked.link("learning:activity_list", "?view=waiting", cohort=each.cohort_id),
    )


def _closing_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext("%(n)s item of the closing checklist", "%(n)s items of the closing checklist", each.count)
    due = _("the first by %(day)s") % {"day": day_words(each.due_on, asked.today)}
    return Need(
        when(each.due_on, asked.today),
        "done",
        what % {"n": each.count},
        asked.about(each.cohort_id, due),
        _("Finish"),
        asked.link("learning:closing_list", "?view=open", cohort=each.cohort_id),
    )


def _finding_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext("%(n)s finding from a journal is yours", "%(n)s findings from journals are yours", each.count)
    due = _("the first by %(day)s") % {"day": day_words(each.due_on, asked.today)}
    return Need(
        when(each.due_on, asked.today),
        "flag",
        what % {"n": each.count},
        asked.about(each.cohort_id, due),
        _("Go on"),
        asked.link("learning:finding_list", "?view=open&sort=due_on", cohort=each.cohort_id),
    )


def _signal_need(asked: Asked, each: Waiting) -> Need:
    what = ngettext("%(n)s journal shares passages", "%(n)s journals share passages", each.count)
    return Need(
        When.WEEK,
        "copy",
        what % {"n": each.count},
        asked.about(each.cohort_id, _("to look at; nothing is scored by it")),
        _("Look"),
        asked.link("learning:copysignal_list", "?view=open", cohort=each.cohort_id),
    )


def _action_need(asked: Asked, each: Waiting) -> Need:
    """Actions of dispatch meetings that I am in charge of, due within a week; ``many`` is the key of the oldest."""
    what = ngettext("%(n)s action of a dispatch meeting", "%(n)s actions of dispatch meetings", each.count)
    return Need(
        when(each.due_on, asked.today),
        "message",
        what % {"n": each.count},
        asked.about(each.cohort_id, _("the first by %(day)s") % {"day": day_words(each.due_on, asked.today)}),
        _("Finish"),
        asked.link("reports:dispatch_action", pk=each.many),
        asked.link("reports:dispatch_list", cohort=each.cohort_id),
    )


WORDS = {
    APPEALS: _appeal_need,
    CASES: _case_need,
    ACTIVITIES: _activity_need,
    CLOSING: _closing_need,
    FINDINGS: _finding_need,
    SIGNALS: _signal_need,
    ACTIONS: _action_need,
    DUTIES: _duty_need,
}
