from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.raters import Combined, Given, Method, combine, method_in_words
from trainee_mgmt.kit.rounding import half_up

POINTS = st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=12)


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def raters(*points):
    return [Given(Decimal(str(one))) for one in points]


def test_a_mean_is_rounded_half_up_and_says_how_many_and_how_far_apart():
    combined = combine(raters(80, "80.5", "80.5", 81, "80.03"), "mean", places=1)

    assert combined == Combined(Decimal("80.4"), 5, Decimal(80), Decimal(81), Method.MEAN)
    assert combined.spread == Decimal(1)
    assert combine(raters("0.0", "0.5"), "mean", places=1).score == Decimal("0.3")


@pytest.mark.parametrize(("points", "median"), [((70, 90, 80), "80"), ((70, 90, 80, 81), "80.5"), ((7,), "7")])
def test_a_median_is_the_middle_or_the_mean_of_two(points, median):
    assert combine(raters(*points), "median").score == Decimal(median)


def test_trimming_drops_one_highest_and_one_lowest():
    combined = combine(raters(0, 80, 82, 84, 100, 100), "trimmed")

    assert combined.score == Decimal("86.50")
    assert combined.method == Method.TRIMMED
    assert combined.note == "The highest and the lowest of 6 were dropped."


def test_too_few_raters_are_not_trimmed_and_that_is_said():
    combined = combine(raters(0, 80, 82, 100), "trimmed")

    assert combined.score == Decimal("65.50")
    assert combined.method == Method.MEAN
    assert combined.note == "Highest and lowest count too: they are dropped from 5 raters on, and these are 4."


def test_a_guard_below_three_still_leaves_somebody():
    assert combine(raters(10, 20), "trimmed", guard=1).score == Decimal("15.00")


def test_roles_are_weighed_and_not_their_heads():
    given_points = [Given(Decimal(90), "mentor"), Given(Decimal(60), "panel"), Given(Decimal(70), "panel")]

    combined = combine(given_points, "by_role", role_weights={"mentor": Decimal(40), "panel": Decimal(60)})

    assert combined.score == Decimal("75.00")


def test_a_silent_role_leaves_no_score():
    combined = combine(
        [Given(Decimal(90), "mentor")], "by_role", role_weights={"mentor": Decimal(1), "panel": Decimal(1)}
    )

    assert (combined.score, combined.n, combined.note) == (None, 1, "No points yet from: panel.")


def test_points_of_a_role_without_weight_are_announced():
    combined = combine(
        [Given(Decimal(90), "mentor"), Given(Decimal(10), "guest")], "by_role", role_weights={"mentor": Decimal(1)}
    )

    assert combined.score == Decimal("90.00")
    assert combined.note == "Raters whose role has no weight, so that their points do not count: 1."


def test_nobody_gives_no_score():
    assert combine([], "mean") == Combined(None, 0, None, None, Method.MEAN, "No points were given yet.")


def test_every_method_has_words():
    assert [method_in_words(method) for method in Method] == [
        "mean of all raters",
        "median of all raters",
        "mean without the highest and the lowest (from 5 raters on)",
        "mean of each role, weighed by role",
    ]


@given(POINTS, st.sampled_from(["mean", "median", "trimmed"]))
def test_a_score_lies_between_the_lowest_and_the_highest_and_does_not_depend_on_order(points, method):
    combined = combine([Given(one) for one in points], method)

    assert combined.lowest <= combined.score <= combined.highest
    assert combined == combine([Given(one) for one in reversed(points)], method)


@given(POINTS)
def test_a_mean_is_the_exact_fraction_rounded_once(points):
    assert combine([Given(one) for one in points], "mean").score == half_up(sum(map(Fraction, points)) / len(points), 2)
