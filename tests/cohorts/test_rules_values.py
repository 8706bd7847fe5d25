from datetime import date, datetime, time
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules import values
from cohorts.rules.values import BadValue, BornOn

CLEANERS = [
    values.clean_name,
    values.clean_phone,
    values.clean_id_number,
    values.clean_sex,
    values.clean_age,
    values.clean_ethnicity,
    values.clean_party,
    values.clean_education,
    values.clean_yes_no,
    values.clean_email,
    values.clean_text,
    values.clean_number,
    values.clean_date,
]
ODD_TEXT = st.text(
    st.one_of(
        st.sampled_from("张欧阳·•．.-_ 　\t\n0123456789０１９XxⅩХ×+-()（）年月日@=√是否男女\u200b\ufeff\ud800�?*⼀〇"),
        st.characters(),
    ),
    max_size=40,
)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    ODD_TEXT,
    st.from_regex(r"[+＋]?(86)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}", fullmatch=True),
    st.from_regex(r"\d{17}[0-9xXⅩ]", fullmatch=True),
    st.from_regex(r"(19|20)\d\d[-./年]?\d{1,2}[-./月]?\d{0,2}日?", fullmatch=True),
)


def outcome(clean, cell):
    """The clean value and no fault, or no value and the fault."""
    try:
        return clean(cell), None
    except BadValue as bad:
        return None, bad


def fault(clean, cell):
    with pytest.raises(BadValue) as caught:
        clean(cell)
    return caught.value.code


@pytest.mark.parametrize("clean", CLEANERS, ids=lambda clean: clean.__name__)
@given(cell=CELLS)
def test_cleaning_gives_a_value_that_stays_clean_or_a_sentence(clean, cell):
    value, bad = outcome(clean, cell)

    assert bad.sentence if bad else clean(value) == value


@given(cell=CELLS)
def test_a_birth_is_a_date_in_reach_or_a_sentence(cell):
    born, bad = outcome(values.clean_born_on, cell)
    if bad:
        assert bad.sentence
        return

    assert values.clean_born_on(f"{born.day:%Y-%m}" if born.is_month_only else born.day) == born


@given(cell=CELLS)
def test_what_is_shown_is_short_and_holds_no_long_number(cell):
    text = values.shown(cell)

    assert len(text) <= 40
    assert not values.LONG_DIGITS.search(text)


@pytest.mark.parametrize("clean", [*CLEANERS, values.clean_born_on], ids=lambda clean: clean.__name__)
@pytest.mark.parametrize("part", ["1", " ", "1-", "张 ", "·", "(", "a@", "199 ", "\u200b", "1.", "张.", "@.", "1 1"])
def test_cleaners_take_little_time_for_long_texts(clean, part):
    started = process_time()

    for length in (values.MOST, 1_000_000):
        with pytest.raises(BadValue):
            clean(part * (length // len(part)))

    assert process_time() - started < 0.25


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        (" 张 三 ", "张三"),
        ("张\u3000三\n", "张三"),
        ("李\u200b四", "李四"),
        ("䶮", "䶮"),
        ("张𬭎", "张𬭎"),
        ("王\ue5e5", "王\ue5e5"),
        ("⽅⼀", "方一"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 • 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
        ("John   Smith", "John Smith"),
        ("Ｊｏｈｎ Smith Jr.", "John Smith Jr."),
        ("O'Brien Anne-Marie", "O'Brien Anne-Marie"),
        ("李 Mike", "李 Mike"),
        ("〇三", "〇三"),
    ],
)
def test_names_lose_what_only_the_form_put_there(cell, name):
    assert values.clean_name(cell) == name


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "blank"),
        ("  ", "blank"),
        ("/", "blank"),
        (12.0, "name_not_text"),
        (date(2026, 5, 1), "name_not_text"),
        ("王?", "name_lost"),
        ("王\ufffd", "name_lost"),
        ("张*", "name_lost"),
        ("张三（女）", "name_extra"),
        ("张三2", "name_extra"),
        ("张三、李四", "name_extra"),
        ("=A1", "name_extra"),
        ("张" * 61, "text_long"),
        ("#REF!", "cell_error"),
    ],
)
def test_what_is_no_name_is_refused(cell, code):
    assert fault(values.clean_name, cell) == code


@pytest.mark.parametrize(
    "cell",
    [
        "13800138000",
        13800138000,
        13800138000.0,
        "13800138000.0",
        "138 0013 8000",
        "138-0013-8000",
        "１３８００１３８０００",
        "+86 138-0013-8000",
        "+8613800138000",
        "008613800138000",
        "86-13800138000",
        "（+86）13800138000",
        "'13800138000",
        "\u202d13800138000\u202c",
    ],
)
def test_a_mobile_number_is_found_under_its_usual_dress(cell):
    assert values.clean_phone(cell) == "13800138000"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.38E+10", "digits_lost"),
        (1.38e17, "digits_lost"),
        ("0755-12345678", "phone_landline"),
        ("62345678", "phone_landline"),
        ("1380013", "phone_length"),
        ("4001234567", "phone_landline"),
        ("1380013800", "phone_length"),
        ("138001380001", "phone_length"),
        ("12800138000", "phone_prefix"),
        ("+852 6123 4567", "phone_foreign"),
        ("0085261234567", "phone_foreign"),
        ("13800138000/13900139000", "phone_several"),
        ("13800138000 张三", "phone_letters"),
        ("138****8000", "phone_masked"),
        ("无", "blank"),
        ("—", "blank"),
        (True, "phone_letters"),
        (float("nan"), "digits_lost"),
    ],
)
def test_what_is_no_mobile_number_is_refused_with_its_reason(cell, code):
    assert fault(values.clean_phone, cell) == code


@pytest.mark.parametrize(
    "cell",
    [
        "11010519491231002X",
        "11010519491231002x",
        "11010519491231002Ⅹ",
        "11010519491231002ｘ",
        "11010519491231002Х",
        "11010519491231002×",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
        "\ufeff11010519491231002X",
    ],
)
def test_an_id_number_ends_in_x_however_it_was_typed(cell):
    assert values.clean_id_number(cell) == "11010519491231002X"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("110105491231002", "id_old"),
        (110105491231002.0, "id_old"),
        (440524188001010014, "digits_lost"),
        (4.40524188001010014e17, "digits_lost"),
        ("4.40524E+17", "digits_lost"),
        ("440524198001010000", "digits_lost"),
        ("44052419800101001", "id_length"),
        ("440524198002300016", "id_date"),
        ("440524179901010016", "id_date"),
        ("110105194912310021", "id_check"),
        ("H1234567890123456X", "id_characters"),
        ("1101O519491231002X", "id_characters"),
        ("1101051949123100XX", "id_characters"),
        ("110105********002X", "id_masked"),
        ("", "blank"),
    ],
)
def test_what_is_no_id_number_is_refused_with_its_reason(cell, code):
    assert fault(values.clean_id_number, cell) == code


def test_a_wrong_check_character_is_named_with_the_one_that_fits():
    with pytest.raises(BadValue) as caught:
        values.clean_id_number("110105194912310021")

    assert caught.value.params == {"fits": "X"}


def test_no_parameter_of_a_sentence_repeats_a_whole_number():
    for cell in ("138001380001", "13800138000张", "1101O519491231002X", "110105194912310021", "99000019900101"):
        for clean in (values.clean_phone, values.clean_id_number, values.clean_name):
            _value, bad = outcome(clean, cell)

            assert not values.LONG_DIGITS.search(str(bad.params))


def test_an_id_number_tells_birth_and_sex():
    assert values.facts_of_id("11010519491231002X") == (date(1949, 12, 31), "f")
    assert values.facts_of_id("440524198001010013") == (date(1980, 1, 1), "m")


@pytest.mark.parametrize(
    ("cell", "sex"), [("男", "m"), (" 女 ", "f"), ("M", "m"), ("Ｆ", "f"), ("Female", "f"), ("男性", "m")]
)
def test_sex_is_read_from_its_usual_words(cell, sex):
    assert values.clean_sex(cell) == sex


@pytest.mark.parametrize("cell", ["1", 1, "男女", "不详", date(2026, 1, 1)])
def test_other_words_are_no_sex(cell):
    assert fault(values.clean_sex, cell) == "sex_unknown"


@pytest.mark.parametrize(
    ("cell", "day", "is_month_only"),
    [
        ("1990-05", date(1990, 5, 1), True),
        ("1990.05", date(1990, 5, 1), True),
        (1990.05, date(1990, 5, 1), True),
        ("1990.5", date(1990, 5, 1), True),
        (1990.12, date(1990, 12, 1), True),
        ("1990年5月", date(1990, 5, 1), True),
        ("1990年05月生", date(1990, 5, 1), True),
        ("１９９０年５月", date(1990, 5, 1), True),
        ("1990/1", date(1990, 1, 1), True),
        ("199005", date(1990, 5, 1), True),
        (199005, date(1990, 5, 1), True),
        (199005.0, date(1990, 5, 1), True),
        ("19900501", date(1990, 5, 1), False),
        (19900501.0, date(1990, 5, 1), False),
        ("1990/5/1", date(1990, 5, 1), False),
        ("1990-05-01 00:00:00", date(1990, 5, 1), False),
        ("1990年5月1日", date(1990, 5, 1), False),
        (datetime.combine(date(1990, 5, 1), time()), date(1990, 5, 1), False),
        (date(1990, 5, 1), date(1990, 5, 1), False),
        (32994, date(1990, 5, 1), False),
        (32994.0, date(1990, 5, 1), False),
    ],
)
def test_births_are_read_in_the_ways_offices_write_them(cell, day, is_month_only):
    assert values.clean_born_on(cell) == BornOn(day, is_month_only)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1990.1, "born_ambiguous"),
        ("1990.1", "born_ambiguous"),
        ("1990", "born_year_only"),
        (1990, "born_year_only"),
        ("1990年", "born_year_only"),
        ("90.05", "born_short_year"),
        ("90年5月", "born_short_year"),
        ("1990-13", "born_unreadable"),
        ("1990-02-30", "born_unreadable"),
        ("五月", "born_unreadable"),
        ("1890-05-01", "born_range"),
        (date(1850, 1, 1), "born_range"),
        (True, "born_unreadable"),
        (time(5, 30), "born_unreadable"),
        (None, "blank"),
    ],
)
def test_a_birth_that_could_mean_two_things_or_none_is_refused(cell, code):
    assert fault(values.clean_born_on, cell) == code


@pytest.mark.parametrize(
    ("cell", "group"),
    [
        ("汉", "汉族"),
        ("汉族", "汉族"),
        ("汉 族", "汉族"),
        ("布依", "布依族"),
        ("穿青人", "穿青人"),
        ("维吾尔族", "维吾尔族"),
    ],
)
def test_ethnic_groups_are_written_in_full(cell, group):
    assert values.clean_ethnicity(cell) == group


def test_there_are_56_ethnic_groups():
    assert len(values.ETHNIC_GROUPS) == 56


def test_an_unknown_ethnic_group_is_refused():
    assert fault(values.clean_ethnicity, "火星族") == "ethnicity_unknown"


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        *zip(["是", "√", "Y", "有", "yes", True, 1, 1.0], [True] * 8),
        *zip(["否", "无", "×", "n", "没有", False, 0, 0.0], [False] * 8),
    ],
)
def test_ticks_are_yes_or_no(cell, answer):
    assert values.clean_yes_no(cell) is answer


@pytest.mark.parametrize(
    ("cell", "code"), [("可能", "yes_no_unknown"), (2, "yes_no_unknown"), ("", "blank"), ("/", "blank")]
)
def test_what_is_neither_yes_nor_no_is_refused(cell, code):
    assert fault(values.clean_yes_no, cell) == code


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("x")'])
def test_what_looks_like_a_formula_stays_text(cell):
    assert values.clean_text(cell) == cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a\x00b\r\nc\u2028d", "ab c d"),
        ("  硕士   研究生 ", "硕士 研究生"),
        (3.0, "3"),
        (3.5, "3.5"),
        (date(2026, 5, 1), "2026-05-01"),
    ],
)
def test_text_is_one_line_without_invisible_characters(cell, text):
    assert values.clean_text(cell) == text


def test_a_text_too_long_is_refused_not_cut():
    assert fault(values.clean_text, "长" * 501) == "text_long"


@pytest.mark.parametrize(("cell", "email"), [(" a.b@EXAMPLE.com ", "a.b@example.com"), ("ａ＠ｑｑ．com", "a@qq.com")])
def test_addresses_have_a_small_domain(cell, email):
    assert values.clean_email(cell) == email


@pytest.mark.parametrize("cell", ["a@b", "a b@c.cn", "a@b..cn", "@b.cn", "a@b.cn;c@d.cn", 5])
def test_what_is_no_address_is_refused(cell):
    assert fault(values.clean_email, cell) == "email_unreadable"


@pytest.mark.parametrize(("cell", "number"), [("1,234.5", "1234.5"), (12, "12"), (0.1, "0.1"), ("１２", "12")])
def test_numbers_are_decimals(cell, number):
    assert values.clean_number(cell) == Decimal(number)


@pytest.mark.parametrize(("cell", "age"), [(42, 42), ("42岁", 42), (42.0, 42), ("42.0", 42)])
def test_ages_are_full_years(cell, age):
    assert values.clean_age(cell) == age


@pytest.mark.parametrize(
    ("cell", "party"), [("党员", "中共党员"), ("团员", "共青团员"), ("无党派", "无党派人士"), ("民革", "民革")]
)
def test_short_words_of_political_status_are_written_in_full(cell, party):
    assert values.clean_party(cell) == party


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("张三13800138000", "张三*********00"),
        ("138 0013 8000", "***********00"),
        ("11010519491231002X", "****************2X"),
        ("1990-05-01", "1990-05-01"),
        ("第3组", "第3组"),
    ],
)
def test_long_numbers_are_masked_wherever_they_stand(text, masked):
    assert values.masked(text) == masked


def test_a_private_cell_is_shown_by_its_last_two_characters():
    assert values.shown("13800138000", private=True) == "*********00"
    assert values.shown(13800138000.0, private=True) == "*********00"
    assert values.shown("12345", private=True) == "*****"
    assert values.shown("待补", private=True) == "待补"
