"""Credit hours and online courses of the demo."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from cohorts.models import Trainee
from learning.models import HourRule
from learning.rules.completion import Rule
from learning.services.hour_tables import make_table, release_table
from learning.services.hours import enter_credit, reconcile_courses, reconcile_sessions, reverse_credit
from learning.services.online import apply_progress, compute_progress, set_completion_rule, set_courses
from reports.management.demo.programs import COURSES
from reports.management.demo.stage import Stage


def count_hours(stage: Stage) -> None:
    """A table in use; credits from the rolls, some by hand, one of them taken back."""
    begin_with, name = {"S0": ("city", "学时管理办法"), "S4": ("online", "网络学习学时办法")}[stage.plan.key]
    unit = stage.cohort.program.unit
    table = make_table(unit=unit, name=name, starts_on=stage.today.replace(month=1, day=1), begin_with=begin_with)
    release_table(table, by=stage.by)
    stage.cohort.refresh_from_db()
    forms = list(HourRule.objects.filter(table=table, counts="").select_related("table").order_by("order"))
    somebody = [trainee for members in stage.members.values() for trainee in members[4:10]]
    made = [
        enter_credit(
            trainee,
            rule=forms[number % len(forms)],
            quantity=Decimal(stage.rng.randrange(1, 3)),
            happened_on=max(stage.cohort.starts_on, stage.today - timedelta(days=number + 1)),
            evidence=f"培训办〔{stage.today.year}〕{number + 1} 号",
            by=stage.by,
            today=stage.today,
        )
        for number, trainee in enumerate(somebody[:18])
    ]
    reverse_credit(made[1], reason="与单位登记重复", by=stage.by)
    reconcile_sessions(stage.cohort, now=timezone.now())


def follow_courses(stage: Stage) -> None:
    """Courses in three themes, two files of their platform (the second with rows for nobody), and what completion asks for."""
    set_courses(stage.cohort, list(COURSES))
    due_on = stage.cohort.ends_on - timedelta(days=14)
    themes = tuple((theme, 3) for theme in dict.fromkeys(theme for theme, _name in COURSES))
    set_completion_rule(stage.cohort, Rule(due_on, themes, sessions=6, activities=2), by=stage.by)
    people = [trainee for members in stage.members.values() for trainee in members]
    earlier = {
        (trainee.pk, name): stage.rng.choice((0, 15, 40, 70, 100, 100)) for trainee in people for _t, name in COURSES
    }
    _platform_file(stage, people, earlier, weeks_ago=2)
    later = {key: min(100, percent + stage.rng.choice((0, 0, 30))) for key, percent in earlier.items()}
    last = COURSES[-1][1]
    strange = [f"1999999000{n},{last},100%,90," for n in range(3)]  # numbers of nobody
    strange.append(f"{people[5].person.phone.open()},{last},100%,40000,")  # more minutes than have passed
    _platform_file(stage, people[::9], later, weeks_ago=0, strange=strange)
    reconcile_courses(stage.cohort)


def _platform_file(
    stage: Stage, people: list[Trainee], percents: dict, *, weeks_ago: int, strange: Iterable[str] = ()
) -> None:
    """Write a file as the platform would, and take it in as the page does."""
    as_of = timezone.now() - timedelta(weeks=weeks_ago, hours=3)
    lines = ["手机号,课程名称,学习进度,学习时长(分钟),完成时间"]
    for trainee in people:
        phone = trainee.person.phone.open()
        for _theme, name in COURSES:
            percent = percents[trainee.pk, name]
            finished = f"{timezone.localtime(as_of):%Y-%m-%d} 08:00" if percent == 100 else ""
            if percent:
                lines.append(f"{phone},{name},{percent}%,{percent * 9 // 10},{finished}")
    lines += strange
    given = {"name": f"平台学习进度 {timezone.localtime(as_of):%m-%d}.csv", "as_of": as_of.isoformat()}
    payload, _summary = compute_progress(stage.cohort, "\n".join(lines).encode("gb18030"), given, lambda *_: None)
    apply_progress(stage.cohort, payload, lambda *_: None, by=stage.by)
