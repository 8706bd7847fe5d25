"""What a new cohort takes over of the applications for an old one: the round, its rules and quotas. Never an application."""

from django.utils import timezone

from accounts.models import Unit
from cohorts.models import ApplicationRound, Cohort, EligibilityRule, ScreeningRules, UnitQuota
from cohorts.services.cohorts import COPIED_ALONG
from trainee_mgmt.kit import actor

ROUND_FIELDS = ("seats", "self_application", "nomination", "guide")


def copy_round(source: Cohort, cohort: Cohort, *, with_courses: bool) -> dict[str, int]:
    """The round as many days before the new cohort as it was before the old one, and closed: a person opens it. Eligibility
    and priority rules as first versions, quotas of units that are in use."""
    old = ApplicationRound.objects.filter(cohort=source).first()
    if old is None:
        return {}
    later = cohort.starts_on - source.starts_on
    new = ApplicationRound.objects.create(
        cohort=cohort,
        opens_at=old.opens_at + later,
        closes_at=old.closes_at + later,
        closed_at=timezone.now(),
        **{name: getattr(old, name) for name in ROUND_FIELDS},
    )
    return {
        "application_rounds": 1,
        "eligibility_rules": _eligibility(old, new),
        "screening_rules": _screening(old, new),
        "quotas": _quotas(old, new),
    }


COPIED_ALONG.append(copy_round)


def _eligibility(old: ApplicationRound, new: ApplicationRound) -> int:
    rows = old.eligibility_rules.filter(until=None).order_by("pk").values("field", "operator", "value")
    made = EligibilityRule.objects.bulk_create(EligibilityRule(round=new, since=1, **row) for row in rows)
    if made:
        ApplicationRound.objects.filter(pk=new.pk).update(rules_version=1)
    return len(made)


def _screening(old: ApplicationRound, new: ApplicationRound) -> int:
    newest = old.screening_rules.order_by("-version").first()
    if newest is None:
        return 0
    by = actor.current().user_id or newest.made_by_id
    ScreeningRules.objects.create(round=new, version=1, rules=newest.rules, made_by_id=by)
    return 1


def _quotas(old: ApplicationRound, new: ApplicationRound) -> int:
    rows = old.quotas.filter(unit__in=Unit.objects.active().values("pk")).order_by("pk").values("unit", "seats")
    quotas = [UnitQuota(round=new, unit_id=row["unit"], seats=row["seats"]) for row in rows]
    return len(UnitQuota.objects.bulk_create(quotas))
