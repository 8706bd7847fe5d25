"""What a new cohort takes over from an old one: its rules. Never sessions, marks, leave or hours."""

from django.utils import timezone

from cohorts.models import Cohort
from cohorts.services.cohorts import COPIED_ALONG
from learning.models import ActivityPlatform, AttendanceRules, CompletionRule, LeaveType, OnlineCourse, TimetableRule
from learning.rules.states import NUMBERS
from learning.selectors.completion import rule_of as completion_of
from learning.selectors.rules import versions_of
from trainee_mgmt.kit import actor

TYPE_FIELDS = ("name", "needs_evidence", "officer_days", "head_teacher_days", "after_days")
NOT_COPIED = ("id", "cohort", "version", "in_force", "made_by", "made_at")


def copy_rules(source: Cohort, cohort: Cohort, *, with_courses: bool) -> dict[str, int]:
    """The newest rules of attendance and of the timetable as a first version, the kinds of leave that are offered, the
    platforms of activities; if asked, the online courses and what completion asks for. Answers how many of each."""
    copied = {
        "attendance_rules": _attendance(source, cohort),
        "timetable_rules": _timetable(source, cohort),
        "leave_types": _leave_types(source, cohort),
        "platforms": _platforms(source, cohort),
    }
    if with_courses:
        copied |= {"online_courses": _courses(source, cohort), "completion_rules": _completion(source, cohort)}
    return copied


COPIED_ALONG.append(copy_rules)


def _attendance(source: Cohort, cohort: Cohort) -> int:
    newest = versions_of(source.pk)[-1]
    if newest.pk is None:
        return 0
    numbers = {name: getattr(newest.limits, name) for name in NUMBERS}
    AttendanceRules.objects.create(
        cohort=cohort, version=1, from_on=cohort.starts_on, made_by_id=actor.current().user_id, **numbers
    )
    return 1


def _timetable(source: Cohort, cohort: Cohort) -> int:
    rule = TimetableRule.objects.filter(cohort=source, in_force=True).first()
    if rule is None:
        return 0
    facts = {
        field.name: getattr(rule, field.name) for field in TimetableRule._meta.fields if field.name not in NOT_COPIED
    }
    TimetableRule.objects.create(
        cohort=cohort, version=1, made_by_id=actor.current().user_id, made_at=timezone.now(), **facts
    )
    return 1


def _leave_types(source: Cohort, cohort: Cohort) -> int:
    kinds = source.leave_types.filter(is_closed=False).order_by("pk").values(*TYPE_FIELDS)
    return len(LeaveType.objects.bulk_create(LeaveType(cohort=cohort, **kind) for kind in kinds))


def _platforms(source: Cohort, cohort: Cohort) -> int:
    rows = source.platforms.order_by("order", "pk").values("name", "order")
    return len(ActivityPlatform.objects.bulk_create(ActivityPlatform(cohort=cohort, **row) for row in rows))


def _courses(source: Cohort, cohort: Cohort) -> int:
    rows = source.online_courses.order_by("pk").values("name", "theme", "url")
    return len(OnlineCourse.objects.bulk_create(OnlineCourse(cohort=cohort, **row) for row in rows))


def _completion(source: Cohort, cohort: Cohort) -> int:
    """Due as long before the last day as it was."""
    rule = completion_of(source)
    if rule is None:
        return 0
    due_on = max(cohort.starts_on, min(cohort.ends_on, cohort.ends_on - (source.ends_on - rule.due_on)))
    CompletionRule.objects.create(
        cohort=cohort,
        version=1,
        due_on=due_on,
        courses=rule.courses,
        sessions=rule.sessions,
        activities=rule.activities,
        made_by_id=actor.current().user_id,
        made_at=timezone.now(),
    )
    return 1
