from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.points import parse_points
from trainee_mgmt.kit.errors import Refused

FULL = Decimal(100)


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("0", "0.0"),
        ("100", "100.0"),
        ("085", "85.0"),
        (" 8 5.5 ", "85.5"),
        ("85,5", "85.5"),
        ("85。5", "85.5"),
        ("８５．５", "85.5"),
        ("85，5", "85.5"),
        ("85、5", "85.5"),
        ("85.", "85.0"),
        (".5", "0.5"),
        ("85.500", "85.5"),
    ],
)
def test_points_are_read_as_people_type_them(typed, points):
    assert str(parse_points(typed, FULL)) == points


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type the points."),
        (" \u3000 ", "Type the points."),
        ("NaN", "Points are a number; “NaN” is none."),
        ("-Infinity", "Points are a number; “-Infinity” is none."),
        ("inf", "Points are a number; “inf” is none."),
        ("-1", "Points cannot be negative."),
        ("－0.5", "Points cannot be negative."),
        ("100.1", "At most 100 points can be given."),
        ("9" * 20, "At most 100 points can be given."),
        ("85.55", "Digits after the point: at most 1."),
        ("1,000", "“1,000” can be read in two ways; use a point and no comma."),
        ("１，０００", "“１，０００” can be read in two ways; use a point and no comma."),
        ("1e2", "“1e2” is not a number."),
        ("8.5.5", "“8.5.5” is not a number."),
        ("0x10", "“0x10” is not a number."),
        ("8²", "“8²” is not a number."),
        ("٨٥", "“٨٥” is not a number."),
        ("八十五", "“八十五” is not a number."),
        (".", "“.” is not a number."),
        ("-", "“-” is not a number."),
        ("<b>9</b>", "“<b>9</b>” is not a number."),
        ("9" * 21, "That is far too long for a number of points."),
        ("9" * 10_000_000, "That is far too long for a number of points."),
    ],
)
def test_anything_else_is_refused_in_one_sentence(typed, sentence):
    with pytest.raises(Refused) as refusal:
        parse_points(typed, FULL)

    assert str(refusal.value) == sentence


def test_points_keep_to_the_step():
    half = Decimal("0.5")

    assert parse_points("8.5", Decimal(10), step=half) == Decimal("8.5")
    with pytest.raises(Refused) as refusal:
        parse_points("8.3", Decimal(10), step=half)
    assert str(refusal.value) == "Points go in steps of 0.5."


@given(st.text(alphabet="0123456789０９.,。-+eEnaif ²½", max_size=25) | st.text(max_size=30), st.integers(0, 3))
def test_whatever_is_typed_becomes_points_in_range_or_a_sentence(typed, decimals):
    try:
        points = parse_points(typed, FULL, decimals=decimals)
    except Refused as refusal:
        said = str(refusal)
    else:
        said = "" if 0 <= points <= FULL and points.as_tuple().exponent == -decimals else None

    assert said == "" or said.endswith(".")


@given(st.decimals(0, 100, places=2))
def test_what_is_printed_can_be_typed_again(points):
    assert parse_points(str(points), FULL, decimals=2) == points
