from datetime import date

import pytest
from django.utils import translation

from cohorts.rules.days import shown_day, stage
from cohorts.rules.headers import ProfileSpec
from cohorts.rules.numbers import next_number
from cohorts.rules.profile import clean, in_words, merged, on_page, stored

FIRST, LAST = date(2026, 9, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("taken", "prefix", "following"),
    [
        ([], "", "001"),
        ([], "2601-", "2601-001"),
        (["1", "2", "9"], "", "10"),
        (["009", "010"], "", "011"),
        (["2601-001", "2601-009"], "", "2601-010"),
        (["A1", "B7"], "A", "A2"),
        (["x", ""], "", "001"),
        (["99"], "", "100"),
    ],
)
def test_the_next_number_follows_the_highest(taken, prefix, following):
    assert next_number(taken, prefix) == following


@pytest.mark.parametrize(
    ("today", "shown"), [(date(2026, 1, 1), FIRST), (date(2026, 10, 1), date(2026, 10, 1)), (date(2027, 5, 1), LAST)]
)
def test_a_list_shows_the_nearest_day_of_the_cohort(today, shown):
    assert shown_day(FIRST, LAST, today) == shown


@pytest.mark.parametrize(
    ("today", "is_closed", "expected"),
    [
        (date(2026, 8, 31), False, "planned"),
        (FIRST, False, "running"),
        (LAST, False, "running"),
        (date(2027, 1, 1), False, "finished"),
        (FIRST, True, "finished"),
    ],
)
def test_how_far_a_cohort_has_come(today, is_closed, expected):
    assert stage(FIRST, LAST, today, is_closed=is_closed) == expected


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", " a  b ", "a b"),
        ("text", "—", None),
        ("yes_no", "是", True),
        ("date", "2026年9月1日", "2026-09-01"),
        ("number", "1,000.50", "1000.50"),
        ("choice", "高管", "高管"),
    ],
)
def test_a_value_is_kept_as_json_takes_it(kind, typed, kept):
    assert clean(ProfileSpec("field", "Field", kind, ("高管", "中层") if kind == "choice" else ()), typed) == kept


def test_a_value_that_is_none_is_taken_out():
    assert merged({"a": 1, "b": 2}, {"a": None, "c": False}) == {"b": 2, "c": False}


@pytest.mark.parametrize(("value", "words"), [(True, "yes"), ("true", "yes"), (False, "no"), (None, "")])
def test_yes_and_no_in_words(value, words):
    with translation.override("en"):
        assert in_words("yes_no", value) == words


def test_a_date_is_written_for_people_on_a_page_and_for_sorting_in_a_sheet():
    with translation.override("en"):
        assert (on_page("date", "1992-05-06"), in_words("date", "1992-05-06")) == ("6 May 1992", "1992-05-06")
        assert (on_page("date", None), on_page("yes_no", True)) == ("", "yes")


def test_a_number_keeps_its_digits():
    assert stored(clean(ProfileSpec("n", "N", "number"), "0.10")) == "0.10"
