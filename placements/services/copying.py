"""What a new cohort takes over of life at the hosts of an old one: its rules, as first versions. Never hosts' offers or wishes."""

from django.db import models
from django.utils import timezone

from cohorts.models import Cohort
from cohorts.services.cohorts import COPIED_ALONG
from placements.models import FeedbackRules, MatchingRules, OfficeHours, TicketRule, VisitRule
from trainee_mgmt.kit import actor

NOT_COPIED = {"id", "cohort", "version", "in_force", "note", "made_by", "made_at"}


def copy_rules(source: Cohort, cohort: Cohort, *, with_courses: bool) -> dict[str, int]:
    """Milestones and questions for mentors, rules of matching, tickets and visits. Answers how many of each."""
    return {
        "feedback_rules": _version(FeedbackRules, source.feedback_rules.filter(in_force=True).first(), cohort),
        "matching_rules": _version(MatchingRules, source.matching_rules.order_by("-version").first(), cohort),
        "ticket_rules": _tickets(source, cohort),
        "visit_rules": _visits(source, cohort),
    }


COPIED_ALONG.append(copy_rules)


def _version(model: type[models.Model], newest, cohort: Cohort) -> int:
    if newest is None:
        return 0
    kept = {
        each.name: getattr(newest, each.name) for each in model._meta.concrete_fields if each.name not in NOT_COPIED
    }
    by = actor.current().user_id or newest.made_by_id
    model.objects.create(cohort=cohort, version=1, made_by_id=by, made_at=timezone.now(), **kept)
    return 1


def _tickets(source: Cohort, cohort: Cohort) -> int:
    """Whoever has no account in use any more is in charge of nothing new."""
    rules = TicketRule.objects.filter(cohort=source).select_related("owner").order_by("pk")
    made = [
        TicketRule(
            cohort=cohort,
            category=each.category,
            hours=each.hours,
            counts=each.counts,
            owner=each.owner if each.owner and each.owner.is_active else None,
        )
        for each in rules
    ]
    office = OfficeHours.objects.filter(cohort=source).values("opens", "closes")
    OfficeHours.objects.bulk_create(OfficeHours(cohort=cohort, **each) for each in office)
    return len(TicketRule.objects.bulk_create(made))


def _visits(source: Cohort, cohort: Cohort) -> int:
    rows = VisitRule.objects.filter(cohort=source).values_list("weeks", flat=True)
    return len(VisitRule.objects.bulk_create(VisitRule(cohort=cohort, weeks=weeks) for weeks in rows))
