"""What an import of a roster writes: through the pages, with small files."""

import pytest

from accounts.services import plan_payload
from cohorts.models import ClassMembership, ClassOfficer, GroupMembership, Person, ProfileField, Trainee
from tests import make
from tests.cohorts.rosters import HEAD, bring, codes, counts, id_number, kept, plan_of, roster

pytestmark = pytest.mark.django_db


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
