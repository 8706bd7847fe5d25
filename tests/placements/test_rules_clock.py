"""Which hours count towards the answer of a ticket: by the calendar of the office, to the minute."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.rules.clock import CLOSES, OPENS, Counts, counted, due_at, later, moved

HERE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 9, 1, tzinfo=HERE)
MINUTE, NOTHING = timedelta(minutes=1), timedelta(0)
MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
SPANS = st.integers(0, 60 * 24 * 10).map(lambda minutes: minutes * MINUTE)
KINDS = st.sampled_from(Counts)
OFF = st.sets(st.integers(0, 30).map(lambda days: date(2026, 9, 1) + timedelta(days=days)))


def calendar(off):
    return lambda day: day.weekday() < 5 and day not in off


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("counts", "since", "hours", "due"),
    [
        (Counts.ALL, "2026-09-11 16:00", 72, "2026-09-14 16:00"),
        (Counts.DAYS, "2026-09-11 16:00", 24, "2026-09-14 16:00"),  # Friday to Monday
        (Counts.OFFICE, "2026-09-11 16:00", 4, "2026-09-14 11:00"),
        (Counts.OFFICE, "2026-09-12 10:00", 1, "2026-09-14 10:00"),  # asked on a Saturday
        (Counts.OFFICE, "2026-09-11 20:00", 9, "2026-09-14 18:00"),
        (Counts.OFFICE, "2026-09-30 17:00", 2, "2026-10-09 10:00"),  # over the holidays of October
        (Counts.DAYS, "2026-09-30 12:00", 24, "2026-10-09 12:00"),
    ],
)
def test_weekends_and_holidays_are_counted_only_where_the_rule_says_so(counts, since, hours, due):
    holidays = {date(2026, 10, day) for day in range(1, 9)}

    assert due_at(at(since), hours, counts, calendar(holidays)) == at(due)


@given(since=MOMENTS, by=SPANS, counts=KINDS, off=OFF)
def test_as_much_time_counts_until_it_is_due_as_was_given_and_it_is_due_at_the_first_such_moment(
    since, by, counts, off
):
    is_working = calendar(off)
    due = later(since, by, counts, is_working)

    assert counted(since, due, counts, is_working) == by
    assert by == NOTHING or counted(since, due - MINUTE, counts, is_working) == by - MINUTE
    if by and counts != Counts.ALL:
        assert is_working((due - timedelta(microseconds=1)).date())
    if by and counts == Counts.OFFICE:
        assert OPENS < due.time() <= CLOSES


@given(since=MOMENTS, spans=st.tuples(SPANS, SPANS, SPANS), counts=KINDS, off=OFF)
def test_what_was_left_when_the_clock_stopped_is_left_when_it_runs_again(since, spans, counts, off):
    is_working, (by, stop, stood) = calendar(off), spans
    due, stopped_at, now = later(since, by, counts, is_working), since + stop, since + stop + stood

    again = moved(due, stopped_at, now, counts, is_working)

    left = counted(stopped_at, due, counts, is_working)
    if left:
        assert again == later(now, left, counts, is_working)
    assert again >= due


@given(one=MOMENTS, two=MOMENTS, three=MOMENTS, counts=KINDS, off=OFF)
def test_the_time_that_counts_adds_up(one, two, three, counts, off):
    first, middle, last = sorted((one, two, three))
    is_working = calendar(off)
    parts = counted(first, middle, counts, is_working) + counted(middle, last, counts, is_working)

    assert parts == counted(first, last, counts, is_working)
    assert counted(last, first, counts, is_working) == NOTHING


def test_whoever_works_on_no_day_waits_long_and_not_for_ever():
    assert due_at(FIRST, 1, Counts.DAYS, lambda day: False).year == 2030
