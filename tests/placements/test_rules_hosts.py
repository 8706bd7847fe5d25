import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.rules import credit_code, phones
from placements.rules.host_sheet import read_hosts

HEADER = ["企业名称（全称）", "统一社会信用代码", "岗位", "名额", "企业导师", "导师电话", "可提供住宿"]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L", "12100000400000624D"])
def test_real_codes_are_sound(code):
    assert credit_code.is_sound(credit_code.clean(f" {code[:9].lower()} {code[9:]}　"))


@given(st.text(alphabet=credit_code.SIGNS, min_size=17, max_size=17))
def test_each_code_has_exactly_one_check_sign(start):
    sound = [sign for sign in credit_code.SIGNS if credit_code.is_sound(start + sign)]

    assert sound == [credit_code.check_sign(start)]


@given(
    st.text(alphabet=credit_code.SIGNS, min_size=17, max_size=17),
    st.integers(0, 17),
    st.sampled_from(credit_code.SIGNS),
)
def test_one_wrong_sign_is_always_noticed(start, at, other):
    code = start + credit_code.check_sign(start)
    wrong = code[:at] + other + code[at + 1 :]

    assert credit_code.is_sound(wrong) == (wrong == code)


@given(st.text(alphabet=string.printable))
def test_any_text_can_be_asked(text):
    assert credit_code.is_sound(credit_code.clean(text)) in (True, False)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-13800138000", "13800138000"),
        ("0735-2881234", "07352881234"),
        ("１３８００１３８０００", "13800138000"),
        ("ask at the gate", ""),
        ("123", ""),
    ],
)
def test_phones_of_contacts(text, clean):
    assert phones.clean(text) == clean


def test_cells_that_cannot_be_used_are_told_with_their_column():
    sheet = read_hosts(
        [["表"], HEADER, ["甲公司", "9144", "助理", "两个", "李导师", "call", "也许"], ["", "", "", 3]], 1
    )

    (row,) = sheet.rows
    assert [(each.column, each.value) for each in row.problems] == [
        ("名额", "两个"),
        ("统一社会信用代码", "9144"),
        ("导师电话", ""),
        ("可提供住宿", "也许"),
    ]


def test_seats_are_read_as_people_write_them():
    rows = [HEADER, *(["甲", "", f"岗位{n}", cell] for n, cell in enumerate([2, "2", "２人", 2.0, "2名"]))]

    assert {row.seats for row in read_hosts(rows, 1).rows} == {2}


def test_a_sheet_without_the_headers_is_left_alone():
    assert read_hosts([["姓名", "电话"], ["张三", "1"]], 1) is None
