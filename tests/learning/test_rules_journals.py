from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.journaling import Every, JournalRule, changed
from cohorts.rules.membership import join, transfer, withdraw
from learning.rules.journals import (
    MOVES,
    REFUSALS,
    TEXT_LIMIT,
    Action,
    Period,
    State,
    clean_text,
    may,
    move,
    owed,
    past_due,
    periods,
    require_text,
)
from trainee_mgmt.kit.errors import Refused

TUESDAY = date(2026, 9, 1)
FRIDAY = date(2026, 9, 25)
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


WEEKLY = JournalRule(Every.WEEK)


def weeks(starts_on, ends_on, rule=WEEKLY):
    return periods([rule], starts_on, ends_on)


def is_weekday(day):
    return day.weekday() < 5


def owed_on_weekdays(schedule, stays, **fields):
    return owed(schedule, stays, is_working_day=is_weekday, **fields)


def test_weeks_start_on_monday_and_are_due_on_sunday():
    found = weeks(TUESDAY, FRIDAY)

    assert [week.start.isoformat() for week in found] == ["2026-08-31", "2026-09-07", "2026-09-14", "2026-09-21"]
    assert found[0] == Period(date(2026, 8, 31), TUESDAY, date(2026, 9, 6), date(2026, 9, 6))
    assert found[-1] == Period(date(2026, 9, 21), date(2026, 9, 21), FRIDAY, date(2026, 9, 27))


def test_months_end_with_the_month_or_with_the_cohort():
    found = periods([JournalRule(Every.MONTH, due_in=3)], date(2027, 12, 20), date(2028, 2, 29))

    assert [(month.start, month.first, month.last, month.due_on) for month in found] == [
        (date(2027, 12, 1), date(2027, 12, 20), date(2027, 12, 31), date(2028, 1, 3)),
        (date(2028, 1, 1), date(2028, 1, 1), date(2028, 1, 31), date(2028, 2, 3)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 3)),
    ]


def test_of_days_only_working_days_ask_for_a_journal():
    stays = join([], "A", on=TUESDAY)
    schedule = periods([JournalRule(Every.DAY, due_in=1)], TUESDAY, date(2026, 9, 8))
    holiday, worked_saturday = date(2026, 9, 3), date(2026, 9, 5)

    found = owed(
        schedule, stays, is_working_day=lambda day: day == worked_saturday or (is_weekday(day) and day != holiday)
    )

    assert [day.start.day for day in found] == [1, 2, 4, 5, 7, 8]
    assert found[0].due_on == date(2026, 9, 2)


def test_a_week_of_holidays_asks_for_nothing():
    schedule = weeks(date(2026, 9, 28), date(2026, 10, 11))
    holidays = {date(2026, 10, 5) + timedelta(days=n) for n in range(5)}

    found = owed(
        schedule, join([], "A", on=TUESDAY), is_working_day=lambda day: is_weekday(day) and day not in holidays
    )

    assert [week.start.day for week in found] == [28]


def test_a_cohort_that_ends_before_it_starts_has_no_weeks():
    assert weeks(FRIDAY, TUESDAY) == []


RULES = st.builds(JournalRule, st.sampled_from(Every), st.integers(0, 9))


@given(DATES, st.integers(0, 120), st.sampled_from([Every.DAY, Every.WEEK, Every.MONTH]))
def test_the_periods_cover_every_day_of_the_cohort_exactly_once(starts_on, length, every):
    ends_on = starts_on + timedelta(days=length)
    days = [day for period in periods([JournalRule(every)], starts_on, ends_on) for day in period.days]

    assert days == [starts_on + timedelta(days=n) for n in range(length + 1)]


@given(DATES, st.integers(0, 90), RULES, st.lists(st.tuples(st.integers(-10, 100), RULES), max_size=5))
def test_a_change_of_the_rule_leaves_every_period_that_has_begun_as_it_was(starts_on, length, rule, changes):
    ends_on = starts_on + timedelta(days=length)
    rules = [rule]
    for after, new in sorted(changes, key=lambda change: change[0]):
        today = starts_on + timedelta(days=after)
        before = [period for period in periods(rules, starts_on, ends_on) if period.first <= today]

        rules = changed(rules, new, starts_on=starts_on, today=today)

        found = periods(rules, starts_on, ends_on)
        if today >= starts_on:
            assert [period for period in found if period.first <= today] == before
        assert len({period.start for period in found}) == len(found)
        assert rules[-1].asks_the_same_as(new)


def test_a_change_holds_from_the_day_after_the_period_that_has_begun():
    rules = changed([WEEKLY], JournalRule(Every.MONTH, 5), starts_on=TUESDAY, today=date(2026, 9, 9))

    assert [
        (each.first.isoformat(), each.last.isoformat()) for each in periods(rules, TUESDAY, date(2026, 10, 20))
    ] == [
        ("2026-09-01", "2026-09-06"),
        ("2026-09-07", "2026-09-13"),
        ("2026-09-14", "2026-09-30"),
        ("2026-10-01", "2026-10-20"),
    ]


def test_a_change_that_is_taken_back_before_it_holds_leaves_no_trace():
    rules = changed([WEEKLY], JournalRule(Every.DAY), starts_on=TUESDAY, today=date(2026, 9, 9))

    assert changed(rules, WEEKLY, starts_on=TUESDAY, today=date(2026, 9, 10)) == [WEEKLY]


def test_who_joined_late_or_left_owes_only_whole_weeks():
    schedule = weeks(TUESDAY, FRIDAY)
    late = join([], "A", on=date(2026, 9, 9))
    left = withdraw(join([], "A", on=TUESDAY), on=date(2026, 9, 17))
    moved = transfer(join([], "A", on=TUESDAY), "B", on=date(2026, 9, 9))

    assert [week.start.day for week in owed_on_weekdays(schedule, late)] == [14, 21]
    assert [week.start.day for week in owed_on_weekdays(schedule, left)] == [31, 7]
    assert owed_on_weekdays(schedule, moved) == schedule


def test_what_was_handed_in_stays_asked_for_though_its_writer_left_on_an_earlier_day():
    schedule = weeks(TUESDAY, FRIDAY)
    left = withdraw(join([], "A", on=TUESDAY), on=date(2026, 9, 8))

    found = owed_on_weekdays(schedule, left, written={date(2026, 9, 7)})

    assert [week.start.day for week in found] == [31, 7]


def test_a_journal_is_due_once_its_last_day_has_passed():
    schedule = weeks(TUESDAY, FRIDAY)

    assert past_due(schedule, as_of=date(2026, 9, 6)) == []
    assert past_due(schedule, as_of=date(2026, 9, 7)) == schedule[:1]
    assert past_due(schedule, as_of=date(2026, 10, 1)) == schedule


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
