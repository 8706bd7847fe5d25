"""Needs of the office: plans that wait, complaints, failed work, suspended accounts."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Plan
from reports.rules import ANSWER_WITHIN, When, when
from reports.selectors.needs.asked import Asked, Need
from trainee_mgmt.kit import access
from trainee_mgmt.kit.formats import day as day_words

FEW, MANY = 3, 100  # so many plans are named one by one, so many looked at


def plans(asked: Asked) -> Iterator[Need]:
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


def office(asked: Asked) -> Iterator[Need]:
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
