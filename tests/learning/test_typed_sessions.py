"""Sessions typed as rows: all are checked at once, and become one plan."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Plan, Role
from learning.models import Session
from learning.rules.session_sheet import read_typed
from learning.services import make_session
from tests import make
from tests.learning.test_session_plans import Desk

pytestmark = pytest.mark.usefixtures("clock")  # September 2026

MONDAY = date(2026, 12, 7)


@pytest.fixture
def desk(db, client, django_capture_on_commit_callbacks):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31))
    make.training_class(cohort, name="一班", number=1)
    client.force_login(make.user(Role.ORGANIZER, cohort, language="en"))
    return Desk(cohort, client, django_capture_on_commit_callbacks)


def post(desk, *rows, **more):
    fields = ("day", "hours", "title", "classes", "teacher", "place")
    data = {f"{name}-{at}": text for at, row in enumerate(rows, 1) for name, text in zip(fields, row)}
    return desk._plan("learning:session_rows", {"week": MONDAY.isoformat()} | data | more)


def wrong(desk) -> dict:
    """By row: the fields with a problem, and what is said about the row as a whole."""
    return {
        number: ({name for name, _label, _text, error in cells if error}, told)
        for number, cells, told in desk.answer.context["rows"]
        if told or any(error for *_cell, error in cells)
    }


def test_rows_become_one_plan_and_one_entry_when_it_is_applied(desk):
    plan = post(desk, ("周一", "9:00-11:30", "产业政策", "全部", "张三", "301"), ("", "下午2:30至5:00", "领导力", "", "李四", ""),
                ("12-10", "19:00-20:30", "读书会", "一班", "", ""))  # fmt: skip
    entries = AuditEntry.objects.count()

    desk.apply(plan)

    found = Session.objects.order_by("starts_at").values_list("title", "starts_at", "teacher_name", "place")
    assert list(found) == [
        ("产业政策", make.at(MONDAY, 9), "张三", "301"),
        ("领导力", make.at(MONDAY, 14, 30), "李四", ""),
        ("读书会", make.at(date(2026, 12, 10), 19), "", ""),
    ]
    assert AuditEntry.objects.count() == entries + 1


def test_every_problem_stands_at_its_row_and_field_and_nothing_typed_is_lost(desk):
    rows = (("周二", "11:00-9:00", "A", "", "", ""), ("31 Foo", "9:00-10:00", "B", "", "", ""), ("周三", "9:00-10:00", "C", "九班", "", ""),
            ("周四", "9:00-10:00", "", "", "", ""), ("周五", "9:00-10:00", "Fine", "", "", ""))  # fmt: skip

    plan = post(desk, *rows)

    page = desk.answer.content.decode()
    assert (plan, desk.answer.status_code, Session.everything.count()) == (None, 422, 0)
    assert {number: fields for number, (fields, _told) in wrong(desk).items()} == {
        1: {"hours"}, 2: {"day"}, 3: {"classes"}, 4: {"title"},
    }  # fmt: skip
    assert all(f'value="{text}"' in page for row in rows for text in row if text)


def test_a_conflict_names_both_sides_at_the_later_row(desk):
    make_session(
        cohort=desk.cohort,
        classes=desk.cohort.classes.all(),
        title="There",
        starts_at=make.at(MONDAY, 9),
        ends_at=make.at(MONDAY, 11),
    )

    plan = post(desk, ("周二", "9:00-10:00", "Fine", "", "", ""), ("周一", "10:00-12:00", "New", "", "", ""))

    ((number, (fields, (told,))),) = wrong(desk).items()
    assert (plan, number, fields) == (None, 2, set())
    assert "“There”" in told
    assert "“New”" in told


def test_more_rows_keep_what_was_typed_and_nothing_at_all_is_said(desk):
    post(desk, ("周一", "", "half typed", "", "", ""), more="1")
    kept = desk.answer.content.decode()
    post(desk)

    assert 'value="half typed"' in kept
    assert desk.answer.status_code == 422
    assert Plan.objects.count() == 0


@pytest.mark.parametrize("rows", [2, 40])
def test_checking_needs_the_same_queries_for_any_number_of_rows(desk, django_assert_num_queries, rows):
    data = {"week": MONDAY.isoformat()}
    for at in range(1, rows + 1):
        data |= {f"day-{at}": "周一", f"hours-{at}": "9:00-10:00", f"title-{at}": f"T{at}", f"classes-{at}": "全部"}
    url = reverse("learning:session_rows", kwargs={"cohort": desk.cohort.pk})
    desk.client.post(url, data)

    with django_assert_num_queries(12):
        desk.client.post(url, data)


def test_a_weekday_is_that_of_the_week_and_an_empty_day_that_of_the_row_above():
    rows = {1: {"day": "星期三", "hours": "9-10", "title": "A"}, 2: {"title": "", "day": ""}, 3: {"hours": "10-11", "title": "B"},
            4: {"day": "Fri", "hours": "9-10", "title": "C"}}  # fmt: skip

    read = read_typed(rows, MONDAY, first=date(2026, 9, 1), last=date(2026, 12, 31))

    assert (read.problems, [(row.row, row.start.date().day) for row in read.rows]) == ([], [(1, 9), (3, 9), (4, 11)])
