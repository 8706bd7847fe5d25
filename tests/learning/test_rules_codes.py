from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules import codes
from learning.rules.checkins import do_differ, opening, spot_check
from tests import make

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOW = datetime(2026, 9, 8, 1, 0, 3, tzinfo=UTC)
moments = st.integers(0, 4_000_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, tz=UTC))


def shown(session=7, at=NOW, key=KEY):
    return codes.token(key, session, codes.window_of(at))


@given(session=st.integers(1, 2**63 - 1), at=moments)
def test_a_token_is_read_back_as_what_it_was_made_for(session, at):
    assert codes.read_token(KEY, shown(session, at)) == codes.Code(session, codes.window_of(at))


@given(text=st.text(max_size=60))
def test_nothing_that_was_made_up_is_a_code(text):
    assert codes.read_token(KEY, text) is None


@pytest.mark.parametrize("place", range(len(shown())))
def test_a_token_with_one_sign_changed_is_no_code(place):
    text = shown()
    changed = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]

    assert codes.read_token(KEY, changed) is None


def test_a_token_of_another_installation_is_no_code():
    assert codes.read_token(KEY, shown(key=OTHER_KEY)) is None


@pytest.mark.parametrize(
    ("later", "is_fresh"),
    [(0, True), (6.9, True), (7, True), (16.9, True), (17, False), (3600, False), (-4, False)],
)
def test_a_code_counts_in_its_window_and_the_next(later, is_fresh):
    code = codes.read_token(KEY, shown())

    assert code.is_fresh(NOW + timedelta(seconds=later)) == is_fresh


@given(at=moments)
def test_a_window_ends_after_what_is_left_of_it(at):
    end = at + codes.left_of_window(at)

    assert codes.window_of(end) == codes.window_of(at) + 1
    assert timedelta(0) < codes.left_of_window(at) <= codes.WINDOW


@given(at=moments, later=st.integers(0, 30))
def test_digits_count_for_at_least_half_a_minute_after_they_were_shown(at, later):
    assert codes.are_digits_fresh(KEY, 7, codes.digits(KEY, 7, at), at + timedelta(seconds=later))


def test_digits_of_another_session_or_of_a_minute_ago_do_not_count():
    digits = codes.digits(KEY, 7, NOW)

    assert not codes.are_digits_fresh(KEY, 8, digits, NOW)
    assert not codes.are_digits_fresh(KEY, 7, digits, NOW + timedelta(seconds=61))


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("417926", "417926"),
        (" 417 926 ", "417926"),
        ("417-926", "417926"),
        ("４１７９２６", "417926"),
        ("41792", ""),
        ("4179261", ""),
        ("41792x6", ""),
        ("", ""),
    ],
)
def test_digits_are_read_however_they_are_typed(typed, clean):
    assert codes.clean_digits(typed) == clean


@pytest.mark.parametrize(
    ("hour", "minute", "early", "over"),
    [(8, 29, True, False), (8, 30, False, False), (11, 59, False, False), (12, 0, False, True)],
)
def test_check_in_opens_and_closes_around_a_session_from_nine_to_twelve(hour, minute, early, over):
    day = NOW.date()
    times, at = opening(make.at(day, 9), make.at(day, 12)), make.at(day, hour, minute)

    assert (times.is_early(at), times.is_over(at)) == (early, over)


def test_the_roll_and_the_scan_differ_when_they_tell_different_things():
    differing = [roll for roll in ("present", "late", "early", "absent", "excused") if do_differ(roll, "present")]

    assert differing == ["late", "absent", "excused"]


def test_a_spot_check_is_drawn_once():
    people = list(range(100, 140))

    drawn = spot_check(KEY, 7, people)

    assert drawn == spot_check(KEY, 7, reversed(people))
    assert len(set(drawn)) == 5
    assert drawn != spot_check(KEY, 8, people)
