from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.applications import (
    Condition,
    Operator,
    Stage,
    asked_first,
    contradictions,
    facts,
    full_years,
    in_words,
    is_met,
    lacking_in_words,
    proposed,
    stage,
    unmet,
)
from trainee_mgmt.kit import formats

OPENS, CLOSES = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
days = st.dates(date(1950, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (OPENS - SECOND, Stage.PLANNED),
        (OPENS, Stage.OPEN),
        (CLOSES - SECOND, Stage.OPEN),
        (CLOSES, Stage.CLOSED),
    ],
)
def test_a_round_is_open_from_its_first_moment_up_to_its_last(moment, expected):
    assert stage(OPENS, CLOSES, closed_at=None, decided_at=None, now=moment) == expected


def test_a_round_that_a_person_closed_or_decided_is_no_longer_open():
    assert stage(OPENS, CLOSES, closed_at=OPENS, decided_at=None, now=OPENS + SECOND) == Stage.CLOSED
    assert stage(OPENS, CLOSES, closed_at=None, decided_at=CLOSES, now=CLOSES) == Stage.DECIDED


@given(days, st.integers(0, 100))
def test_one_is_n_years_old_from_the_nth_birthday_on(born_on, years):
    try:
        birthday = born_on.replace(year=born_on.year + years)
    except ValueError:
        birthday = date(born_on.year + years, 3, 1)

    assert full_years(born_on, birthday) == years
    assert full_years(born_on, birthday - timedelta(days=1)) == years - 1


@given(st.integers(0, 90), st.integers(0, 90))
def test_at_least_and_at_most_take_their_limit_in(age, limit):
    assert is_met(Condition("age", Operator.AT_LEAST, str(limit)), age) == (age >= limit)
    assert is_met(Condition("age", Operator.AT_MOST, str(limit)), age) == (age <= limit)


@given(st.sampled_from(["A", "B", "C"]), st.lists(st.sampled_from(["A", "B", "C"]), min_size=1))
def test_none_of_is_the_opposite_of_one_of(value, listed):
    one, none = (is_met(Condition("town", each, listed), value) for each in (Operator.ONE_OF, Operator.NONE_OF))
    assert one != none


@pytest.mark.parametrize("operator", Operator.values)
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_not_known_meets_no_condition(operator, value):
    assert not is_met(Condition("years", operator, "1" if "at" in operator else ["x"]), value)


@pytest.mark.parametrize("value", ["many", "1e999999", "NaN", True])
def test_what_is_no_number_meets_no_limit(value):
    assert is_met(Condition("years", Operator.AT_LEAST, "3"), value) is (value == "1e999999")


def test_the_unmet_rules_come_in_the_order_of_the_rules_each_in_words():
    rules = [
        Condition("age", Operator.AT_LEAST, "22", "Age"),
        Condition("age", Operator.AT_MOST, "40", "Age"),
        Condition("years", Operator.AT_LEAST, "2", "Years of work", "number"),
        Condition("civil_servant", Operator.ONE_OF, [True], "Civil servant", "yes_no"),
        Condition("degree", Operator.NONE_OF, ["none", "school"], "Degree", "choice"),
    ]
    day = date(2026, 9, 1)
    known = facts({"years": "1", "civil_servant": False, "degree": "none"}, born_on=date(1980, 1, 1), sex="f", day=day)

    assert [in_words(each, day=day) for each in unmet(rules, known)] == [
        f"At most 40 years old on {formats.day(day)}",
        "Years of work: at least 2",
        "Civil servant: must be yes",
        "Degree: not none, school",
    ]
    assert lacking_in_words(rules[:3], known | {"years": None}, day=day) == [
        f"At most 40 years old on {formats.day(day)}",
        "Years of work: at least 2 (not stated)",
    ]
    assert asked_first(rules) == ["age", "years", "civil_servant", "degree"]


@given(st.lists(st.integers(), unique=True), st.integers(0, 60), st.integers(0, 60))
def test_as_many_are_proposed_as_seats_are_free_and_nobody_out_of_turn(waiting, chosen, seats):
    found = proposed(waiting, chosen=chosen, seats=seats)

    assert found == waiting[: len(found)]
    assert len(found) == min(len(waiting), max(0, seats - chosen))


def test_rules_that_nobody_can_meet_are_found():
    impossible = [Condition("age", Operator.AT_LEAST, "46"), Condition("age", Operator.AT_MOST, "45")]
    possible = [Condition("age", Operator.AT_LEAST, "45"), Condition("age", Operator.AT_MOST, "45")]
    barred = [Condition("town", Operator.ONE_OF, ["A"]), Condition("town", Operator.NONE_OF, ["A", "B"])]

    assert contradictions(impossible) == ["age"]
    assert contradictions(possible) == []
    assert contradictions(barred) == ["town"]
