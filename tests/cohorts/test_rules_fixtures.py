"""The two sample rosters, read exactly."""

from collections import Counter
from datetime import date

import pytest

from cohorts.rules.roster import Guess, read, understand
from tests.cohorts.rosters import book

SIZES = {"县干1班": 53, "县干2班": 51, "青干班": 48, "乡镇班": 48}


@pytest.fixture(scope="module")
def check_in():
    sheets = book("check-in-form.xls")
    guess = understand(sheets)
    return guess, read(sheets, guess)


@pytest.fixture(scope="module")
def street():
    sheets = book("street-roster-450.xlsx")
    guess = understand(sheets)
    return guess, read(sheets, guess)


def test_the_check_in_form_holds_four_classes_of_200_people(check_in):
    _guess, reading = check_in

    assert len(reading.people) == 200
    assert {each.name: each.people for each in reading.classes} == SIZES
    assert {each.name: each.claimed for each in reading.classes} == SIZES


def test_each_class_of_the_check_in_form_has_four_groups_of_the_size_they_claim(check_in):
    _guess, reading = check_in

    names = ["第一组", "第二组", "第三组", "第四组"]
    assert [[group.name for group in each.groups] for each in reading.classes] == [names] * 4
    assert [[group.people for group in each.groups] for each in reading.classes] == [
        [14, 13, 13, 13],
        [13, 13, 13, 12],
        [12, 12, 12, 12],
        [12, 12, 12, 12],
    ]
    assert all(group.people == group.claimed for each in reading.classes for group in each.groups)


def test_each_class_of_the_check_in_form_has_its_head_teacher(check_in):
    _guess, reading = check_in

    assert [(each.head_teacher, each.head_teacher_phone) for each in reading.classes] == [
        ("杨旭", "19900001951"),
        ("王雷", "19900002833"),
        ("曾玉珍", "19900005746"),
        ("杨金凤", "19900000465"),
    ]


def test_the_officers_stand_in_the_remarks(check_in):
    _guess, reading = check_in

    offices = Counter((person.class_name, office.code) for person in reading.people for office in person.offices)
    expected = {"monitor": 1, "deputy_monitor": 1, "committee": 4, "group_leader": 4}
    assert offices == {(name, code): n for name in SIZES for code, n in expected.items()}
    assert not any("remarks" in person.values for person in reading.people)


def test_nobody_of_the_check_in_form_is_a_problem(check_in):
    _guess, reading = check_in

    assert {(problem.code, problem.severity) for problem in reading.problems} == {("same_name", "note")}
    assert len(reading.good()) == 200


def test_every_row_of_the_check_in_form_that_is_no_person_says_what_it_is(check_in):
    _guess, reading = check_in

    assert Counter(row.code for row in reading.ignored) == {
        "row_title": 4,
        "row_head_teacher": 4,
        "row_header": 4,
        "row_group": 16,
    }


def test_the_first_person_of_the_check_in_form_is_read_exactly(check_in):
    _guess, reading = check_in
    first = reading.people[0]

    assert first.values == {
        "number": "1",
        "name": "伍婷婷",
        "sex": "f",
        "party": "无党派人士",
        "age": 42,
        "education": "省委党校 大学",
        "ethnicity": "苗族",
        "unit_and_position": "福永街道综合保障中心主任",
        "work_unit": "福永街道综合保障中心",
        "position": "主任",
        "phone": "19908600001",
        "id_number": "990000198406141328",
    }
    assert (first.sheet_name, first.row, first.class_name, first.group_name) == ("县干1班", 5, "县干1班", "第一组")


def test_id_numbers_phones_and_ethnic_groups_of_the_check_in_form_are_uniform(check_in):
    _guess, reading = check_in

    assert len({person.values["id_number"] for person in reading.people}) == 200
    assert len({person.values["phone"] for person in reading.people}) == 200
    assert {len(person.values["id_number"]) for person in reading.people} == {18}
    assert {person.values["ethnicity"] for person in reading.people} == {"汉族", "苗族", "布依族", "穿青人"}
    assert not any(" " in person.values["name"] for person in reading.people)


def test_the_columns_of_the_check_in_form_are_known(check_in):
    guess, _reading = check_in

    fields = [[column.field for column in sheet.columns] for sheet in guess.sheets]
    known = [
        "number",
        "name",
        "sex",
        "party",
        "age",
        "education",
        "ethnicity",
        "unit_and_position",
        "phone",
        "remarks",
        "id_number",
    ]
    assert fields == [[*known, last] for last in ("sign_in", "sign_in", "certificate_number", "sign_in")]
    assert {column.confidence for sheet in guess.sheets for column in sheet.columns} == {"sure"}


def test_the_street_roster_holds_450_people_of_ten_streets(street):
    _guess, reading = street

    assert len(reading.good()) == 450
    assert Counter(person.values["street"] for person in reading.people) == {
        f"{street}街道": 45
        for street in ["新湖", "西乡", "航城", "福海", "沙井", "新桥", "松岗", "燕罗", "石岩", "福永"]
    }


def test_the_composition_of_the_street_roster_is_that_of_the_report(street):
    _guess, reading = street
    day = date(2026, 9, 1)

    ages = [day.year - (born := person.values["born_on"].day).year - ((day.month, day.day) < (born.month, born.day))
            for person in reading.people]  # fmt: skip
    assert sum(26 <= age <= 40 for age in ages) == 306
    assert sum(person.values["returnee"] for person in reading.people) == 43
    assert sum(person.values["talent_kind"] in ("重点企业高管", "技术人才") for person in reading.people) == 236


def test_the_street_roster_gives_eighteen_fields_and_no_class(street):
    guess, reading = street

    assert [column.field for column in guess.sheets[0].columns] == [
        "number",
        "name",
        "sex",
        "born_on",
        "ethnicity",
        "party",
        "education",
        "school",
        "work_unit",
        "unit_kind",
        "position",
        "talent_kind",
        "returnee",
        "park",
        "street",
        "phone",
        "id_number",
        "email",
    ]
    assert guess.sheets[0].class_source == "none"
    assert "street" in guess.sheets[0].class_sources()
    assert [each.name for each in reading.classes] == [""]


def test_the_streets_become_classes_when_the_person_says_so():
    sheets = book("street-roster-450.xlsx")
    guess = understand(sheets)
    chosen = guess.with_sheet(guess.sheets[0].with_classes("street"))

    reading = read(sheets, chosen)

    assert [each.people for each in reading.classes] == [45] * 10


def test_a_guess_survives_being_stored(check_in):
    guess, _reading = check_in

    assert Guess.from_json(guess.to_json()) == guess


def test_applications_propose_a_profile_field_for_each_unknown_column():
    sheets = book("applications-60.xlsx")

    reading = read(sheets, understand(sheets))

    assert len(reading.good()) == 60
    assert reading.new_fields == [
        "推荐单位",
        "报名方式",
        "工作领域",
        "所学专业",
        "在产业园区工作",
        "在经济部门工作",
        "有大湾区工作经历",
        "新引进高素质人才",
        "意向行业",
        "第二意向",
        "需要住宿",
    ]
    assert reading.people[0].extra["推荐单位"] == "县委组织部"


def test_a_list_of_companies_is_no_roster():
    guess = understand(book("hosts-23.xlsx"))

    assert [(sheet.use, sheet.reason) for sheet in guess.sheets] == [(False, "sheet_no_name")]
