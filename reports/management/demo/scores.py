"""Schemes of the demo with the points that evaluators gave."""

import random
from decimal import Decimal

from django.utils import timezone

from accounts.models import Role, ScopeKind, Unit, User
from assessments.models import Indicator, Rater, Scheme, Score
from assessments.rules.hosting import LeadRule, MentorRule
from assessments.rules.indicators import AttendanceRule, JournalRule
from cohorts.models import Cohort, Trainee, TrainingClass
from reports.management.demo.accounts import account, grant
from reports.management.demo.people import Crowd
from reports.management.demo.programs import DemoProgram


def _of_hosts(scheme: Scheme) -> list[Indicator]:
    """What mentors say and which leads were found."""
    rules = (("导师评价", "mentors", MentorRule()), ("招商线索", "leads", LeadRule()))
    return [
        Indicator(
            scheme=scheme,
            name=name,
            kind=kind,
            weight=Decimal(10),
            full_marks=Decimal(100),
            rule=rule.to_json(),
            order=at,
        )
        for at, (name, kind, rule) in enumerate(rules, start=5)
    ]


def give_scores(
    plan: DemoProgram,
    cohort: Cohort,
    trainees: dict[TrainingClass, list[Trainee]],
    *,
    crowd: Crowd,
    office: Unit,
    rng: random.Random,
) -> None:
    scheme = Scheme.objects.create(
        cohort=cohort, name="量化评分", state=Scheme.State.OPEN, opened_at=timezone.now(), method=Scheme.Method.MEAN
    )
    indicators = _indicators(scheme, at_hosts=plan.key == "S2")
    for number in (1, 2):
        key = "evaluator" if plan.key == "S0" and number == 1 else f"evaluator-{plan.key.lower()}-{number}"
        name = crowd.someone(on=cohort.starts_on, lowest=35, highest=55).name
        rater = account(key, name, office, printed=key == "evaluator")
        grant(rater, Role.EVALUATOR, ScopeKind.COHORT, scope=cohort)
        Rater.objects.create(scheme=scheme, user=rater)
        members = [trainee for each in trainees.values() for trainee in each]
        _rate(rater, members if number == 2 else members[: len(members) * 2 // 3], indicators, rng)


def _indicators(scheme: Scheme, *, at_hosts: bool) -> list[Indicator]:
    indicators = [
        Indicator(
            scheme=scheme,
            name="出勤",
            kind="attendance",
            weight=Decimal(20 if at_hosts else 30),
            full_marks=Decimal(100),
            rule=AttendanceRule().to_json(),
            order=1,
        ),
        Indicator(
            scheme=scheme,
            name="日志",
            kind="journals",
            weight=Decimal(20 if at_hosts else 30),
            full_marks=Decimal(100),
            rule=JournalRule().to_json(),
            order=2,
        ),
        Indicator(scheme=scheme, name="课题研究", kind="manual", weight=Decimal(25), full_marks=Decimal(100), order=3),
        Indicator(scheme=scheme, name="交流研讨", kind="manual", weight=Decimal(15), full_marks=Decimal(100), order=4),
    ]
    if at_hosts:
        indicators += _of_hosts(scheme)
    return Indicator.objects.bulk_create(indicators)


def _rate(rater: User, trainees: list[Trainee], indicators: list[Indicator], rng: random.Random) -> None:
    now = timezone.now()
    Score.objects.bulk_create(
        (
            Score(
                indicator=indicator,
                trainee=trainee,
                rater=rater,
                points=Decimal(rng.randrange(140, 200)) / 2,
                entered_at=now,
                entered_by=rater,
            )
            for trainee in trainees
            for indicator in indicators
            if indicator.kind == Indicator.Kind.MANUAL
        ),
        batch_size=2000,
    )
