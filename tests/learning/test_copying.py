from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from cohorts.models import Cohort
from learning.models import Attendance, AttendanceRules, Leave
from learning.rules.completion import Rule
from learning.rules.states import DEFAULT, NUMBERS
from learning.selectors.completion import rule_of as completion_of
from learning.selectors.timetable import rule_of
from learning.services.activities import set_platforms
from learning.services.online import set_completion_rule, set_courses
from learning.services.rules import make_version
from learning.services.rules_of_timetable import change_rule
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31), journal_due_in=3, journal_review_in=5)


def copy(client, source, **typed) -> Cohort:
    client.force_login(make.user(Role.ORGANIZER, source.program))
    data = {"program": source.program.pk, "name": "2027", "starts_on": "2027-03-01", "ends_on": "2027-06-30"}
    client.post(reverse("cohorts:cohort_copy", kwargs={"pk": source.pk}), data | typed)
    return Cohort.objects.get(name="2027")


def test_a_copy_takes_the_newest_rules_as_a_first_version_and_one_entry_in_the_log(client, source):
    numbers = {name: getattr(DEFAULT, name) for name in NUMBERS} | {
        "late_from": 7,
        "least_percent": 90,
        "appeal_days": 4,
    }
    make_version(source, from_on=date(2026, 10, 1), numbers=numbers, by=make.user())
    change_rule(source, teacher="warn", travel="block", travel_minutes=20, at_once=False)

    new = copy(client, source)

    rules = AttendanceRules.objects.get(cohort=new)
    assert (rules.version, rules.from_on, rules.used_at) == (1, date(2027, 3, 1), None)
    assert {name: getattr(rules, name) for name in NUMBERS} == numbers
    rule = rule_of(new)
    assert (rule.version, rule.teacher, rule.travel, rule.travel_minutes, rule.at_once) == (
        1,
        "warn",
        "block",
        20,
        False,
    )
    assert (new.journal_due_in, new.journal_review_in) == (3, 5)
    entry = AuditEntry.objects.get(action="cohorts.copy_cohort").after
    assert (entry["attendance_rules"], entry["timetable_rules"]) == (1, 1)


def test_a_copy_takes_the_kinds_of_leave_with_their_levels_but_none_that_is_no_longer_offered(client, source):
    make.leave_type(source, name="Sick", needs_evidence=True, officer_days="0.5", head_teacher_days=2, after_days=3)
    make.leave_type(source, name="Old", is_closed=True)

    new = copy(client, source)

    kinds = new.leave_types.values_list("name", "needs_evidence", "officer_days", "head_teacher_days", "after_days")
    assert [tuple(map(str, kind)) for kind in kinds] == [("Sick", "True", "0.5", "2.0", "3")]


def test_a_copy_takes_platforms_and_if_asked_courses_with_what_completion_asks(client, source):
    set_platforms(source, ["Learning", "Charity"])
    set_courses(source, [("Vision", "Chains"), ("Vision", "Trends")])
    due_on = source.ends_on - timedelta(days=10)
    set_completion_rule(source, Rule(due_on, (("Vision", 1),), sessions=5, activities=2), by=make.user())

    new = copy(client, source, with_courses="on")

    assert list(new.platforms.order_by("order").values_list("name", flat=True)) == ["Learning", "Charity"]
    assert list(new.online_courses.order_by("pk").values_list("theme", "name")) == [
        ("Vision", "Chains"),
        ("Vision", "Trends"),
    ]
    assert completion_of(new).rule == Rule(date(2027, 6, 20), (("Vision", 1),), sessions=5, activities=2)


def test_a_copy_without_the_tick_takes_no_courses_and_no_facts(client, source):
    trainee = make.trainee(in_class=make.training_class(source))
    set_courses(source, [("Vision", "Chains")])
    session = make.session(source, classes=[trainee.memberships.get().training_class], on=date(2026, 9, 8))
    make.mark(session, trainee, "late")
    make.leave(trainee, starts_at=make.at(date(2026, 9, 15)), ends_at=make.at(date(2026, 9, 16)))

    new = copy(client, source)

    assert new.online_courses.count() == new.completion_rules.count() == new.sessions.count() == 0
    assert (Attendance.objects.count(), Leave.objects.count()) == (1, 1)


def test_a_cohort_that_nobody_made_rules_for_copies_none_and_a_mistaken_copy_can_be_deleted(client, source):
    make.leave_type(source)
    set_platforms(source, ["Learning"])

    new = copy(client, source)
    assert (new.attendance_rules.count(), new.timetable_rules.count()) == (0, 0)
    client.post(reverse("cohorts:cohort_delete", kwargs={"pk": new.pk}))

    assert not Cohort.objects.filter(pk=new.pk).exists()
