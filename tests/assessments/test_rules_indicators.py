from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.indicators import AttendanceRule, Computed, JournalRule, Leave, attendance_points, journal_points
from learning.rules.attendance import Tally
from trainee_mgmt.kit.errors import Refused

TALLIES = st.builds(Tally, *[st.integers(0, 30)] * 6)
SHARES = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal("0.75"), Decimal(1)])
RULES = st.builds(
    AttendanceRule,
    late_counts=SHARES,
    early_counts=SHARES,
    lates_per_absence=st.integers(0, 4),
    excused=st.sampled_from(list(Leave)),
    missing_counts=st.booleans(),
)


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def test_attendance_points_say_how_they_came_about():
    counted = Tally(present=18, late=2, early=1, absent=1, excused=2, missing=1)

    computed = attendance_points(counted, AttendanceRule(version=3, late_counts=Decimal("0.5")), Decimal(100))

    assert computed == Computed(
        points=Decimal("90.91"),
        numerator=Decimal("20.0"),
        denominator=22,
        missing=1,
        rule_version=3,
        sentence="Attended 20 of 22 sessions × 100 = 90.91 points. "
        "Present 18, late 2, left early 1, absent 1, on leave 2, not recorded 1.",
    )


@pytest.mark.parametrize(
    ("rule", "pair"),
    [
        (AttendanceRule(), (7, 8)),
        (AttendanceRule(late_counts=Decimal(0)), (4, 8)),
        (AttendanceRule(lates_per_absence=2), (5, 8)),
        (AttendanceRule(early_counts=Decimal("0.5")), (Decimal("6.5"), 8)),
        (AttendanceRule(excused=Leave.ATTENDED), (10, 11)),
        (AttendanceRule(excused=Leave.ABSENT), (7, 11)),
        (AttendanceRule(missing_counts=True), (7, 10)),
    ],
)
def test_each_setting_of_the_rule_changes_the_fraction(rule, pair):
    counted = Tally(present=3, late=3, early=1, absent=1, excused=3, missing=2)

    computed = attendance_points(counted, rule, Decimal(10))

    assert (computed.numerator, computed.denominator) == pair


def test_no_session_gives_no_points():
    computed = attendance_points(Tally(excused=2, missing=1), AttendanceRule(), Decimal(100))

    assert (computed.points, computed.denominator) == (None, 0)
    assert computed.sentence == "No session counts yet, so there are no points (not recorded: 1)."


@given(TALLIES, RULES, st.integers(1, 100).map(Decimal))
def test_points_from_attendance_stay_within_the_full_marks_and_repeat(counted, rule, full_marks):
    computed = attendance_points(counted, rule, full_marks)

    assert (computed.points is None) == (computed.denominator == 0)
    assert computed.points is None or 0 <= computed.points <= full_marks
    assert computed == attendance_points(counted, rule, full_marks)


@given(RULES)
def test_a_rule_survives_being_stored(rule):
    assert AttendanceRule.from_json(rule.to_json()) == rule


def test_a_stored_rule_with_an_unknown_setting_is_refused():
    with pytest.raises(Refused):
        JournalRule.from_json({"version": 1, "bonus": "2"})


@pytest.mark.parametrize(
    "wrong",
    [{"late_counts": Decimal(2)}, {"early_counts": Decimal(-1)}, {"lates_per_absence": -1}, {"excused": "maybe"}],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(Refused):
        AttendanceRule(**wrong)


def test_rules_stand_in_words():
    assert AttendanceRule(late_counts=Decimal("0.5"), lates_per_absence=3).in_words() == [
        "A late arrival counts 0.5 and an early leave 1 of an attendance.",
        "Every 3 late arrivals or early leaves take away one attendance.",
        "Granted leave is not counted.",
        "A session without a mark is not counted.",
    ]
    assert JournalRule().in_words() == ["An accepted journal counts 1, one handed in but not accepted 0."]


def test_journal_points_say_how_they_came_about():
    rule = JournalRule(version=2, handed_in_counts=Decimal("0.5"))

    computed = journal_points(accepted=7, handed_in=9, due=12, rule=rule, full_marks=Decimal(50))

    assert computed == Computed(
        points=Decimal("33.33"),
        numerator=Decimal("8.0"),
        denominator=12,
        missing=3,
        rule_version=2,
        sentence="Journals count 8 of 12 due × 50 = 33.33 points. Accepted 7, handed in 9.",
    )


def test_no_journal_due_gives_no_points():
    computed = journal_points(accepted=0, handed_in=0, due=0, rule=JournalRule(), full_marks=Decimal(50))

    assert (computed.points, computed.sentence) == (None, "No journal is due yet, so there are no points.")


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_points_from_journals_stay_within_the_full_marks(accepted, more, due):
    computed = journal_points(
        accepted=accepted, handed_in=accepted + more, due=due, rule=JournalRule(), full_marks=Decimal(100)
    )

    assert computed.points is None or 0 <= computed.points <= 100
