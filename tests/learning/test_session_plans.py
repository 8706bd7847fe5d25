from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AuditEntry, Plan, Role, User
from accounts.services import plan_payload
from learning.models import AcceptedConflict, Session
from learning.services import make_session
from learning.services.rules_of_timetable import change_rule
from tests import make
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

pytestmark = pytest.mark.usefixtures("clock")  # September 2026

DAY = date(2026, 12, 8)
HEADER = ["日期", "时间", "课程名称", "授课班级", "授课教师", "地点"]


@pytest.fixture(autouse=True)
def _english(db):
    User.objects.update(language="en")
    with override("en"):
        yield


@pytest.fixture
def of(db):
    return make.training_class(
        make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31)), name="一班", number=1
    )


@pytest.fixture
def desk(of, client, django_capture_on_commit_callbacks):
    client.force_login(make.user(Role.ORGANIZER, of.cohort, language="en"))
    return Desk(of.cohort, client, django_capture_on_commit_callbacks)


class Desk:
    def __init__(self, cohort, client, capture):
        self.cohort, self.client, self.capture = cohort, client, capture

    def send(self, *rows, header=HEADER, file=None):
        return self._plan("learning:session_import", {"file": file or a_sheet(header, *rows)})

    def copy(self, week, to):
        return self._plan("learning:timetable_copy", {"week": week, "to": to})

    def _plan(self, name, data):
        before = Plan.objects.count()
        with self.capture(execute=True):
            self.answer = self.client.post(reverse(name, kwargs={"cohort": self.cohort.pk}), data)
        return Plan.objects.latest("pk") if Plan.objects.count() > before else None

    def apply(self, plan):
        with self.capture(execute=True):
            self.client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
        plan.refresh_from_db()
        return plan


def a_sheet(header, *rows, name="课表.xlsx"):
    file = BytesIO()
    xlsx_lists(file, [ListSheet("课表", header, rows, text_columns=())])
    return SimpleUploadedFile(name, file.getvalue())


def counts(plan) -> tuple:
    return tuple(plan.summary[name] for name in ("new", "changed", "same", "problems"))


def whys(plan) -> list[tuple]:
    return [(each["row"], each["column"], each["value"], each["why"]) for each in plan_payload(plan)["problems"]]


def test_a_sheet_becomes_a_plan_and_the_plan_becomes_sessions_once(of, desk):
    second = make.training_class(of.cohort, name="二班", number=2)
    hall = make.venue(of.cohort.program.unit, name="党校 201", capacity=200)
    rows = [
        ["2026-12-08", "9:00-11:30", "产业政策", "一班、二班", "张三", "党校201"],
        ["12月9日", "下午2:30-5:00", "领导力", "全部", "李四", "创新中心"],
    ]

    plan = desk.send(*rows)
    assert (counts(plan), Session.objects.count()) == ((2, 0, 0, 0), 0)
    desk.apply(plan)
    again = desk.send(*rows)

    first, other = Session.objects.order_by("starts_at")
    assert (first.title, first.venue, first.place, list(first.classes.order_by("number"))) == (
        "产业政策",
        hall,
        "",
        [of, second],
    )
    assert (other.starts_at, other.ends_at, other.place) == (
        make.at(date(2026, 12, 9), 14) + timedelta(minutes=30),
        make.at(date(2026, 12, 9), 17),
        "创新中心",
    )
    assert counts(again) == (0, 0, 2, 0)
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1
    assert not AuditEntry.objects.filter(action="learning.make_session").exists()


def test_the_same_session_with_another_teacher_is_changed(of, desk):
    session = make_session(
        cohort=of.cohort, classes=[of], title="产业政策", starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 11)
    )

    plan = desk.apply(desk.send(["2026-12-08", "9:00-11:30", "产业政策", "一班", "张三", ""]))

    session.refresh_from_db()
    assert (plan.outcome["changed"], session.teacher_name, Session.objects.count()) == (1, "张三", 1)
    assert session.ends_at == make.at(DAY, 11) + timedelta(minutes=30)


def test_what_cannot_be_used_is_named_with_row_column_value_and_reason(of, desk):
    make.training_class(of.cohort, name="二班", number=2)
    venue = make.venue(of.cohort.program.unit, name="党校 201")
    make_session(
        cohort=of.cohort, classes=[of], venue=venue, title="A", starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 11)
    )

    plan = desk.send(
        ["2027-02-29", "9:00-11:30", "闰日", "一班", "", ""],
        ["2026-12-08", "22:00-1:00", "夜谈", "一班", "", ""],
        ["2026-12-08", "9:00-9:00", "零", "一班", "", ""],
        ["2026-12-10", "9:00-10:00", "三班课", "三班", "", ""],
        ["2028-01-10", "9:00-10:00", "以后", "一班", "", ""],
        ["2026-12-08", "10:00-12:00", "撞", "二班", "", "党校 201"],
        ["2026-12-11", "9:00-10:00", "好", "一班", "", ""],
        ["2026-12-11", "9:00-10:00", "好", "一班", "", ""],
        ["2026-12-11", "9:30-10:30", "同时", "一班", "", ""],
    )

    problems = whys(plan)
    assert counts(plan) == (1, 0, 0, 8)
    assert [(row, column, value) for row, column, value, _why in problems] == [
        (2, "day", "2027-02-29"),
        (3, "hours", "22:00-1:00"),
        (4, "hours", "9:00-9:00"),
        (5, "classes", "三班"),
        (6, "day", "2028-01-10"),
        (7, "", "撞"),
        (9, "", "好"),
        (10, "", "同时"),
    ]
    assert problems[0][3] == "2027-02 has no day 29."
    assert "次日01:00" in problems[1][3]
    assert "党校 201 is taken by two sessions" in problems[5][3]
    assert "Row 8 has this session already" in problems[6][3]
    assert "A class is in two sessions" in problems[7][3]


def test_what_the_rule_warns_of_stands_in_the_plan_and_is_accepted_by_applying_it(of, desk):
    change_rule(of.cohort, training_class="warn")
    make_session(cohort=of.cohort, classes=[of], title="A", starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 11))

    plan = desk.send(["2026-12-08", "9:00-11:30", "产业政策", "一班", "", ""])
    desk.apply(plan)

    assert plan.summary["warnings"] == 1
    assert AcceptedConflict.objects.count() == 1
    assert Session.objects.count() == 2


def test_a_sheet_in_gbk_is_read(of, desk):
    text = "日期,开始时间,结束时间,课程,班级\n2026/12/8,9:00,11:30,产业政策,一班\n"

    plan = desk.send(file=SimpleUploadedFile("课表.csv", text.encode("gbk")))

    assert counts(plan) == (1, 0, 0, 0)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "姓名,电话\n张三,1\n".encode()])
def test_a_file_without_sessions_is_answered_with_a_sentence(of, desk, content):
    desk.send(file=SimpleUploadedFile("x.csv", content))

    plan = Plan.objects.latest("pk") if Plan.objects.exists() else None
    assert plan is None or (plan.state == "failed" and plan.job.error)
    assert Session.objects.count() == 0


def test_a_plan_is_stale_when_the_timetable_changed_since(of, desk):
    plan = desk.send(["2026-12-08", "9:00-11:30", "产业政策", "一班", "", ""])
    make_session(cohort=of.cohort, classes=[of], title="A", starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 11))

    desk.apply(plan)

    assert (plan.state, Session.objects.count()) == ("stale", 1)


def test_a_venue_booked_meanwhile_by_another_cohort_makes_the_plan_stale(of, desk):
    venue = make.venue(of.cohort.program.unit, name="党校 201")
    plan = desk.send(["2026-12-08", "9:00-11:30", "产业政策", "一班", "", "党校 201"])
    make.session(venue=venue, starts_at=make.at(DAY, 10), ends_at=make.at(DAY, 12))

    desk.apply(plan)

    assert (plan.state, Session.objects.filter(cohort=of.cohort).count()) == ("stale", 0)


def test_four_hundred_classes_in_one_import(of, desk, django_assert_max_num_queries):
    for n in range(399):
        make.training_class(of.cohort, name=f"{n + 2}班", number=n + 2)
    names = ["一班", *(f"{n + 2}班" for n in range(399))]
    rows = [["2026-12-08", "9:00-11:30", f"开班 {name}", name, "", ""] for name in names]

    plan = desk.send(*rows, ["2026-12-09", "9:00-11:30", "大会", "全部", "", ""])
    assert counts(plan) == (401, 0, 0, 0)
    with django_assert_max_num_queries(70):
        desk.apply(plan)

    assert Session.objects.count() == 401
    assert Session.objects.get(title="大会").classes.count() == 400


def test_a_week_is_copied_through_a_plan_and_a_second_time_changes_nothing(of, desk):
    for n, title in enumerate(["A", "B"]):
        start = make.at(DAY + timedelta(days=n), 9)
        make_session(cohort=of.cohort, classes=[of], title=title, starts_at=start, ends_at=start + timedelta(hours=2))
    make.session(of.cohort, classes=[of], on=DAY + timedelta(days=2), cancelled_at=make.at(DAY))

    plan = desk.copy("2026-12-08", "2026-12-31")
    desk.apply(plan)
    again = desk.copy("2026-12-08", "2026-12-31")

    assert (counts(plan), counts(again)) == ((2, 0, 0, 0), (0, 0, 2, 0))
    assert list(
        Session.objects.filter(starts_at__gte=make.at(date(2026, 12, 28))).values_list("title", "starts_at")
    ) == [
        ("A", make.at(date(2026, 12, 29), 9)),
        ("B", make.at(date(2026, 12, 30), 9)),
    ]


@pytest.mark.parametrize(
    ("week", "to"), [("2026-12-08", "2026-12-09"), ("2026-12-08", "2030-01-01"), ("x", "2026-12-08"), ("", "")]
)
def test_a_senseless_week_is_refused_at_its_field(of, desk, week, to):
    assert desk.copy(week, to) is None
    assert desk.answer.status_code == 422


def test_only_whoever_schedules_imports_or_copies(of, client):
    client.force_login(make.user(Role.LEADER, of.cohort))

    for name in ("session_import", "timetable_copy", "session_template"):
        assert client.get(reverse(f"learning:{name}", kwargs={"cohort": of.cohort.pk})).status_code == 403


def test_the_template_reads_as_it_stands(of, desk):
    content = desk.client.get(reverse("learning:session_template", kwargs={"cohort": of.cohort.pk})).getvalue()

    plan = desk.send(file=SimpleUploadedFile("template.xlsx", content))

    assert counts(plan) == (2, 0, 0, 0)


def test_the_reasons_of_a_plan_are_read_in_the_language_of_whoever_reads(desk, of):
    make_session(cohort=of.cohort, classes=[of], title="A", starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 11))
    User.objects.update(language="zh-hans")

    plan = desk.send(["2026-12-08", "9:00-10:00", "B", "一班", "", ""], ["2026-12-08", "9:00", "C", "一班", "", ""])

    with override("zh-hans"):
        chinese = [each["why"] for each in plan_payload(plan)["problems"]]
    with override("en"):
        english = [each["why"] for each in plan_payload(plan)["problems"]]
    assert english == [
        "A class is in two sessions: “B” (8 Dec Tuesday 09:00–10:00, 一班) and “A” (8 Dec Tuesday 09:00–11:00, 一班).",
        "Write from and until, as 09:00-11:30.",
    ]
    assert "12 月 8 日 星期二 09:00–11:00、一班" in chinese[0]
    assert chinese[1] != english[1]
