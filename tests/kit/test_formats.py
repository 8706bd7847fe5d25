from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from trainee_mgmt.kit.formats import (
    clock,
    dash,
    day,
    from_to,
    from_to_in_sheet,
    moment,
    month,
    number,
    percent,
    weekday,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("zh-hans", date(2026, 10, 27), "10 月 27 日"),
        ("zh-hans", date(2025, 3, 1), "2025 年 3 月 1 日"),
        ("en", date(2026, 10, 27), "27 Oct"),
        ("en", date(2025, 3, 1), "1 Mar 2025"),
        ("en", None, "—"),
    ],
)
def test_a_day_has_a_year_only_when_it_is_another(language, value, written):
    with translation.override(language):
        assert day(value, TODAY) == written


@pytest.mark.parametrize(("language", "written"), [("zh-hans", "1992 年 5 月"), ("en", "May 1992")])
def test_a_month_always_has_its_year(language, written):
    with translation.override(language):
        assert (month(date(1992, 5, 1)), month(None)) == (written, "—")


def test_moments_are_written_in_our_time_zone():
    late = datetime(2026, 10, 26, 18, 5, tzinfo=UTC)

    with translation.override("zh-hans"):
        assert moment(late, TODAY) == "10 月 27 日 02:05"
        assert clock(late) == "02:05"
        assert weekday(late) == "星期二"


def test_a_second_day_is_named_only_where_it_is_another_in_our_time_zone():
    one_day = datetime(2026, 10, 26, 15, 0, tzinfo=UTC), datetime(2026, 10, 26, 15, 59, tzinfo=UTC)
    past_midnight = datetime(2026, 10, 26, 15, 0, tzinfo=UTC), datetime(2026, 10, 26, 16, 30, tzinfo=UTC)

    with translation.override("en"):
        on_screen = [from_to(*times, TODAY) for times in (one_day, past_midnight)]

    assert on_screen == ["26 Oct 23:00–23:59", "26 Oct 23:00 – 27 Oct 00:30"]
    assert [from_to_in_sheet(*times) for times in (one_day, past_midnight)] == [
        "2026-10-26 23:00–23:59",
        "2026-10-26 23:00 – 2026-10-27 00:30",
    ]


def test_nothing_is_a_dash_and_zero_is_a_value():
    assert [dash(None), dash(""), dash(0), number(None), number(0)] == ["—", "—", 0, "—", "0"]


def test_numbers_have_separators():
    assert [number(5059), number(Decimal("1234.50")), number(3.14159, 2), number("x")] == [
        "5,059",
        "1,234.50",
        "3.14",
        "x",
    ]


def test_a_share_of_nothing_is_no_share():
    assert [percent(236, 450), percent(1, 0), percent(None, 3)] == ["52.4%", "—", "—"]
