from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.membership import join, transfer, withdraw
from learning.rules.attendance import (
    TAP_CYCLE,
    Mark,
    Rate,
    Tally,
    expected,
    is_expected,
    rate,
    roll_call,
    tally,
)
from trainee_mgmt.kit.errors import Refused

DAY = date(2026, 9, 1)
MARKS = st.lists(st.none() | st.sampled_from(list(Mark)))


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def test_taps_go_once_around_all_marks():
    assert sorted(TAP_CYCLE) == sorted(Mark)


def test_a_roll_call_makes_everybody_present_but_the_exceptions():
    assert roll_call([1, 2, 3], {2: "late"}) == {1: Mark.PRESENT, 2: Mark.LATE, 3: Mark.PRESENT}


def test_a_roll_call_refuses_marks_for_somebody_who_is_not_expected():
    with pytest.raises(Refused) as refusal:
        roll_call([1], {2: "late", 3: "absent"})

    assert str(refusal.value) == "2 of the people marked are not expected at this session."


def test_a_roll_call_refuses_a_mark_that_does_not_exist():
    with pytest.raises(Refused):
        roll_call([1], {1: "asleep"})


def test_the_class_on_the_day_of_the_session_decides_who_is_expected():
    moved = transfer(join([], "A", on=DAY), "B", on=DAY + timedelta(days=7))
    late = join([], "A", on=DAY + timedelta(days=3))
    left = withdraw(join([], "A", on=DAY), on=DAY + timedelta(days=2))
    members = {"moved": moved, "late": late, "left": left}

    assert expected(members, DAY + timedelta(days=1), ["A"]) == ["moved", "left"]
    assert expected(members, DAY + timedelta(days=6), ["A"]) == ["moved", "late"]
    assert expected(members, DAY + timedelta(days=7), ["A"]) == ["late"]
    assert expected(members, DAY + timedelta(days=7)) == ["moved", "late"]


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_transfer_leaves_each_day_with_one_expecting_class(transfer_after, session_after):
    stays = transfer(join([], "A", on=DAY), "B", on=DAY + timedelta(days=transfer_after))
    day = DAY + timedelta(days=session_after)

    assert is_expected(stays, day, {"A"}) + is_expected(stays, day, {"B"}) == 1


@given(MARKS)
def test_a_tally_re_adds_to_the_sessions_held(marks):
    counted = tally(marks)

    assert counted.held == len(marks)
    assert 0 <= counted.came <= counted.held


def test_a_rate_prints_numerator_denominator_and_what_is_not_recorded():
    counted = tally(["present", "late", "absent", "excused", "early", None])

    assert counted == Tally(present=1, late=1, early=1, absent=1, excused=1, missing=1)
    assert rate(counted) == Rate(numerator=3, denominator=6, missing=1)
    assert rate(counted, without_excused=True) == Rate(numerator=3, denominator=5, missing=1)
