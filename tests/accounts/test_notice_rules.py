"""Times and texts of notices: values in, values out."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.texts import cut, fitted, utf8
from accounts.rules.timing import DIGEST_AT, Hours, end_of_quiet, last_working_day, next_allowed, next_digest

SHANGHAI = ZoneInfo("Asia/Shanghai")
moments = st.datetimes(
    datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31"), timezones=st.just(SHANGHAI)
)
hours = st.builds(Hours, st.times(), st.times(), st.just(date(2026, 9, 9)), st.just(date(2026, 9, 20)))


def is_weekday(day):
    return day.weekday() < 5


@given(moments, hours)
def test_the_next_allowed_moment_is_allowed_and_none_before_it_on_its_day(moment, own):
    allowed = next_allowed(moment, own, is_weekday)

    assert allowed >= moment
    assert is_weekday(allowed.date())
    assert not own.is_away(allowed.date())
    assert end_of_quiet(allowed, own) == allowed
    assert next_allowed(allowed, own, is_weekday) == allowed


@given(moments, hours)
def test_a_digest_comes_on_a_working_day_and_not_before_its_time(moment, own):
    planned = next_digest(moment, own, is_weekday)

    assert planned >= moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if own.quiet_from != own.quiet_until and end_of_quiet(planned, own) == planned:
        assert is_weekday(planned.date())
        assert planned.time() >= DIGEST_AT


def test_the_same_time_twice_means_no_quiet_hours():
    night = datetime(2026, 9, 8, 3, tzinfo=SHANGHAI)

    assert end_of_quiet(night, Hours(time(0), time(0))) == night


def test_without_a_working_day_in_sight_nobody_waits_for_ever():
    morning = datetime(2026, 9, 8, 10, tzinfo=SHANGHAI)

    assert next_allowed(morning, Hours(), lambda day: False) - morning < timedelta(days=62)


def test_the_last_working_day_before_a_sunday_is_the_friday():
    assert last_working_day(date(2026, 9, 13), is_weekday) == date(2026, 9, 11)


@given(st.text(max_size=200), st.integers(0, 300))
def test_a_cut_text_fits_and_is_a_beginning(text, limit):
    said = cut(text, limit)

    assert utf8(said) <= limit
    assert said in (text, "") or text.startswith(said.removesuffix("…"))


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=60), min_size=1, max_size=8),
    st.integers(60, 400),
)
def test_a_fitted_text_fits_and_says_how_many_lines_are_left_out(lines, limit):
    more = [f"more {n} https://a.example/" for n in range(len(lines) + 1)]

    said = fitted(lines, more=more, limit=limit)

    assert utf8(said) <= limit
    left_out = int(said.split("\n")[-1].split()[1])
    assert said.split("\n")[:-1][: len(lines) - left_out - 1] == lines[: max(0, len(lines) - left_out - 1)]
