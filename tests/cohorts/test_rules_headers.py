import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules import headers
from cohorts.rules.headers import ProfileSpec, cleaner, label, meaning, meanings
from cohorts.rules.values import BadValue
from tests.cohorts.rosters import id_number


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("姓 名", "name"),
        ("*姓名（必填）", "name"),
        ("Full Name", "name"),
        ("联系电话           ", "phone"),
        ("手机\n号码", "phone"),
        ("Mobile phone", "phone"),
        ("身份证", "id_number"),
        ("公民身份号码", "id_number"),
        ("身份证号码（18位）", "id_number"),
        ("出生年月", "born_on"),
        ("出生年月（岁）", "born_on"),
        ("工作单位", "work_unit"),
        ("单位及职务", "unit_and_position"),
        ("所在单位及职务", "unit_and_position"),
        ("是否海归", "returnee"),
        ("所属街道", "street"),
        ("镇（街道）", "street"),
        ("学历/学位", "education"),
        ("备  注", "remarks"),
        ("序号", "number"),
        ("组别", "group_name"),
        ("班级", "class_name"),
        ("班内职务", "office"),
        ("学号", "student_number"),
        ("签到", "sign_in"),
        ("毕业证号", "certificate_number"),
        ("电子邮箱(E-mail)", "email"),
    ],
)
def test_a_known_header_is_sure(header, field):
    assert (meaning(header).field, meaning(header).confidence) == (field, "sure")


@pytest.mark.parametrize(
    ("header", "field", "confidence"),
    [
        ("手机号码/微信", "phone", "likely"),
        ("学员性别", "sex", "likely"),
        ("企业名称及担任职务", "unit_and_position", "likely"),
        ("您的手机号码是", "phone", "guess"),
    ],
)
def test_a_header_known_in_part_is_less_sure(header, field, confidence):
    assert (meaning(header).field, meaning(header).confidence) == (field, confidence)


@pytest.mark.parametrize(
    "header",
    [
        "推荐单位",
        "在产业园区工作",
        "有大湾区工作经历",
        "紧急联系人电话",
        "导师电话",
        "办公电话",
        "家庭电话",
        "入党时间",
        "职称",
        "名" * 100,
    ],
)
def test_a_header_that_only_sounds_alike_proposes_a_profile_field(header):
    assert meaning(header).field == "unknown"


def test_a_profile_field_of_the_cohort_comes_before_the_table():
    own = [ProfileSpec("job_level", "职级"), ProfileSpec("trade", "所属街道")]

    assert meaning("职 级", own) == headers.Meaning("job_level", "sure", "header_profile")
    assert meaning("所属街道", own).field == "trade"


def test_no_two_columns_give_the_same_field():
    found = meanings(["手机号码/微信", "手机号码", "联系电话"], [[], [], []])

    assert [each.field for each in found] == ["unknown", "phone", "unknown"]
    assert [each.reason for each in found] == ["header_taken", "header_known", "header_taken"]


def test_many_columns_may_be_for_signatures():
    assert [each.field for each in meanings(["签到", "签名"], [[], []])] == ["sign_in", "sign_in"]


def test_a_column_without_a_known_header_is_told_by_its_cells():
    numbers = [id_number() for _ in range(5)]

    found = meanings(["证", "", "甲"], [numbers, ["13800138000", 13800138001.0, "139-0013-8000"], ["a", "b", "c"]])

    assert [(each.field, each.confidence) for each in found] == [
        ("id_number", "guess"),
        ("phone", "guess"),
        ("unknown", "guess"),
    ]
    assert [each.reason for each in found] == ["content", "content", "header_unknown"]


def test_the_phone_of_somebody_else_is_not_taken_by_its_cells():
    phones = ["13800138000", "13800138001", "13800138002"]

    assert [each.field for each in meanings(["紧急联系人电话"], [phones])] == ["unknown"]


@given(st.text(max_size=80))
def test_any_text_has_one_meaning(header):
    assert meaning(header).field in {*headers.FIELDS, "unknown", "ignore"}


def test_no_variant_stands_for_two_fields():
    variants = [headers.plain(variant) for field in headers.FIELDS.values() for variant in field.variants.split()]

    assert len(set(variants)) == len({(v, headers.VARIANTS[v]) for v in variants})
    for field in headers.FIELDS.values():
        assert {headers.VARIANTS[headers.plain(variant)] for variant in field.variants.split()} == {field.key}


def test_the_choices_of_a_profile_field_are_kept_to():
    clean = cleaner("level", [ProfileSpec("level", "职级", "choice", ("处级", "科级"))])

    assert clean(" 科 级 ") == "科级"
    with pytest.raises(BadValue) as caught:
        clean("厅级")
    assert (caught.value.code, caught.value.params) == ("choice_unknown", {"found": "厅级", "choices": "处级、科级"})


@pytest.mark.parametrize(
    ("kind", "cell", "value"), [("yes_no", "√", True), ("number", "1,200", 1200), ("text", " a ", "a")]
)
def test_profile_fields_are_cleaned_by_their_kind(kind, cell, value):
    assert cleaner("own", [ProfileSpec("own", "自有", kind)])(cell) == value


def test_a_field_has_a_name_in_both_languages():
    with override("zh-hans"):
        assert [label("name"), label("unknown"), label("own", [ProfileSpec("own", "自有")])] == [
            "姓名",
            "新的资料字段",
            "自有",
        ]
    with override("en"):
        assert label("name") == "Name"
