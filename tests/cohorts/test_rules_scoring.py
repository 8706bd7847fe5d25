"""How a cohort scores a journal: points, grades, and what is none of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.scoring import Given, Marking, Scoring, grades_of, points_of
from trainee_mgmt.kit.errors import Refused


@pytest.mark.parametrize(
    ("typed", "points"),
    [("0", "0.0"), ("100", "100.0"), ("84.25", "84.3"), ("84.24", "84.2"), ("８５．５", "85.5"), (" 7 ", "7.0")],
)
def test_points_are_kept_to_one_decimal_halves_up(typed, points):
    assert points_of(typed) == Decimal(points)


@pytest.mark.parametrize("typed", ["", "100.01", "-1", "1e2", "NaN", "85,5", "a", "1/2", "٥٠", "9" * 40])
def test_what_is_no_number_up_to_a_hundred_is_refused(typed):
    with pytest.raises(Refused):
        points_of(typed)


@given(st.decimals(min_value=0, max_value=100, places=3))
def test_rounding_moves_points_by_half_a_tenth_at_most(value):
    assert abs(points_of(f"{value}") - value) <= Decimal("0.05")


@given(st.text(max_size=12))
def test_any_text_is_points_or_refused(text):
    try:
        found = points_of(text)
    except Refused:
        return
    assert 0 <= found <= 100


def test_grades_stand_in_their_order_with_their_points():
    assert grades_of("优 95\n\n良好 85.5\n有 待 加强 50") == [
        Given(Decimal("95.0"), "优"),
        Given(Decimal("85.5"), "良好"),
        Given(Decimal("50.0"), "有 待 加强"),
    ]


@pytest.mark.parametrize("scale", ["优", "95", "优 101", "优 95\n优 90", "\n".join(f"g{n} {n}" for n in range(10))])
def test_a_scale_that_cannot_be_used_is_refused(scale):
    with pytest.raises(Refused):
        grades_of(scale)


def test_a_cohort_takes_only_what_it_asks_for():
    none, points, grades = (Scoring(marking, "优 95") for marking in Marking)

    assert [each.read("") for each in (none, points, grades)] == [None, None, None]
    assert points.read("88") == Given(Decimal("88.0"))
    assert grades.read("优") == Given(Decimal("95.0"), "优")
    for scoring, typed in ((none, "88"), (points, "优"), (grades, "88")):
        with pytest.raises(Refused):
            scoring.read(typed)
