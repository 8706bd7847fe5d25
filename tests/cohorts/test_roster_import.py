"""What an import decides about each row, and what it writes: through the pages, with small files."""

import io
import json

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, ExportRecord, Plan, Role
from accounts.services import plan_payload
from cohorts.models import ClassMembership, ClassOfficer, Cohort, GroupMembership, Person, ProfileField, Trainee
from cohorts.services.roster import apply_roster
from tests import make
from tests.cohorts.rosters import id_number
from tests.kit import nasty

pytestmark = pytest.mark.django_db
HEAD = ("姓名", "手机号", "身份证号", "工作单位")


def roster(*rows, head=HEAD):
    return nasty.xlsx([head, *rows])


def plan_of(desk, *rows, head=HEAD):
    return desk.plan("名单.xlsx", roster(*rows, head=head))


def bring(desk, *rows, head=HEAD):
    return desk.apply(plan_of(desk, *rows, head=head))


def codes(plan):
    return [problem["code"] for problem in plan_payload(plan)["problems"]]


def counts(plan):
    return {name: plan.summary[name] for name in ("new", "changed", "same", "out") if plan.summary[name]}


def kept(plan):
    return [one for row in plan_payload(plan)["rows"] for one in row.get("kept", ())]


# What is written ----------------------------------------------------------------------------------------------------


def test_a_row_becomes_a_person_with_sealed_numbers_and_a_place(desk, cohort):
    number = id_number("19900517", male=False)

    bring(desk, ("曾伟", "13800000001", number, "科创公司"))

    trainee = Trainee.objects.select_related("person").get()
    person = trainee.person
    assert (person.name, person.name_key.split("  ")[0], person.sex) == ("曾伟", "zeng wei", "f")
    assert (person.born_on.isoformat(), person.born_month_only) == ("1990-05-17", False)
    assert (person.id_number.open(), person.phone.open()) == (number, "13800000001")
    assert (person.id_mask, person.phone_mask) == (f"990{'*' * 13}{number[-2:]}", "138****0001")
    assert (trainee.number, trainee.work_unit, trainee.joined_on) == ("2600-001", "科创公司", cohort.starts_on)
    assert (trainee.status, trainee.hand_set, person.hand_set) == ("active", [], [])


def test_a_blank_cell_deletes_nothing(desk):
    number = id_number()
    bring(desk, ("王琳", "13800000001", number, "科创公司"))

    plan = bring(desk, ("王琳", "", number, ""))

    assert counts(plan) == {"same": 1}
    trainee = Trainee.objects.select_related("person").get()
    assert (trainee.work_unit, trainee.person.phone.open()) == ("科创公司", "13800000001")


def test_a_change_is_shown_before_and_after_and_written(desk):
    number = id_number()
    bring(desk, ("王琳", "13800000001", number, "旧厂区"))

    plan = plan_of(desk, ("王琳", "13900000002", number, "新厂区"))
    page = desk.get("roster_plan", plan).content.decode()
    desk.apply(plan)

    assert counts(plan) == {"changed": 1}
    assert all(text in page for text in ("旧厂区", "新厂区", "138****0001", "139****0002"))
    assert "13900000002" not in page
    trainee = Trainee.objects.select_related("person").get()
    assert (trainee.work_unit, trainee.person.phone.open()) == ("新厂区", "13900000002")


def test_what_was_set_by_hand_is_kept_and_told(desk, cohort):
    number = id_number()
    bring(desk, ("王琳", "13800000001", number, "科创公司", "群众"), head=(*HEAD, "政治面貌"))
    Trainee.objects.update(work_unit="手工单位", profile={"party": "民盟"}, hand_set=["work_unit", "profile.party"])
    Person.objects.update(hand_set=["phone"])

    plan = bring(desk, ("王琳", "13900000002", number, "科创公司", "群众"), head=(*HEAD, "政治面貌"))

    assert counts(plan) == {"same": 1}
    assert [(name, ours, file, why) for name, ours, file, why in kept(plan)] == [
        ("phone", "138****0001", "139****0002", "by_hand"),
        ("work_unit", "手工单位", "科创公司", "by_hand"),
        ("party", "民盟", "群众", "by_hand"),
    ]
    trainee = Trainee.objects.select_related("person").get()
    assert (trainee.work_unit, trainee.profile["party"]) == ("手工单位", "民盟")
    assert trainee.person.phone.open() == "13800000001"


def test_who_has_left_is_told_and_not_brought_back(desk, cohort):
    number = id_number()
    bring(desk, ("王琳", "", number, "科创公司"))
    Trainee.objects.update(status="withdrawn", ended_on="2026-10-01", hand_set=["status"])

    plan = bring(desk, ("王琳", "", number, "新单位"))

    assert (counts(plan), codes(plan)) == ({"out": 1}, ["not_in_training"])
    trainee = Trainee.objects.get()
    assert (trainee.status, trainee.work_unit) == ("withdrawn", "科创公司")


def test_who_is_not_in_the_file_is_listed_and_stays(desk, cohort):
    make.trainee(cohort, of=make.person(name="不在文件里"), number="2600-050")

    plan = bring(desk, ("王琳", "", id_number(), ""))

    assert [name for _pk, _number, name in plan_payload(plan)["absent"]] == ["不在文件里"]
    assert "不在文件里" in desk.get("roster_plan", plan, {"view": "absent"}).content.decode()
    assert Trainee.objects.get(number="2600-050").status == "active"


def test_numbers_go_on_class_by_class(desk, cohort):
    head = ("姓名", "身份证号", "班级")
    bring(desk, ("甲", id_number(), "一班"), ("乙", id_number(), "二班"), head=head)

    bring(desk, ("丙", id_number(), "一班"), ("丁", id_number(), "三班"), ("戊", id_number(), ""), head=head)

    numbers = dict(Trainee.objects.values_list("person__name", "number"))
    assert numbers == {"甲": "2601-001", "乙": "2602-001", "丙": "2601-002", "丁": "2603-001", "戊": "2600-001"}


def test_a_student_number_of_the_file_is_taken_unless_somebody_has_it(desk, cohort):
    make.trainee(cohort, number="A1")
    head = ("学号", "姓名", "身份证号")

    plan = bring(desk, ("A1", "甲", id_number()), ("A2", "乙", id_number()), ("A2", "丙", id_number()), head=head)

    assert codes(plan) == ["number_taken", "number_taken"]
    assert Trainee.objects.get(person__name="乙").number == "A2"


def test_nobody_is_moved_by_a_file(desk, cohort):
    number = id_number()
    head = ("姓名", "身份证号", "班级")
    bring(desk, ("甲", number, "一班"), head=head)

    plan = bring(desk, ("甲", number, "二班"), head=head)

    assert counts(plan) == {"same": 1}
    assert kept(plan) == [["class_name", "一班", "二班", "class_has_dates"]]
    assert list(ClassMembership.objects.values_list("training_class__name", flat=True)) == ["一班"]


def test_who_has_no_class_yet_gets_the_one_of_the_file(desk, cohort):
    number = id_number()
    bring(desk, ("甲", number), head=("姓名", "身份证号"))

    plan = bring(desk, ("甲", number, "一班", "第一组", "班长"), head=("姓名", "身份证号", "班级", "组别", "班干部"))

    assert counts(plan) == {"changed": 1}
    assert ClassMembership.objects.get().training_class.name == "一班"
    assert GroupMembership.objects.get().group.name == "第一组"
    assert ClassOfficer.objects.get().office == "monitor"


def test_an_office_that_has_ended_is_not_given_again(desk, cohort):
    row, head = ("甲", id_number(), "一班", "班长"), ("姓名", "身份证号", "班级", "班干部")
    bring(desk, row, head=head)
    ClassOfficer.objects.update(ends_on="2026-09-30")

    plan = bring(desk, row, head=head)

    assert (counts(plan), kept(plan)[0][3]) == ({"same": 1}, "office_was_held")
    assert ClassOfficer.objects.count() == 1


def test_unknown_columns_become_profile_fields_under_the_name_that_was_given(desk, cohort):
    head = ("姓名", "身份证号", "是否住宿")

    plan = desk.plan("x.xlsx", roster(("甲", id_number(), "是"), head=head), **{"label-0-2": "住宿"})
    desk.apply(plan)

    field = ProfileField.objects.get(cohort=cohort)
    assert (field.label, field.key, Trainee.objects.get().profile) == ("住宿", "zhu_su", {"zhu_su": "是"})


# Who a row is --------------------------------------------------------------------------------------------------------


def test_a_person_of_another_cohort_is_linked_and_not_doubled(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number, phone="13800000001", email="kept@example.com")
    make.trainee(make.cohort(), of=known)

    plan = bring(desk, ("王琳", "13900000002", number, "科创公司", "new@example.com"), head=(*HEAD, "邮箱"))

    assert counts(plan) == {"new": 1}
    assert Trainee.objects.get(cohort=cohort).person == known
    assert Person.objects.count() == 1
    known.refresh_from_db()
    assert (known.phone.open(), known.email) == ("13800000001", "kept@example.com")
    assert [(name, ours, why) for name, ours, _file, why in kept(plan)] == [
        ("email", "", "from_elsewhere"),
        ("phone", "", "from_elsewhere"),
    ]


def test_the_roles_of_place_and_office_follow_for_who_has_an_account(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number, user=make.user())
    make.trainee(make.cohort(program=cohort.program), of=known)

    bring(desk, ("王琳", number, "一班", "班长"), head=("姓名", "身份证号", "班级", "班干部"))

    training_class = cohort.classes.get()
    grants = known.user.grants.values_list("role", "scope_kind", "scope_id")
    assert (Role.TRAINEE, "cohort", cohort.pk) in grants
    assert (Role.OFFICER, "training_class", training_class.pk) in grants


def test_an_importer_who_may_see_the_person_changes_it(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number, phone="13800000001")
    make.trainee(make.cohort(program=cohort.program), of=known)

    bring(desk, ("王琳", "13900000002", number, ""))

    known.refresh_from_db()
    assert known.phone.open() == "13900000002"


def test_phone_and_name_together_are_a_person_and_the_id_number_is_added(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", phone="13800000001")
    make.trainee(cohort, of=known)

    plan = bring(desk, ("王琳", "13800000001", number, ""))

    assert counts(plan) == {"changed": 1}
    known.refresh_from_db()
    assert known.id_number.open() == number


def test_an_id_number_under_another_name_is_asked_about(desk, cohort):
    number = id_number()
    make.trainee(cohort, of=make.person(name="王玲", id_number=number))

    plan = plan_of(desk, ("王琳", "", number, ""))
    assert (counts(plan), codes(plan)) == ({"out": 1}, ["id_of_another"])
    desk.post("roster_choose", plan, {"t:0:2:id_of_another:name": "same"})
    assert counts(plan) == {"changed": 1}
    desk.apply(plan)

    assert Person.objects.get().name == "王琳"


def test_an_id_number_of_somebody_out_of_reach_tells_no_name_and_leaves_no_choice(desk, cohort):
    number = id_number()
    make.person(name="陌生人", id_number=number)

    plan = plan_of(desk, ("王琳", "", number, ""))
    desk.post("roster_choose", plan, {"t:0:2:id_of_stranger:name": "same"})

    assert (counts(plan), codes(plan)) == ({"out": 1}, ["id_of_stranger"])
    assert "陌生人" not in desk.get("roster_plan", plan).content.decode()


@pytest.mark.parametrize(("choice", "people"), [("skip", 1), ("same", 1), ("other", 2)])
def test_a_name_alone_is_asked_about_and_never_guessed(desk, cohort, choice, people):
    make.trainee(cohort, of=make.person(name="王琳"), work_unit="旧单位")

    plan = plan_of(desk, ("王琳", "13800000001", "", "新单位"))
    assert (counts(plan), codes(plan)) == ({"out": 1}, ["only_the_name"])
    desk.post("roster_choose", plan, {"t:0:2:only_the_name:name": choice})
    desk.apply(plan)

    assert Trainee.objects.filter(cohort=cohort).count() == people
    units = set(Trainee.objects.values_list("work_unit", flat=True))
    assert units == {"skip": {"旧单位"}, "same": {"新单位"}, "other": {"旧单位", "新单位"}}[choice]


def test_names_alone_import_once_and_change_nothing_the_second_time(desk, cohort):
    rows = [(f"学员{sign}", "", "", "科创公司") for sign in "甲乙丙"]
    bring(desk, *rows)

    again = plan_of(desk, *rows)

    assert (counts(again), Trainee.objects.count()) == ({"same": 3}, 3)


def test_one_choice_settles_all_rows_of_a_kind(desk, cohort):
    names = ["甲一", "乙一", "丙一"]
    bring(desk, *[(name, "", "", "") for name in names])

    plan = plan_of(desk, *[(name, f"1380000000{at}", "", "") for at, name in enumerate(names)])
    assert counts(plan) == {"out": 3}
    desk.post("roster_choose", plan, {"all:only_the_name": "same"})
    desk.apply(plan)

    assert counts(plan) == {"changed": 3}
    assert Person.objects.count() == 3


def test_a_phone_of_somebody_else_is_asked_about(desk, cohort):
    make.trainee(cohort, of=make.person(name="刘晶", phone="13800000001"))

    plan = plan_of(desk, ("王琳", "13800000001", id_number(), ""))
    assert (counts(plan), codes(plan)) == ({"out": 1}, ["phone_of_another"])
    desk.post("roster_choose", plan, {"t:0:2:phone_of_another:phone": "drop"})
    desk.apply(plan)

    assert Person.objects.get(name="王琳").phone is None


def test_two_rows_of_one_person_are_taken_once(desk, cohort):
    number = id_number()
    make.trainee(cohort, of=make.person(name="王琳", id_number=number, phone="13800000001"))

    plan = plan_of(desk, ("王琳", "", number, "甲公司"), ("王琳", "13800000001", "", "乙公司"))

    assert "matched_twice" in codes(plan)
    assert counts(plan) == {"changed": 1, "out": 1}


# Choices, problem rows, sums -----------------------------------------------------------------------------------------


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
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
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

    assert len(page.content) < 64_000


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


# Two at once, rights, secrets ----------------------------------------------------------------------------------------


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
