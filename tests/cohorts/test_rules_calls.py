"""What speaks against calling a person to a cohort."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.rules.calls import Absence, Engagement, findings, in_words, overlap

DAY = timedelta(days=1)
HERE = Engagement("trainee", 1, 7, date(2026, 9, 1), date(2026, 11, 30), "Our office")
days = st.integers(0, 40).map(lambda n: date(2026, 2, 1) + n * DAY)
spans = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


def engaged(starts_on, ends_on, *, kind="trainee", cohort=2, program=8, theme=""):
    return Engagement(kind, cohort, program, starts_on, ends_on, "Their office", theme)


def codes(**given_too):
    return [each.code for each in findings(cohort=HERE, **({"engagements": []} | given_too))]


@given(spans, spans)
@settings(max_examples=300, deadline=None)
def test_spans_overlap_when_they_have_a_day_in_common(one, other):
    def every(first, last):
        return {first + n * DAY for n in range((last - first).days + 1)}

    assert overlap(*one, *other) is bool(every(*one) & every(*other))
    assert overlap(*one, other[0], None) is (one[1] >= other[0])


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "found"),
    [
        (date(2026, 11, 30), date(2026, 12, 5), ["trainee"]),  # the last day
        (date(2026, 12, 1), date(2026, 12, 5), []),
        (date(2026, 8, 1), date(2026, 9, 1), ["trainee"]),  # the first day
        (date(2026, 8, 1), date(2026, 8, 31), []),
        (date(2026, 10, 1), date(2026, 10, 1), ["trainee"]),
    ],
)
def test_another_call_clashes_on_common_days_only(starts_on, ends_on, found):
    assert codes(engagements=[engaged(starts_on, ends_on)]) == found


def test_the_cohort_itself_is_no_clash():
    assert codes(engagements=[HERE, engaged(HERE.starts_on, HERE.ends_on, cohort=1, kind="applied")]) == []


@pytest.mark.parametrize(
    ("ended_on", "program", "found"),
    [
        (date(2026, 8, 31), 7, ["repeat"]),
        (date(2021, 9, 1), 7, ["repeat"]),
        (date(2021, 8, 31), 7, []),
        (date(2026, 8, 31), 8, []),
    ],
)
def test_the_same_program_within_five_years_is_a_repeat(ended_on, program, found):
    assert codes(engagements=[engaged(ended_on - 90 * DAY, ended_on, program=program)]) == found


def test_an_application_is_no_training():
    assert codes(engagements=[engaged(date(2026, 1, 1), date(2026, 2, 1), program=7, kind="chosen")]) == []


def test_others_who_never_were_in_the_program_are_told_beside_a_repeat_only():
    before = engaged(date(2026, 1, 1), date(2026, 2, 1), program=7)

    assert codes(engagements=[before], untrained=2) == ["repeat", "others"]
    assert codes(untrained=2) == []


def themed(*engagements, untrained=0, years=5):
    here = replace(HERE, theme="parks")
    return findings(cohort=here, engagements=engagements, untrained=untrained, repeat_years=years, theme="Parks")


def test_another_program_of_the_theme_is_a_repeat_and_says_theme_time_and_office():
    before = engaged(date(2025, 3, 1), date(2025, 4, 30), theme="parks")

    found = themed(before, engaged(date(2024, 3, 1), date(2024, 4, 30), theme="parks"), untrained=2)

    assert [(each.code, each.asks, each.cohort) for each in found] == [("theme", True, 2), ("others_theme", True, None)]
    assert [in_words(*each.to_json()) for each in found] == [
        "Was in a training on “Parks” already, 1 Mar 2025 – 30 Apr 2025; within 5 years the same theme counts as a repeat. "
        "Ask Their office.",
        "2 other people of the same work unit applied and never were in a training on “Parks”.",
    ]


def test_no_theme_another_theme_and_one_long_ago_are_no_repeat():
    last_year = date(2025, 3, 1), date(2025, 4, 30)

    assert codes(engagements=[engaged(*last_year)]) == []
    assert themed(engaged(*last_year, theme="roads"), engaged(*last_year, cohort=3)) == []
    assert themed(engaged(*last_year, theme="parks"), years=1) == []
    assert themed(engaged(*last_year, theme="parks", kind="chosen")) == []


def test_the_same_program_and_another_one_of_its_theme_are_told_apart():
    here, elsewhere = (engaged(date(2025, 3, 1), date(2025, 4, 30), program=n, theme="parks") for n in (7, 8))

    assert [each.code for each in themed(here, elsewhere)] == ["repeat", "theme"]


def test_absences_and_hours_are_told_and_hours_ask_no_reason(clock):
    absences = [
        Absence("leave", date(2026, 11, 1), None, "Their office"),
        Absence("exempt", date(2026, 1, 1), date(2026, 8, 31), "Their office"),
    ]

    found = findings(cohort=HERE, engagements=[], absences=absences, hours=Decimal("36.50"))

    assert [(each.code, each.asks) for each in found] == [("leave", True), ("hours", False)]
    assert [in_words(*each.to_json()) for each in found] == [
        "Is on leave, from 1 Nov until further notice. Ask Their office.",
        "Has 36.5 credit hours in 2026 already.",
    ]


def test_stored_findings_tell_no_name_of_another_cohort():
    (found,) = findings(cohort=HERE, engagements=[engaged(HERE.starts_on, HERE.ends_on)])

    assert found.to_json() == ["trainee", {"from": "2026-09-01", "until": "2026-11-30", "office": "Their office"}]
    assert found.cohort == 2


def test_a_leap_day_has_a_day_years_before():
    leap = Engagement("trainee", 1, 7, date(2028, 2, 29), date(2028, 3, 31), "")
    found = findings(cohort=leap, engagements=[engaged(date(2023, 1, 1), date(2023, 2, 28), program=7)])

    assert [each.code for each in found] == ["repeat"]
