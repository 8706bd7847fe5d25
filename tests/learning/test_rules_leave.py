from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules.leave import Level, Limits, chain, check_times, days, next_level, overlaps
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pdfs import check_pdf

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMITS = Limits(officer_days=Decimal("0.5"), head_teacher_days=Decimal(3), after_days=0)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "ends", "length"),
    [
        ("2026-09-08T09:00", "2026-09-08T13:00", "0.5"),
        ("2026-09-08T09:00", "2026-09-08T13:01", "1"),
        ("2026-09-08T22:00", "2026-09-09T02:00", "1"),
        ("2026-12-31T09:00", "2027-01-01T18:00", "2"),
        ("2028-02-28T00:00", "2028-03-01T00:00", "2"),
        ("2026-09-08T00:00", "2026-09-09T00:00", "1"),
        ("2026-09-08T09:00", "2026-09-08T09:00", "0"),
    ],
)
def test_length_counts_half_and_whole_days(begins, ends, length):
    assert days(at(begins), at(ends)) == Decimal(length)


@pytest.mark.parametrize(("length", "steps"), [("0.5", (1,)), ("1", (2,)), ("3", (2,)), ("3.5", (2, 3))])
def test_the_longer_the_leave_the_higher_the_level(length, steps):
    assert chain(Decimal(length), LIMITS) == steps


def test_whoever_stands_higher_decides_for_those_below():
    assert next_level([2, 3], Level.HEAD_TEACHER) == Level.ORGANIZER
    assert next_level([2, 3], Level.ORGANIZER) is None
    assert next_level([1], Level.HEAD_TEACHER) is None


@pytest.mark.parametrize(
    ("begins", "ends", "after_days", "words"),
    [
        ("2026-09-10T09:00", "2026-09-10T09:00", 0, "ends after"),
        ("2026-09-10T09:00", "2027-09-10T09:00", 0, "half a year"),
        ("2026-08-01T09:00", "2026-08-02T00:00", 90, "outside"),
        ("2027-01-01T00:00", "2027-01-02T00:00", 0, "outside"),
        ("2026-09-08T08:59", "2026-09-09T09:00", 0, "before it begins"),
        ("2026-09-06T08:59", "2026-09-09T09:00", 2, "up to 2 days"),
    ],
)
def test_leave_is_refused_that_cannot_be(begins, ends, after_days, words):
    limits = Limits(Decimal(0), Decimal(1), after_days)

    with pytest.raises(Refused, match=words):
        check_times(
            at(begins),
            at(ends),
            first=date(2026, 9, 1),
            last=date(2026, 12, 31),
            now=at("2026-09-08T09:00"),
            limits=limits,
        )


@given(*[st.integers(0, 40)] * 4)
def test_two_times_overlap_exactly_when_they_share_a_minute(a, length, b, other):
    base, minute = at("2026-12-31T23:40"), timedelta(minutes=1)
    one, two = set(range(a, a + length)), set(range(b, b + other))

    told = overlaps(base + a * minute, base + (a + length) * minute, base + b * minute, base + (b + other) * minute)

    assert told == bool(one & two) or not (length and other)


GOOD = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MZ\x90", "not a complete PDF"),
        (GOOD[:-8], "not a complete PDF"),
        (GOOD.replace(b"/Type", b"/Encrypt 5 0 R/Type"), "locked"),
        (GOOD.replace(b"/Type", b"/JavaScript (app.alert(1))/Type"), "programs"),
        (GOOD.replace(b"/Type", b"/J#61vaScript 5 0 R/Type"), "programs"),
        (GOOD.replace(b"/Type", b"/EmbeddedFile/Type"), "programs"),
        (b"%PDF-" + b" " * (11 * 2**20) + b"%%EOF", "at most 10 MB"),
    ],
)
def test_a_pdf_that_does_more_than_show_is_refused(data, words):
    with pytest.raises(Refused, match=words):
        check_pdf(data)


def test_a_plain_pdf_is_taken():
    assert check_pdf(GOOD) is None
