from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from trainee_mgmt.kit.rounding import apportion, half_up, percent

PARTS = st.lists(st.fractions(min_value=-50, max_value=50, max_denominator=997), max_size=12)


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Decimal("0.5"), 0, "1"),
        (Decimal("1.5"), 0, "2"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-2.5"), 0, "-3"),
        (Decimal("-0.04"), 1, "0.0"),
        (Decimal("2.675"), 2, "2.68"),
        (Fraction(2, 3), 4, "0.6667"),
        (7, 2, "7.00"),
        (Fraction(10**40 + 1, 2), 0, str(5 * 10**39 + 1)),
    ],
)
def test_half_up_rounds_halves_away_from_zero(value, places, rounded):
    assert str(half_up(value, places)) == rounded


def test_half_up_refuses_a_float():
    with pytest.raises(TypeError):
        half_up(2.675, 2)


def test_percent_has_no_value_without_a_denominator():
    assert percent(0, 0) is None


@given(PARTS, st.integers(0, 3))
def test_apportioned_parts_re_add_to_their_rounded_sum(parts, places):
    assert sum(apportion(parts, places), Decimal(0)) == half_up(sum(parts, Fraction(0)), places)


@given(PARTS, st.integers(0, 3))
def test_apportioned_parts_stay_within_one_unit_of_their_exact_value(parts, places):
    unit = Fraction(1, 10**places)
    assert all(abs(Fraction(given) - part) < unit for given, part in zip(apportion(parts, places), parts))
