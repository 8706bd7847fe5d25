"""What the clock makes of a person, what lateness adds up to, and whether the aim can still be reached."""

from datetime import datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.rules.attendance import Mark, Tally, tally
from learning.rules.states import (
    DEFAULT,
    Counted,
    Limits,
    arrival,
    in_words,
    made_of_lateness,
    reaches,
    spans,
    standing,
    state_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 9, 8, 9, tzinfo=SHANGHAI)
NOON = NINE + timedelta(hours=3)
minutes = st.integers(1, 200)
limits = st.builds(
    lambda late, more, early: Limits(late_from=late, absent_from=late + more, early_before=early),
    minutes, st.integers(0, 200), st.integers(0, 200),
)  # fmt: skip
starts = st.integers(0, 2 * 366 * 24 * 60).map(  # over a year's end, a 29 February and every midnight
    lambda minute: datetime(2027, 6, 1, tzinfo=SHANGHAI) + timedelta(minutes=minute)
)


@given(starts, st.integers(1, 24 * 60), limits, st.integers(-26 * 3600, 26 * 3600))
@settings(max_examples=300, deadline=None)
def test_every_second_belongs_to_exactly_one_state(starts_at, length, rule, second):
    ends_at, moment = starts_at + timedelta(minutes=length), starts_at + timedelta(seconds=second)

    holding = [
        span.state
        for span in spans(starts_at, ends_at, rule)
        if (span.start is None or span.start <= moment) and (span.end is None or moment < span.end)
    ]

    assert holding == [arrival(moment, starts_at, ends_at, rule)]


@given(limits)
def test_all_seconds_of_one_day_are_covered_without_a_gap(rule):
    found = spans(NINE, NOON, rule)

    assert (found[0].start, found[-1].end) == (None, None)
    assert all(one.end == other.start for one, other in pairwise(found))


@given(limits, st.integers(-3600, 6 * 3600), st.integers(-3600, 6 * 3600))
def test_whoever_stays_longer_never_stands_worse(rule, came, left):
    order = [Mark.ABSENT, Mark.LATE, Mark.EARLY, Mark.PRESENT]
    came_at, left_at = NINE + timedelta(seconds=came), NINE + timedelta(seconds=left)

    shorter = state_of(came_at, left_at, NINE, NOON, rule)
    longer = state_of(came_at, left_at + timedelta(minutes=1), NINE, NOON, rule)

    assert order.index(longer) >= order.index(shorter)


def test_the_borders_are_half_open():
    rule = Limits(late_from=5, absent_from=30, early_before=10)

    def at(hour, minute, second=0):
        return NINE.replace(hour=hour, minute=minute, second=second)

    assert arrival(at(9, 4, 59), NINE, NOON, rule) == "present"
    assert arrival(at(9, 5), NINE, NOON, rule) == "late"
    assert arrival(at(9, 29, 59), NINE, NOON, rule) == "late"
    assert arrival(at(9, 30), NINE, NOON, rule) == "absent"
    assert state_of(at(9, 0), at(11, 50), NINE, NOON, rule) == "present"
    assert state_of(at(9, 0), at(11, 49, 59), NINE, NOON, rule) == "early"
    assert state_of(at(9, 10), at(11, 0), NINE, NOON, rule) == "late"
    assert state_of(at(8, 0), at(9, 0), NINE, NOON, rule) == "absent"
    assert state_of(None, None, NINE, NOON, rule) == "absent"


def test_a_session_shorter_than_the_rule_ends_in_absence():
    rule = Limits(late_from=5, absent_from=30)
    ends_at = NINE + timedelta(minutes=3)

    assert [span.state for span in spans(NINE, ends_at, rule)] == ["present", "absent"]


def test_two_late_make_one_absence():
    rule = Limits(lates_per_absence=2, earlies_per_absence=3)

    made = [
        made_of_lateness(tally(["late"] * late + ["early"] * early), rule) for late, early in ((1, 2), (2, 2), (5, 3))
    ]

    assert made == [0, 1, 3]


MARKS = ["present", "late", "early", "absent", "excused"]
RULES = [
    Limits(least_percent=80),
    Limits(least_percent=67, lates_per_absence=2),
    Limits(least_percent=50, lates_per_absence=1, earlies_per_absence=2),
    Limits(least_percent=0, most_absences=1, lates_per_absence=2),
    Limits(least_percent=100),
]


def ends(marks, rule):
    counted = tally(marks)
    made = made_of_lateness(counted, rule)
    return reaches(counted.came - made, counted.absent + made, len(marks), rule)


def test_out_of_reach_is_said_exactly_when_no_end_reaches_the_aim():
    """Exhaustive: every history of up to four sessions, every number of coming ones up to three, every way to end."""
    wrong = []
    for rule in RULES:
        for held, coming in product(range(5), range(4)):
            if held + coming > 5:
                continue
            futures = list(product(MARKS, repeat=coming))
            for past in product(MARKS, repeat=held):
                said = standing([Counted(tally(past), rule, coming)], rule).is_lost
                if said == any(ends((*past, *future), rule) for future in futures):
                    wrong.append((rule, past, coming))
    assert wrong == []


def test_known_leave_ahead_counts_as_planned_and_is_not_attended():
    wrong = []
    for rule in RULES:
        for past, coming, away in product(product(MARKS, repeat=2), range(3), range(3)):
            futures = product(MARKS, repeat=coming)
            said = standing([Counted(tally(past), rule, coming, away)], rule).is_lost
            if said == any(ends((*past, *future, *["excused"] * away), rule) for future in futures):
                wrong.append((rule, past, coming, away))
    assert wrong == []


def test_so_many_sessions_may_be_missed_and_not_one_more():
    wrong = []
    for rule in RULES:
        for held, coming in product(range(4), range(1, 4)):
            for past in product(MARKS, repeat=held):
                spare = standing([Counted(tally(past), rule, coming)], rule).spare
                for missed in range(coming + 1):
                    future = ("absent",) * missed + ("present",) * (coming - missed)
                    if ends((*past, *future), rule) != (missed <= spare):
                        wrong.append((rule, past, coming, missed))
    assert wrong == []


def test_marks_of_two_versions_are_converted_each_by_its_own():
    first, second = Limits(lates_per_absence=2), Limits(lates_per_absence=3)

    found = standing([Counted(tally(["late"] * 3), first), Counted(tally(["late"] * 3), second, coming=4)], second)

    assert (found.counted, found.held, found.absences, found.best, found.planned) == (4, 6, 2, 8, 10)


def test_the_rule_is_told_in_words():
    words = in_words(Limits(lates_per_absence=2, most_absences=3, warn_drop=20))

    assert words[2:6] == [
        "2 late arrivals make one absence.",
        "Early leaving makes no absences.",
        "At least 80% of the planned sessions must be attended; leave does not count as attended.",
        "More than 3 absences fail the training.",
    ]
    assert words[-1] == (
        "The head teacher is warned of: 3 absences in a row; a rate under 80%; a rate that fell by 20 points."
    )


@pytest.mark.parametrize(
    ("planned", "missed", "is_near"),
    [(11, 0, False), (11, 1, True), (11, 2, True), (40, 5, False), (40, 6, True), (40, 8, True), (40, 9, False)],
)
def test_near_is_who_used_half_of_what_may_be_missed_and_has_little_left(planned, missed, is_near):
    marks = Counted(Tally(absent=missed), DEFAULT, coming=planned - missed)

    assert standing([marks], DEFAULT).is_near is is_near
