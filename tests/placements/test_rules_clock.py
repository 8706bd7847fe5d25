"""Which hours count towards the answer of a ticket: by the calendar of the office, to the minute."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.rules.clock import Counts, Hours, Office, counted, due_at, later, moved

HERE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 9, 1, tzinfo=HERE)
MINUTE, NOTHING = timedelta(minutes=1), timedelta(0)
MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
SPANS = st.integers(0, 60 * 24 * 10).map(lambda minutes: minutes * MINUTE)
KINDS = st.sampled_from(Counts)
OFF = st.sets(st.integers(0, 30).map(lambda days: date(2026, 9, 1) + timedelta(days=days)))


def calendar(off):
    return lambda day: day.weekday() < 5 and day not in off


QUARTERS = st.tuples(st.integers(0, 80), st.integers(12, 92)).filter(lambda pair: pair[0] + 12 <= pair[1])
OFFICES = QUARTERS.map(lambda pair: Office(*(time(*divmod(quarter * 15, 60)) for quarter in pair)))
HOURS = st.builds(Hours, KINDS, OFFICES, OFF.map(calendar))


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

    assert due_at(at(since), hours, Hours(counts, is_working=calendar(holidays))) == at(due)


@given(since=MOMENTS, by=SPANS, of=HOURS)
def test_as_much_time_counts_until_it_is_due_as_was_given_and_it_is_due_at_the_first_such_moment(since, by, of):
    due = later(since, by, of)

    assert counted(since, due, of) == by
    assert by == NOTHING or counted(since, due - MINUTE, of) == by - MINUTE
    if by and of.counts != Counts.ALL:
        assert of.is_working((due - timedelta(microseconds=1)).date())
    if by and of.counts == Counts.OFFICE:
        assert of.office.opens < due.time() <= of.office.closes


@given(since=MOMENTS, wait=SPANS, by=SPANS, more=SPANS, of=HOURS)
def test_whoever_asks_later_or_is_given_more_time_is_never_due_earlier(since, wait, by, more, of):
    due = later(since, by, of)

    assert since <= due <= later(since + wait, by, of)
    assert due <= later(since, by + more, of)


@given(since=MOMENTS, by=SPANS, of=HOURS, fewer=st.integers(0, 8))
def test_an_office_that_is_open_for_fewer_hours_is_due_no_earlier(since, by, of, fewer):
    hours = Hours(Counts.OFFICE, Office(time(9), time(18)), of.is_working)
    shorter = Hours(Counts.OFFICE, Office(time(9), time(18 - fewer)), of.is_working)

    assert later(since, by / 9, hours) <= later(since, by / 9, shorter)


@given(since=MOMENTS, spans=st.tuples(SPANS, SPANS, SPANS), of=HOURS)
def test_what_was_left_when_the_clock_stopped_is_left_when_it_runs_again(since, spans, of):
    by, stop, stood = spans
    due, stopped_at, now = later(since, by, of), since + stop, since + stop + stood

    again = moved(due, stopped_at, now, of)

    left = counted(stopped_at, due, of)
    if left:
        assert again == later(now, left, of)
    assert again >= due


@given(one=MOMENTS, two=MOMENTS, three=MOMENTS, of=HOURS)
def test_the_time_that_counts_adds_up(one, two, three, of):
    first, middle, last = sorted((one, two, three))
    parts = counted(first, middle, of) + counted(middle, last, of)

    assert parts == counted(first, last, of)
    assert counted(last, first, of) == NOTHING


def test_whoever_works_on_no_day_waits_long_and_not_for_ever():
    assert due_at(FIRST, 1, Hours(Counts.DAYS, is_working=lambda day: False)).year == 2030
