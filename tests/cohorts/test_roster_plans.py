"""The plan of a roster: choices, problem rows, sums, two at once, rights and secrets."""

import io
import json

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, ExportRecord, Plan, Role
from accounts.services import plan_payload
from cohorts.models import ClassMembership, Cohort, Person, Trainee
from cohorts.services.roster import apply_roster
from tests import make
from tests.cohorts.rosters import HEAD, bring, codes, counts, id_number, plan_of, roster
from tests.kit import nasty

pytestmark = pytest.mark.django_db


def wrong_check(number):
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def test_a_row_with_a_problem_is_left_out_until_somebody_decides(desk, cohort):
    plan = plan_of(desk, ("王琳", "", wrong_check(id_number()), ""), ("刘晶", "", id_number(), ""))
    assert (counts(plan), codes(plan)) == ({"new": 1, "out": 1}, ["id_check"])

    desk.post("roster_choose", plan, {"t:0:2:id_check:id_number": "drop"})
    desk.apply(plan)

    assert Person.objects.get(name="王琳").id_number is None
    assert Trainee.objects.count() == 2


def test_all_or_chosen_rows_are_written(desk, cohort):
    plan = plan_of(desk, ("王琳", "", id_number(), ""), ("刘晶", "", id_number(), ""))

    desk.post("roster_choose", plan, {"shown": ["0:2", "0:3"], "take": ["0:3"]})
    assert (plan.summary["new"], plan.summary["unticked"]) == (1, 1)
    assert "王琳" in desk.get("roster_plan", plan, {"view": "left"}).content.decode()
    desk.apply(plan)

    assert list(Person.objects.values_list("name", flat=True)) == ["刘晶"]


def test_the_sum_of_the_parts_is_the_file(desk, cohort):
    rows = [("王琳", "", id_number(), ""), ("刘晶", "", id_number(), "")]
    bring(desk, *rows)

    plan = plan_of(desk, rows[0], (*rows[1][:3], "新单位"), ("新人", "", id_number(), ""), ("错号", "123", "", ""))

    parts = [plan.summary[name] for name in ("new", "changed", "same", "out", "unticked")]
    assert (parts, plan.summary["rows"]) == ([1, 1, 1, 1, 0], 4)
    assert "1 + 1 + 1 + 1 = 4" in desk.get("roster_plan", plan).content.decode()


def test_problem_rows_are_downloaded_mended_and_sent_again(desk, cohort):
    right = id_number()
    plan = plan_of(desk, ("王琳", "13800000001", wrong_check(right), "科创公司"), ("刘晶", "", id_number(), ""))
    desk.apply(plan)

    response = desk.post("roster_problems", plan)
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    sheet = book.active
    assert sheet.max_row == 2
    at = [cell.value for cell in sheet[1]].index("身份证号")
    sheet.cell(2, at + 1).value = right
    mended = desk.apply(desk.plan("mended.xlsx", nasty.saved(book)))

    assert counts(mended) == {"new": 1}
    assert Person.objects.get(name="王琳").id_number.open() == right
    record = ExportRecord.objects.get()
    assert (record.count, record.unmasked) == (1, True)


def test_a_plan_is_applied_by_the_digest_that_was_read(desk, cohort):
    plan = plan_of(desk, ("王琳", "", id_number(), ""))

    desk.post("roster_apply", plan, {"digest": "0" * 64})

    assert (plan.state, Trainee.objects.count()) == (Plan.State.READY, 0)


def test_a_second_click_applies_nothing_twice(desk, cohort):
    plan = bring(desk, ("王琳", "", id_number(), ""))

    desk.apply(plan)

    assert (plan.state, Trainee.objects.count()) == (Plan.State.APPLIED, 1)


def test_a_discarded_plan_keeps_nothing_of_the_file(desk, cohort):
    plan = plan_of(desk, ("王琳", "", id_number(), ""))

    desk.post("roster_discard", plan)

    assert (plan.state, plan.source, plan.given, plan.payload) == (Plan.State.DISCARDED, None, None, None)
    assert desk.get("roster_plan", plan).status_code == 200


def test_the_file_is_erased_once_its_plan_is_applied(desk, cohort):
    plan = bring(desk, ("王琳", "", id_number(), ""))

    assert plan.source is None
    assert desk.get("roster_plan", plan).status_code == 200


@pytest.mark.parametrize("rows", [3, 120])
def test_a_plan_is_read_with_the_same_queries_for_any_number_of_rows(desk, cohort, django_assert_num_queries, rows):
    plan = plan_of(desk, *[(f"{chr(0x4E00 + at)}某", "", "123" if at % 2 else "", "") for at in range(rows)])
    desk.get("roster_plan", plan)

    with django_assert_num_queries(3):
        page = desk.get("roster_plan", plan)

    assert len(page.content) < 60_000


def test_the_header_row_can_be_set_by_hand(desk, cohort):
    rows = [("各单位：", "请填写"), ("人员", "证件", "备注二"), ("王琳", id_number(), "x")]
    plan = desk.send("x.xlsx", nasty.xlsx(rows))

    desk.post("roster_columns", plan, desk.columns(plan, **{"sheet-0-header": "2", "sheet-0-use": "on"}))
    columns = desk.get("roster_columns", plan).context["sets"][0]["columns"]
    assert [column.header for column, *_rest in columns] == ["人员", "证件", "备注二"]
    chosen = desk.columns(plan, **{"column-0-0": "name", "column-0-1": "id_number", "sheet-0-use": "on"})
    desk.post("roster_columns", plan, chosen)
    desk.apply(plan)

    assert Person.objects.get().name == "王琳"


@pytest.mark.parametrize(
    "wrong",
    [
        {"column-0-0": "phone"},
        {"sheet-0-use": None},
        {"sheet-0-header": "x"},
        {"sheet-0-class": "fixed", "sheet-0-name": ""},
        {"sheet-0-class": "column"},
        {"starts_on": "31.12.2026"},
    ],
)
def test_a_correction_that_cannot_be_read_is_said_at_once(desk, cohort, wrong):
    plan = desk.send("x.xlsx", roster(("王琳", "13800000001", id_number(), "")))

    response = desk.post("roster_columns", plan, desk.columns(plan, **wrong))

    assert (response.status_code, plan.state) == (422, Plan.State.DRAFT)
    assert response.context["errors"] != []


def test_back_to_the_columns_keeps_what_was_chosen(desk, cohort):
    plan = plan_of(desk, ("王琳", "", id_number(), ""))

    desk.post("roster_back", plan)
    assert plan.state == Plan.State.DRAFT
    desk.post("roster_columns", plan, desk.columns(plan, **{"sheet-0-class": "fixed", "sheet-0-name": "一班"}))
    desk.apply(plan)

    assert ClassMembership.objects.get().training_class.name == "一班"


def test_a_plan_is_stale_once_the_roster_changed_and_can_be_computed_again(desk, cohort):
    row = ("王琳", "13800000001", id_number(), "")
    first, second = plan_of(desk, row), plan_of(desk, row)

    desk.apply(first)
    desk.apply(second)
    assert (second.state, Trainee.objects.count()) == (Plan.State.STALE, 1)
    assert desk.get("roster_plan", second).status_code == 200
    desk.post("roster_again", second)

    assert counts(second) == {"same": 1}


def test_a_person_changed_elsewhere_makes_the_plan_stale(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number)
    make.trainee(make.cohort(program=cohort.program), of=known)
    plan = plan_of(desk, ("王琳", "13800000001", number, ""))
    Person.objects.filter(pk=known.pk).update(name="王玲")

    desk.apply(plan)

    assert (plan.state, Trainee.objects.filter(cohort=cohort).count()) == (Plan.State.STALE, 0)


def test_a_person_made_elsewhere_in_between_makes_the_plan_stale(desk, cohort):
    plan = plan_of(desk, ("王琳", "13800000001", "", ""))
    make.person(name="王琳", phone="13800000001")

    desk.apply(plan)

    assert (plan.state, Person.objects.count()) == (Plan.State.STALE, 1)


def test_a_closed_cohort_takes_no_roster(desk, cohort):
    plan = plan_of(desk, ("王琳", "", id_number(), ""))
    Cohort.objects.update(is_closed=True)

    desk.apply(plan)

    assert (plan.state, Trainee.objects.count()) == (Plan.State.READY, 0)
    assert plan.job.error in desk.get("roster_plan", plan).content.decode()


def test_no_number_stands_in_the_audit_log_or_in_the_counts_of_a_plan(desk, cohort):
    number = id_number()

    plan = bring(desk, ("王琳", "13800000001", number, ""), ("刘晶", "138", number, ""))

    told = json.dumps(list(AuditEntry.objects.values("before", "after", "object_label")), default=str)
    told += json.dumps([plan.summary, plan.outcome]) + str(plan.job.given)
    assert number not in told
    assert "13800000001" not in told
    assert bytes(plan.payload).find(number.encode()) == -1


def test_pages_show_no_number_in_full(desk, cohort):
    number = id_number()
    plan = desk.send(
        "x.xlsx", roster(("王琳", "13800000001", number, ""), ("刘晶", "1380000", wrong_check(number), ""))
    )
    pages = [desk.get("roster_columns", plan).content.decode()]
    desk.post("roster_columns", plan, desk.columns(plan))
    pages += [desk.get("roster_plan", plan, {"view": view}).content.decode() for view in ("", "new", "ignored")]

    assert not any(text in page for page in pages for text in (number, wrong_check(number), "13800000001"))


def test_another_organizer_cannot_open_the_plan(desk, client, cohort):
    plan = plan_of(desk, ("王琳", "", id_number(), ""))

    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    assert desk.get("roster_plan", plan).status_code == 404
    assert desk.post("roster_apply", plan, {"digest": plan.digest}).status_code == 404


@pytest.mark.parametrize("rows", [10, 200])
def test_applying_takes_the_same_statements_for_any_number_of_rows(desk, cohort, rows):
    head = (*HEAD, "班级", "组别", "班干部")
    people = [
        (f"学员{at}", f"138{at:08}", "", "科创", "一班", "第一组", "班长" if at == 0 else "") for at in range(rows)
    ]
    people = [(chr(0x4E00 + at) + "某", *person[1:]) for at, person in enumerate(people)]
    plan = plan_of(desk, *people, head=head)
    assert counts(plan) == {"new": rows}

    with CaptureQueriesContext(connection) as queries:
        apply_roster(Cohort.objects.get(), plan_payload(plan), lambda *_progress: None)

    assert (Trainee.objects.count(), len(queries)) == (rows, 14)


def test_an_empty_roster_to_fill_in_can_be_read_back(desk, cohort):
    cohort.profile_fields.create(key="street", label="所属街道")
    book = openpyxl.load_workbook(io.BytesIO(desk.get("roster_template").content))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert sheet["A2"].number_format == "@"
    for head, value in {"Name": "王琳", "ID number": id_number(), "所属街道": "新湖街道"}.items():
        sheet.cell(2, heads.index(head) + 1).value = value

    plan = desk.apply(desk.plan("filled.xlsx", nasty.saved(book)))

    assert counts(plan) == {"new": 1}
    assert Trainee.objects.get().profile == {"street": "新湖街道"}
