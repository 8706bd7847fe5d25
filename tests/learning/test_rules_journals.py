from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.membership import join, transfer, withdraw
from learning.rules.journals import (
    MOVES,
    REFUSALS,
    TEXT_LIMIT,
    Action,
    State,
    Week,
    clean_text,
    due,
    may,
    move,
    owed,
    require_text,
    weeks,
)
from trainee_mgmt.kit.errors import Refused

TUESDAY = date(2026, 9, 1)
FRIDAY = date(2026, 9, 25)
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def test_weeks_start_on_monday_and_are_due_on_sunday():
    found = weeks(TUESDAY, FRIDAY)

    assert [week.monday.isoformat() for week in found] == ["2026-08-31", "2026-09-07", "2026-09-14", "2026-09-21"]
    assert found[0] == Week(date(2026, 8, 31), TUESDAY, date(2026, 9, 6), date(2026, 9, 6))
    assert found[-1] == Week(date(2026, 9, 21), date(2026, 9, 21), FRIDAY, date(2026, 9, 27))


def test_a_cohort_that_ends_before_it_starts_has_no_weeks():
    assert weeks(FRIDAY, TUESDAY) == []


@given(DATES, st.integers(0, 120))
def test_the_weeks_cover_every_day_of_the_cohort_exactly_once(starts_on, length):
    ends_on = starts_on + timedelta(days=length)
    days = [
        week.first + timedelta(days=n)
        for week in weeks(starts_on, ends_on)
        for n in range((week.last - week.first).days + 1)
    ]

    assert days == [starts_on + timedelta(days=n) for n in range(length + 1)]


def test_who_joined_late_or_left_owes_only_whole_weeks():
    schedule = weeks(TUESDAY, FRIDAY)
    late = join([], "A", on=date(2026, 9, 9))
    left = withdraw(join([], "A", on=TUESDAY), on=date(2026, 9, 17))
    moved = transfer(join([], "A", on=TUESDAY), "B", on=date(2026, 9, 9))

    assert [week.monday.day for week in owed(schedule, late)] == [14, 21]
    assert [week.monday.day for week in owed(schedule, left)] == [31, 7]
    assert owed(schedule, moved) == schedule


def test_a_journal_is_due_once_its_last_day_has_passed():
    schedule = weeks(TUESDAY, FRIDAY)
    stays = join([], "A", on=TUESDAY)

    assert due(schedule, stays, as_of=date(2026, 9, 6)) == []
    assert due(schedule, stays, as_of=date(2026, 9, 7)) == schedule[:1]
    assert due(schedule, stays, as_of=date(2026, 10, 1)) == schedule


def test_every_state_and_action_is_either_a_move_or_a_refusal_in_words():
    every = set(product(State, Action))

    assert set(MOVES) | set(REFUSALS) == every
    assert set(MOVES) & set(REFUSALS) == set()


def test_a_journal_goes_from_draft_over_a_return_to_accepted():
    state = State.DRAFT
    for action in ("edit", "submit", "return", "edit", "submit", "accept"):
        state = move(state, action)

    assert state == State.ACCEPTED


@pytest.mark.parametrize(("state", "action"), sorted(REFUSALS))
def test_a_refused_move_says_why(state, action):
    with pytest.raises(Refused) as refusal:
        move(state, action)

    assert str(refusal.value) == REFUSALS[state, action]
    assert not may(state, action)


@given(st.text())
def test_cleaning_a_text_twice_changes_nothing_more(text):
    once = clean_text(text)

    assert clean_text(once) == once


def test_line_ends_and_invisible_characters_are_made_plain():
    assert clean_text("  第一天 \r\n\r\n\r\n\r\n参观\u202e\x00工厂\ud800  ") == "第一天\n\n参观工厂"


def test_a_text_of_exactly_the_limit_is_taken_and_one_more_is_not():
    assert len(clean_text("字" * TEXT_LIMIT + "\n" * 100)) == TEXT_LIMIT

    with pytest.raises(Refused) as refusal:
        clean_text("字" * (TEXT_LIMIT + 1))

    assert str(refusal.value) == "The text has 20001 characters; at most 20000 are taken."


def test_a_huge_text_is_refused_even_if_it_is_all_white_space():
    with pytest.raises(Refused):
        clean_text(" " * 1_000_000)


def test_handing_in_wants_words():
    with pytest.raises(Refused):
        require_text(" \n ")
