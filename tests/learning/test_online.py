from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import ExportRecord, Plan, Role
from accounts.services import plan_payload
from cohorts.models import Trainee
from learning.models import OnlineProgress, ProgressCase, Signup
from learning.rules.completion import Rule
from learning.rules.progress import read_rows
from learning.selectors.completion import done_parts, with_parts
from learning.services.online import set_completion_rule, set_courses
from tests import make
from tests.cohorts.desk import FILES
from trainee_mgmt.kit.sheets import ListSheet, read_book, xlsx_lists

pytestmark = pytest.mark.django_db
FIXTURE = (FILES / "online-progress-gbk.csv").read_bytes()
PAIRS = [(theme, f"{theme}{n}") for theme in ("战略思维", "领导能力", "视野格局") for n in range(1, 5)]
HEADER = ["手机号", "姓名", "课程名称", "学习进度", "学习时长(分钟)", "完成时间"]


def url(name, **kwargs):
    return reverse(f"learning:{name}", kwargs=kwargs)


@pytest.fixture
def cohort():
    made = make.cohort(starts_on=date(2026, 1, 1))
    set_courses(made, PAIRS)
    return made


@pytest.fixture
def office(client, cohort):
    user = make.user(Role.ORGANIZER, cohort.program.unit)
    client.force_login(user)
    return user


@pytest.fixture
def send(client, cohort, office, django_capture_on_commit_callbacks):
    def sent(data, *, name="progress.csv", as_of="2026-06-01T08:00", apply=True):
        with django_capture_on_commit_callbacks(execute=True):
            file = SimpleUploadedFile(name, data)
            answer = client.post(url("progress_import", cohort=cohort.pk), {"file": file, "as_of": as_of})
        assert answer.status_code == 302
        plan = Plan.objects.latest("pk")
        if apply and plan.state == "ready" and any(plan.summary[key] for key in ("new", "changed", "unmatched", "odd")):
            with django_capture_on_commit_callbacks(execute=True):
                client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
            plan.refresh_from_db()
        return plan

    return sent


def csv(*rows):
    return "\n".join(",".join(map(str, row)) for row in [HEADER, *rows]).encode()


def somebody(cohort, phone="13800138000", **fields):
    return make.trainee(cohort, of=make.person(phone=phone, **fields))


def sixty(cohort):
    return [somebody(cohort, f"199086000{n:02}") for n in range(1, 61)]


def test_the_file_of_the_platform_as_it_is(client, cohort, send):
    sixty(cohort)

    plan = send(FIXTURE, apply=False)
    page = client.get(plan.get_absolute_url()).content.decode()
    payload = plan_payload(plan)

    assert plan.summary == {"rows": 364, "new": 360, "changed": 0, "same": 0, "unmatched": 1, "odd": 0, "bad": 3}
    assert [(row["line"], row["who"], row["why"]) for row in payload["unmatched"]] == [
        (362, "查无此人 199****9999", "Nobody in this cohort has this number.")
    ]
    assert [(each["row"], each["column"]) for each in payload["problems"]] == [
        (363, "A 手机号"),
        (364, "A 手机号"),
        (364, "D 学习进度"),
        (364, "E 学习时长(分钟)"),
        (364, "F 完成时间"),
        (365, "course"),
    ]
    assert all(each["why"] for each in payload["problems"])
    assert ("19999999999" in page, "不存在的课程" in page) == (False, True)


def test_a_second_run_changes_nothing_and_file_and_line_are_kept(cohort, send):
    people = sixty(cohort)

    first, second = send(FIXTURE, name="a.csv"), send(FIXTURE, name="b.csv", as_of="2026-06-02T08:00")

    assert first.state == "applied"
    assert second.summary | {"rows": 0, "bad": 0} == dict.fromkeys(second.summary, 0) | {"same": 361}
    assert (OnlineProgress.objects.count(), ProgressCase.objects.count()) == (360, 1)
    done = OnlineProgress.objects.get(trainee=people[4], percent=100)
    assert (done.source, done.line, done.minutes, timezone.localtime(done.completed_at)) == (
        "a.csv", 26, 80, datetime(2026, 5, 1, 20, 15, tzinfo=make.SHANGHAI),
    )  # fmt: skip


def test_a_workbook_is_read_like_the_text(cohort, send):
    trainee = somebody(cohort, "13800138000")
    file = BytesIO()
    xlsx_lists(file, [ListSheet("x", HEADER, [("13800138000", "", "战略思维1", 0.5, 30, None)], text_columns=(0,))])

    send(file.getvalue(), name="x.xlsx")

    assert list(OnlineProgress.objects.values_list("trainee", "percent", "minutes")) == [(trainee.pk, 50, 30)]


def test_a_later_file_replaces_and_the_earlier_row_stays(cohort, send):
    somebody(cohort)
    send(csv(["13800138000", "", "战略思维1", "40%", 30, ""]))
    send(csv(["13800138000", "", "战略思维1", "100%", 60, "2026-06-02 10:00"]), as_of="2026-06-03T08:00")

    assert list(OnlineProgress.objects.order_by("pk").values_list("percent", "in_force")) == [(40, False), (100, True)]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE learning_onlineprogress SET percent = 99")


def test_a_row_of_a_course_that_is_gone_is_given_to_nobody(client, cohort, send):
    trainee = somebody(cohort, name="张三")
    send(csv(["19999999999", "张三丰", "战略思维1", "80%", 30, ""]))
    case = ProgressCase.objects.get()
    set_courses(cohort, PAIRS[1:])

    answer = client.post(url("progress_assign", pk=case.pk), {"trainee": trainee.pk})
    case.refresh_from_db()

    assert (answer.status_code, case.decided_at, OnlineProgress.objects.count()) == (422, None, 0)
    assert "战略思维1" in answer.content.decode()


def test_who_a_row_belongs_to_is_said_once_and_holds_for_later_files(client, cohort, send):
    trainee = somebody(cohort, name="张三")
    rows = [["19999999999", "张三丰", course, "80%", 30, ""] for course in ("战略思维1", "战略思维2")]
    send(csv(*rows))
    case = ProgressCase.objects.order_by("pk").first()

    client.post(url("progress_assign", pk=case.pk), {"trainee": trainee.pk})
    again = client.post(url("progress_assign", pk=case.pk), {"trainee": trainee.pk})
    later = send(csv(["19999999999", "张三丰", "战略思维1", "90%", 40, ""]), as_of="2026-06-03T08:00")

    assert again.status_code == 422
    assert later.summary["changed"] == 1
    rows = OnlineProgress.objects.filter(in_force=True).order_by("course__name")
    assert list(rows.values_list("trainee", "percent", "line")) == [(trainee.pk, 90, 2), (trainee.pk, 80, 3)]


def test_another_name_at_a_number_is_for_a_person_to_decide(cohort, send):
    somebody(cohort, "13800138000", name="张三")

    plan = send(csv(["13800138000", "李四", "战略思维1", "80%", 30, ""]))

    assert (plan.summary["new"], plan.summary["unmatched"], OnlineProgress.objects.count()) == (0, 1, 0)


def test_more_minutes_than_the_clock_are_shown_and_count_all_the_same(client, cohort, send):
    trainee = somebody(cohort)
    send(csv(["13800138000", "", "战略思维1", "10%", 30, ""]))
    send(csv(["13800138000", "", "战略思维1", "99%", 3000, ""]), as_of="2026-06-01T10:00")
    case = ProgressCase.objects.get()

    assert (case.kind, case.row["more"]) == ("clock", 2850)
    assert OnlineProgress.objects.get(trainee=trainee, in_force=True).percent == 99
    client.post(url("progress_settle", pk=case.pk), {"decision": "the platform counted twice"})
    case.refresh_from_db()
    assert (case.decision, OnlineProgress.objects.filter(in_force=True).count()) == ("the platform counted twice", 1)


def test_progress_that_went_back_is_shown(cohort, send):
    somebody(cohort)
    send(csv(["13800138000", "", "战略思维1", "60%", 30, ""]))
    send(csv(["13800138000", "", "战略思维1", "50%", 30, ""]), as_of="2026-06-03T08:00")

    assert list(ProgressCase.objects.values_list("kind", flat=True)) == ["back"]


@pytest.mark.parametrize("moment", ["2099-01-01T00:00", "2026-13-01T00:00", ""])
def test_a_file_has_a_moment_that_exists(client, cohort, office, moment):
    file = SimpleUploadedFile("x.csv", csv())

    assert client.post(url("progress_import", cohort=cohort.pk), {"file": file, "as_of": moment}).status_code == 422


@pytest.mark.parametrize(
    ("percent", "minutes", "moment", "bad"),
    [
        ("101%", "1", "", "D"),
        ("-1", "1", "", "D"),
        ("abc", "1", "", "D"),
        ("5%", "1e9", "", "E"),
        ("5%", "-0.6", "", "E"),
        ("5%", "1", "2026-02-29", "F"),
        ("5%", "1", "2026-02-28 24:01", "F"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_column(percent, minutes, moment, bad):
    (row,) = read_rows([HEADER, ["13800138000", "", "x", percent, minutes, moment]], 1, make.SHANGHAI)

    assert [problem.column[0] for problem in row.problems] == [bad]


# Completion -----------------------------------------------------------------------------------------------------------


def test_courses_sessions_and_activities_by_the_day_are_counted(client, cohort, office):
    trainee = make.trainee(in_class=make.training_class(cohort))
    rule = Rule(date(2026, 9, 30), (("战略思维", 2), ("视野格局", 1)), sessions=2, activities=1)
    set_completion_rule(cohort, rule, by=office)
    for on in (8, 9):
        make.mark(
            make.session(classes=[trainee.memberships.get().training_class], on=date(2026, 9, on)), trainee, "late"
        )
    late = make.session(classes=[trainee.memberships.get().training_class], on=date(2026, 10, 1))
    make.mark(late, trainee, "present")
    courses = {course.name: course for course in cohort.online_courses.all()}
    for name, percent, day in (
        ("战略思维1", 100, 20),
        ("战略思维2", 99, 20),
        ("视野格局1", 100, 30),
        ("领导能力1", 100, 1),
    ):
        make.progress(trainee, courses[name], percent, at=make.at(date(2026, 9, day), 23))
    make.progress(trainee, courses["战略思维3"], 100, at=make.at(date(2026, 10, 1), 0))
    activity = make.activity(
        cohort,
        starts_at=make.at(date(2026, 9, 30)),
        opens_at=make.at(date(2026, 9, 1)),
        closes_at=make.at(date(2026, 9, 2)),
    )
    Signup.objects.create(activity=activity, trainee=trainee, state="signed", queued_at=timezone.now(), attended=True)

    found = {part.theme or part.kind: (part.done, part.missing) for part in done_parts(trainee, rule)}
    page = client.get(url("online_list", cohort=cohort.pk))

    assert found == {"战略思维": (1, 1), "视野格局": (1, 0), "session": (2, 0), "activity": (1, 0)}
    assert [row.is_complete for row in page.context["table"].ordered] == [False]
    assert "at least 2 finished courses of “战略思维”" in page.content.decode()


def test_a_trainee_sees_what_is_missing_and_by_when(client, cohort, office):
    trainee = make.trainee(cohort)
    set_completion_rule(cohort, Rule(timezone.localdate() + timedelta(days=9), (("战略思维", 2),)), by=office)
    client.force_login(make.trainee_account(trainee))

    page = client.get(url("my_completion")).content.decode()

    assert [text for text in ("2 missing, by", "9 days left", "战略思维1") if text not in page] == []
    assert client.get(url("online_list", cohort=cohort.pk)).status_code == 403


def test_the_rule_is_set_on_the_page_and_versions_stay(client, cohort, office):
    themes = {"theme0": 1, "theme1": 0, "theme2": 2}
    page = url("completion_rule", cohort=cohort.pk)

    client.post(page, themes | {"due_on": "2026-12-01", "sessions": 3, "activities": 0})
    client.post(page, themes | {"due_on": "2026-12-02", "sessions": 0, "activities": 1})
    wrong = client.post(page, themes | {"theme1": 5, "due_on": "2026-12-02", "sessions": 0, "activities": 1})

    versions = cohort.completion_rules.order_by("version")
    assert [(each.version, each.sessions, each.activities) for each in versions] == [(1, 3, 0), (2, 0, 1)]
    assert wrong.status_code == 422
    with pytest.raises(DatabaseError), transaction.atomic():
        versions.update(sessions=9)


def test_courses_are_kept_as_text_and_one_with_progress_stays(client, cohort, office):
    page = url("online_courses", cohort=cohort.pk)
    make.progress(make.trainee(cohort), cohort.online_courses.get(name="战略思维1"), 10)

    refused = client.post(page, {"courses": "视野：课程一"})
    wrong = client.post(page, {"courses": "no colon here"})
    client.post(page, {"courses": "战略：战略思维1\n视野: 课程一"})

    assert (refused.status_code, wrong.status_code) == (422, 422)
    assert list(cohort.online_courses.order_by("pk").values_list("theme", "name")) == [
        ("战略", "战略思维1"),
        ("视野", "课程一"),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_completion_takes_the_same_number_of_queries(client, cohort, office, count, django_assert_num_queries):
    set_completion_rule(cohort, Rule(date(2026, 12, 1), (("战略思维", 2),), 1, 1), by=office)
    for _each in range(count):
        make.trainee(cohort)
    client.get(url("online_list", cohort=cohort.pk))

    with django_assert_num_queries(8):
        client.get(url("online_list", cohort=cohort.pk))


def test_without_a_demand_everybody_is_complete(cohort):
    make.trainee(cohort)

    rows = with_parts(Trainee.objects.filter(cohort=cohort), Rule(date(2026, 12, 1)))

    assert list(rows.values_list("is_complete", flat=True)) == [True]


def test_without_a_rule_the_page_says_so(client, cohort, office):
    make.trainee(cohort)

    page = client.get(url("online_list", cohort=cohort.pk))

    assert (page.status_code, "Nothing is asked for yet." in page.content.decode()) == (200, True)


def test_a_file_of_which_nothing_can_be_taken_says_so_and_hands_its_rows_back(client, cohort, send):
    somebody(cohort, "13800138000", name="张三")
    bad = ["13800138000", "张三", "没有这门课", "50%", "10", ""]

    plan = send(csv(bad, bad))
    page = client.get(plan.get_absolute_url()).content.decode()
    book = client.post(url("progress_problems", cohort=cohort.pk, pk=plan.pk))

    assert plan.summary["bad"] == 2
    assert "Nothing can be taken from this file" in page
    assert "there is nothing to write" not in page
    assert "nothing to apply" in page
    rows = read_book(book.content, "rows.xlsx").sheets[0].rows
    assert [row[2:] for row in rows] == [HEADER, [*bad[:4], "10", None], [*bad[:4], "10", None]]
    assert ExportRecord.objects.count() == 1
