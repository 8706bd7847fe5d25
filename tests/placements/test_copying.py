"""A cohort that is copied takes over how people apply and are chosen, and the rules of life at the hosts; nobody and no answer."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from cohorts.models import Application, ApplicationRound
from cohorts.rules.applications import Stage
from cohorts.rules.screening import PriorityRule, RuleSet
from cohorts.services.cohorts import copy_cohort
from placements.models import OfficeHours
from placements.rules.feedback import usual_rules
from placements.services.feedback import change_rules
from placements.services.visits import set_visit_rule
from tests import make

pytestmark = pytest.mark.django_db


def copied(source, **fields):
    days = timedelta(days=364)
    given = {"name": "Next", "starts_on": source.starts_on + days, "ends_on": source.ends_on + days}
    return copy_cohort(source, program=source.program, with_classes=False, **given | fields).cohort


def test_the_round_is_copied_closed_with_its_rules_and_quotas_as_long_before_as_it_was():
    by = make.user()
    old = make.application_round()
    make.eligibility_rule(old, "age", "at_most", "40")
    make.unit_quota(old, seats=4)
    make.application(old)
    rules = RuleSet((PriorityRule("park", "one_of", [True], 10, "Works in a park"),))
    make.screening(old, by=by, rules=rules)

    new = ApplicationRound.objects.get(cohort=copied(old.cohort))

    assert new.stage(timezone.now()) == Stage.CLOSED
    assert (new.opens_at - old.opens_at, new.closes_at - old.closes_at) == (timedelta(days=364),) * 2
    assert new.token != old.token
    assert list(new.eligibility_rules.values_list("field", "operator", "value", "since")) == [
        ("age", "at_most", "40", 1)
    ]
    assert list(new.quotas.values_list("seats", flat=True)) == [4]
    assert [(each.version, each.rule_set) for each in new.screening_rules.all()] == [(1, rules)]
    assert Application.objects.filter(round=new).count() == 0


def test_rules_of_life_at_the_hosts_are_copied_as_first_versions():
    source, by = make.cohort(), make.user()
    gone = make.user(is_active=False)
    change_rules(source, usual_rules(), by=by)
    make.matching_rules(source, most_of_unit=3)
    source.ticket_rules.create(category="housing", hours=12, counts="office", owner=by)
    OfficeHours.objects.create(cohort=source, opens=time(8), closes=time(17))
    source.ticket_rules.create(category="meals", hours=8, owner=gone)
    set_visit_rule(source, weeks=5)

    new = copied(source)

    assert new.feedback_rules.get().rules == usual_rules()
    assert new.matching_rules.values_list("version", "most_of_unit").get() == (1, 3)
    assert set(new.ticket_rules.values_list("category", "hours", "counts", "owner")) == {
        ("housing", 12, "office", by.pk),
        ("meals", 8, "all", None),
    }
    assert (new.office_hours.opens, new.office_hours.closes) == (time(8), time(17))
    assert new.visit_rule.weeks == 5


def test_a_cohort_without_a_round_or_rules_has_none_after_copying():
    new = copied(make.cohort())

    assert not ApplicationRound.objects.filter(cohort=new).exists()
    assert (new.feedback_rules.count(), new.matching_rules.count()) == (0, 0)
