"""What needs a person now: each line says what and how many, why or whose, and leads to where it is solved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Plan, User
from assessments.models import Indicator, Rater, Score
from cohorts.access import in_units_of_my_own
from cohorts.models import ClassMembership, Cohort, Trainee, TrainingClass, UnitQuota
from cohorts.selectors.applications import desks, open_quotas
from cohorts.selectors.home import CohortLine
from cohorts.selectors.screening import undecided
from learning.access import leave_waiting_for
from learning.models import (
    Activity,
    Appeal,
    CopySignal,
    DisputedMark,
    DutyDue,
    Finding,
    Journal,
    Leave,
    ProgressCase,
    Scan,
    Session,
    TimetableState,
)
from learning.selectors import OpenRolls, WaitingJournals, open_rolls, waiting_journals
from learning.selectors.closing import items_of
from learning.selectors.desk import ACTIVITIES, APPEALS, CASES, CLOSING, DUTIES, FINDINGS, SIGNALS, Waiting, waiting
from learning.selectors.differing import waiting_differences
from learning.selectors.leave import waiting_leave
from placements.models import FeedbackRequest, Ticket, Visit, VisitTask
from placements.selectors.desk import TASKS, TICKETS, VISITS, OnDesk, on_desk
from placements.selectors.dispatch import ACTIONS, waiting_actions
from placements.selectors.feedback import late_lines
from reports.rules import ANSWER_WITHIN, When, when
from reports.selectors.figures import Headlines
from reports.selectors.office import Office, how_many
from trainee_mgmt.kit import access
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.formats import number
from trainee_mgmt.navigation import link

SOON = timedelta(days=7)
OF_JOURNAL = "journal__trainee__cohort"
FEW, MANY = 3, 100  # so many plans are named one by one, so many looked at


@dataclass(frozen=True)
class Need:
    """One line: ``what`` with its number, ``why`` or whose, the ``verb`` of the button and where it leads.

    ``list_url`` opens all of it where the button leads to the first.
    """

    when: When
    icon: str
    what: str
    why: str
    verb: str
    url: str
    list_url: str = ""


@dataclass(frozen=True)
class Asked:
    """For whom, on which day, over which cohorts (by key)."""

    user: User
    now: datetime
    cohorts: dict[int, CohortLine]
    headlines: dict[int, Headlines]
    office: Office | None

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def has_people(self) -> bool:
        return any(each.values["cohorts.trainees"].of for each in self.headlines.values())

    def may(self, permission: str) -> bool:
        return access.holds(self.user, permission)

    def link(self, name: str, query: str = "", /, **kwargs) -> str:
        return link(self.user.role_set, name, query, **kwargs)

    def about(self, cohort_id: int, *facts: str) -> str:
        """The second line: the cohort's name where there are several, then the facts."""
        return " · ".join(fact for fact in (self.name_of(cohort_id), *facts) if fact)

    def name_of(self, cohort_id: int) -> str:
        cohort = self.cohorts[cohort_id]
        return f"{cohort.program} {cohort.name}" if len(self.cohorts) > 1 else ""


def needs(asked: Asked) -> list[Need]:
    """All lines, the most urgent first. The number of queries depends on the roles alone."""
    found = [
        *_rolls(asked),
        *_conflicts(asked),
        *_leaves(asked),
        *_waiting(asked),
        *_hosting(asked),
        *_differences(asked),
        *_journals(asked),
        *_mentors(asked),
        *_applications(asked),
        *_nominations(asked),
        *_screenings(asked),
        *_grids(asked),
        *_plans(asked),
        *_rosters(asked),
        *_raters(asked),
        *_office(asked),
    ]
    order = list(When)
    return sorted(found, key=lambda need: order.index(need.when))


def _rolls(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("learning.call_roll"):
        return
    sessions = Session.objects.filter(access.rows(asked.user, "learning.call_roll"), cohort__in=asked.cohorts)
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


def _conflicts(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("learning.schedule_sessions"):
        return
    mine = Cohort.objects.filter(access.rows(asked.user, "learning.schedule_sessions"), pk__in=asked.cohorts)
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


def _applications(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("cohorts.manage_applications"):
        return
    mine = Cohort.objects.filter(access.rows(asked.user, "cohorts.manage_applications"), pk__in=asked.cohorts)
    for each in desks(mine):
        listed = asked.link("cohorts:application_list", cohort=each.cohort)
        if each.submitted:
            what = ngettext("%(n)s application to be read", "%(n)s applications to be read", each.submitted)
            yield Need(
                When.TODAY,
                "journal",
                what % {"n": each.submitted},
                asked.about(each.cohort, _("accept them or send them back")),
                _("Look through"),
                f"{listed}?view=submitted",
            )
        if each.proposed:
            what = ngettext("%(n)s free seat to be given", "%(n)s free seats to be given", each.proposed)
            yield Need(
                When.TODAY,
                "people",
                what % {"n": each.proposed},
                asked.about(each.cohort, _("the next on the waiting list is proposed")),
                _("Decide"),
                listed,
            )


def _nominations(asked: Asked) -> Iterator[Need]:
    if not asked.may("cohorts.nominate_people"):
        return
    mine = UnitQuota.objects.filter(in_units_of_my_own(asked.user))
    for each in open_quotas(mine, asked.now):
        closes = timezone.localdate(each.closes_at)
        what = ngettext("%(n)s free slot for nominations", "%(n)s free slots for nominations", each.free)
        yield Need(
            when(closes, asked.today),
            "flag",
            what % {"n": each.free},
            _("%(unit)s, %(cohort)s, until %(day)s")
            % {"unit": each.unit, "cohort": each.cohort, "day": day_words(closes, asked.today)},
            _("Nominate"),
            asked.link("cohorts:nomination_detail", pk=each.pk),
        )


def _leaves(asked: Asked) -> Iterator[Need]:
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


def _waiting(asked: Asked) -> Iterator[Need]:
    """Objections, rows of online progress, activities with a waiting list, own items of closing checklists, findings that
    one is in charge of, journals that share passages, weekly duties that were not held."""
    if not asked.cohorts:
        return

    def mine(model, permission: str, cohort: str = "cohort"):
        if not asked.may(permission):
            return None
        return model.objects.filter(access.rows(asked.user, permission), **{f"{cohort}__in": asked.cohorts})

    found = waiting(
        appeals=mine(Appeal, "learning.answer_appeal"),
        cases=mine(ProgressCase, "learning.decide_progress"),
        activities=mine(Activity, "learning.change_activity"),
        closing=items_of(asked.user, asked.cohorts, until=asked.today + SOON, now=asked.now)
        if asked.may("learning.do_closing_item")
        else None,
        findings=_my_findings(asked, mine(Finding, "learning.list_finding", OF_JOURNAL)),
        signals=mine(CopySignal, "learning.settle_copysignal", OF_JOURNAL),
        duties=_my_duties(asked),
        more=[waiting_actions(asked.user, list(asked.cohorts), until=asked.today + SOON)]
        if asked.may("placements.do_action")
        else [],
        now=asked.now,
    )
    for each in found:
        yield WORDS_OF_WAITING[each.what](asked, each)


def _my_findings(asked: Asked, findings):
    """Those that I am in charge of, due within a week."""
    return findings.filter(owner=asked.user, due_on__lte=asked.today + SOON) if findings is not None else None


def _my_duties(asked: Asked):
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


WORDS_OF_WAITING = {
    APPEALS: _appeal_need,
    CASES: _case_need,
    ACTIVITIES: _activity_need,
    CLOSING: _closing_need,
    FINDINGS: _finding_need,
    SIGNALS: _signal_need,
    ACTIONS: _action_need,
    DUTIES: _duty_need,
}


def _hosting(asked: Asked) -> Iterator[Need]:
    """Tickets to answer, own tasks of visits and visits whose day is over."""
    if not asked.cohorts:
        return

    def mine(model, permission: str, cohort: str = "cohort"):
        if not asked.may(permission):
            return None
        return model.objects.filter(access.rows(asked.user, permission), **{f"{cohort}__in": asked.cohorts})

    tasks = mine(VisitTask, "placements.do_visittask", "visit__cohort")
    found = on_desk(
        tickets=mine(Ticket, "placements.answer_ticket"),
        visits=mine(Visit, "placements.change_visit"),
        tasks=tasks.filter(owner=asked.user, due_on__lte=asked.today + SOON) if tasks is not None else None,
        now=asked.now,
        today=asked.today,
    )
    for each in found:
        yield {TICKETS: _ticket_need, TASKS: _task_need, VISITS: _visit_need}[each.what](asked, each)


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


def _differences(asked: Asked) -> Iterator[Need]:
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


def _journals(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("learning.review_journal"):
        return
    journals = Journal.objects.filter(
        access.rows(asked.user, "learning.review_journal"), trainee__cohort__in=asked.cohorts
    )
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


def _mentors(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("placements.change_feedback"):
        return
    mine = access.rows(asked.user, "placements.change_feedback")
    requests = FeedbackRequest.objects.filter(mine, placement__trainee__cohort__in=asked.cohorts)
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


def _screenings(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("cohorts.decide_screening"):
        return
    mine = Cohort.objects.filter(access.rows(asked.user, "cohorts.decide_screening"), pk__in=asked.cohorts)
    for cohort_id, count in undecided(mine.values("pk"), asked.now).items():
        what = ngettext("%(n)s application waits for a decision", "%(n)s applications wait for a decision", count)
        why = asked.about(cohort_id, _("no more come in"))
        yield Need(
            When.WEEK,
            "sort",
            what % {"n": count},
            why,
            _("Screen"),
            asked.link("cohorts:screening_list", cohort=cohort_id),
        )


def _rosters(asked: Asked) -> Iterator[Need]:
    if asked.may("cohorts.change_trainee"):
        for cohort_id, seen in asked.headlines.items():
            yield from _roster_needs(asked, cohort_id, seen)


def _roster_needs(asked: Asked, cohort_id: int, seen: Headlines) -> Iterator[Need]:
    begins = when(asked.cohorts[cohort_id].starts_on, asked.today)
    urgency = When.TODAY if begins is When.OVERDUE else begins  # what a running cohort lacks is due every day
    phone, id_number, account = (seen.values[f"cohorts.{name}"] for name in ("phone", "id_number", "account"))
    why = asked.about(cohort_id, _("of %(people)s trainees") % {"people": number(phone.of)})
    if seen.unplaced:
        what = ngettext("%(n)s trainee has no class", "%(n)s trainees have no class", seen.unplaced)
        people = asked.link("cohorts:trainee_list", "?view=active&training_class=none", cohort=cohort_id)
        split = asked.link("cohorts:split_create", cohort=cohort_id)
        what = what % {"n": number(seen.unplaced)}
        yield Need(urgency, "classroom", what, why, _("Put them into classes"), split or people, people)
    for value, icon, words, name in (
        (phone, "phone", _lacks_phone, "cohorts.phone"),
        (id_number, "fields", _lacks_id_number, "cohorts.id_number"),
    ):
        if value.missing:
            rows = asked.link("reports:figure_rows", "?part=missing", cohort=cohort_id, name=name)
            yield Need(When.WEEK, icon, words(value.missing), why, _("Complete"), rows)
    if account.missing:
        what = ngettext("%(n)s trainee cannot sign in yet", "%(n)s trainees cannot sign in yet", account.missing)
        rows = asked.link("reports:figure_rows", "?part=missing", cohort=cohort_id, name="cohorts.account")
        what = what % {"n": number(account.missing)}
        opened = asked.link("cohorts:account_open", cohort=cohort_id)
        yield Need(When.WEEK, "key", what, why, _("Open accounts"), opened, rows)


def _lacks_phone(count: int) -> str:
    return ngettext("%(n)s trainee without a phone number", "%(n)s trainees without a phone number", count) % {
        "n": number(count)
    }


def _lacks_id_number(count: int) -> str:
    return ngettext("%(n)s trainee without an ID number", "%(n)s trainees without an ID number", count) % {
        "n": number(count)
    }


def _plans(asked: Asked) -> Iterator[Need]:
    if not asked.may("accounts.view_plan"):
        return
    ready = Plan.objects.filter(access.rows(asked.user, "accounts.view_plan"), state=Plan.State.READY)
    found = ready.order_by("made_at", "pk").only("pk", "title", "made_at", "summary")
    plans = [plan for plan in found[:MANY] if not plan.is_idle]
    for plan in plans[:FEW]:
        yield Need(
            When.TODAY,
            "plan",
            _("A plan waits to be applied: %(title)s") % {"title": plan.title},
            _("computed on %(day)s; nothing is written before you apply it")
            % {"day": day_words(plan.made_at, asked.today)},
            _("Read and apply"),
            asked.link("accounts:plan_detail", pk=plan.pk),
            asked.link("accounts:plan_list") if len(plans) > FEW else "",
        )


def _raters(asked: Asked) -> Iterator[Need]:
    if not asked.cohorts or not asked.may("assessments.change_scheme"):
        return
    open_raters = Rater.objects.filter(
        scheme__cohort__in=asked.cohorts, scheme__state="open", handed_in_at=None
    ).order_by()
    for scheme, cohort, name, count in open_raters.values_list("scheme", "scheme__cohort", "scheme__name").annotate(
        n=Count("pk")
    ):
        what = ngettext(
            "%(n)s evaluator has not handed in the scores", "%(n)s evaluators have not handed in their scores", count
        )
        yield Need(
            When.WEEK,
            "grid",
            what % {"n": count},
            asked.about(cohort, name),
            _("Look"),
            asked.link("assessments:scheme_detail", pk=scheme),
        )


def _grids(asked: Asked) -> Iterator[Need]:
    """For an evaluator: the grids that are open, with the cells still empty."""
    if not asked.may("assessments.give_scores"):
        return
    for cohort, name, cohort_name, cells, given in _open_grids(asked):
        left = max(cells - given, 0)
        if left:
            what = ngettext("%(n)s score to enter", "%(n)s scores to enter", left) % {"n": f"{left:,}"}
            why = _("%(given)s of %(cells)s entered") % {"given": f"{given:,}", "cells": f"{cells:,}"}
        else:
            what, why = _("All scores are entered, but not handed in"), f"{given:,} / {cells:,}"
        yield Need(
            When.WEEK,
            "grid",
            what,
            f"{cohort_name} · {name} · {why}",
            _("Enter scores") if left else _("Hand in"),
            asked.link("assessments:score_grid", cohort=cohort),
        )


def _open_grids(asked: Asked):
    """(cohort, scheme, cohort's name, cells, cells filled) of each rater's place of the user; one query."""
    here = Q(cohort=OuterRef("scheme__cohort"), status=Trainee.Status.ACTIVE)
    in_class = ClassMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=asked.today),
        training_class=OuterRef("training_class"),
        starts_on__lte=asked.today,
    )
    everybody = how_many(Trainee.objects.filter(here))
    members = how_many(in_class)
    manual = how_many(Indicator.objects.filter(scheme=OuterRef("scheme"), kind=Indicator.Kind.MANUAL))
    entered = Score.objects.filter(rater=asked.user, in_force=True, points__isnull=False)
    given = how_many(entered.filter(indicator__scheme=OuterRef("scheme")))
    mine = Rater.objects.filter(user=asked.user, scheme__state="open", handed_in_at=None).order_by("pk")
    rows = mine.annotate(everybody=everybody, members=members, manual=manual, given=given).values_list(
        "scheme__cohort", "scheme__name", "scheme__cohort__name", "training_class", "everybody", "members", "manual", "given"
    )  # fmt: skip
    for cohort, name, cohort_name, training_class, everybody, members, manual, given in rows:
        yield cohort, name, cohort_name, manual * (members if training_class else everybody), given


def _office(asked: Asked) -> Iterator[Need]:
    """For an administrator: complaints, failed work, suspended accounts."""
    seen = asked.office
    if seen is None:
        return
    if seen.complaints:
        what = ngettext("%(n)s complaint is open", "%(n)s complaints are open", seen.complaints)
        sent_on = timezone.localdate(seen.oldest_complaint_at)
        yield Need(
            when(sent_on + ANSWER_WITHIN, asked.today),
            "message",
            what % {"n": seen.complaints},
            _("the oldest of %(day)s") % {"day": day_words(sent_on, asked.today)},
            _("Answer"),
            asked.link("accounts:complaint_list"),
        )
    if seen.failed_jobs:
        what = ngettext("%(n)s of your jobs failed", "%(n)s of your jobs failed", seen.failed_jobs)
        why = _("in the last seven days")
        yield Need(When.TODAY, "queue", what % {"n": seen.failed_jobs}, why, _("Look"), asked.link("accounts:job_list"))
    if seen.suspended:
        what = ngettext("%(n)s account is suspended", "%(n)s accounts are suspended", seen.suspended)
        accounts = asked.link("accounts:user_list", "?view=suspended")
        yield Need(When.WEEK, "lock", what % {"n": seen.suspended}, _("they cannot sign in"), _("Look"), accounts)
