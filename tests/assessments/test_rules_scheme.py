from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from assessments.rules.scheme import Extra, Kind, Node, check_scheme, formula_in_words


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def leaf(name, weight=0, **more):
    return Node(key=name, name=name, weight=Decimal(str(weight)), **more)


def group(name, *children, weight=0, **more):
    return Node(key=name, name=name, weight=Decimal(weight), kind=Kind.GROUP, children=children, **more)


def sound():
    return group(
        "Total",
        leaf("Attendance", 30, kind=Kind.ATTENDANCE),
        leaf("Journals", 20, kind=Kind.JOURNALS),
        group("Work", leaf("Essay", 60, full_marks=Decimal(20)), leaf("Visits", 40), weight=50),
        leaf("Award", extra=Extra.PLUS, full_marks=Decimal(5)),
        leaf("Warning", extra=Extra.MINUS, full_marks=Decimal(10)),
        cap=Decimal(100),
    )


def with_root(**more):
    return replace(sound(), **more)


def test_a_sound_scheme_has_no_faults():
    assert check_scheme(sound()) == []


def test_the_formula_stands_in_words():
    assert formula_in_words(sound()) == [
        "Total = Attendance × 30 % (computed from attendance, out of 100) + Journals × 20 % (computed from journals, "
        "out of 100) + Work × 50 %, plus Award (up to 5 points), minus Warning (up to 10 points), at most 100.",
        "Work = Essay × 60 % (typed by evaluators, out of 20) + Visits × 40 % (typed by evaluators, out of 100).",
    ]


def test_weights_sum_to_exactly_a_hundred():
    thirds = [leaf(name, "33.33") for name in "abc"]

    assert check_scheme(group("Total", *thirds)) == ["The weights in “Total” sum to 99.99, not to 100."]
    assert check_scheme(group("Total", *thirds[:2], leaf("c", "33.34"))) == []


@pytest.mark.parametrize(
    ("root", "faults"),
    [
        (leaf("Total"), ["A scheme starts with a group that holds the indicators."]),
        (group("Total"), ["The scheme has no indicator.", "The group “Total” is empty."]),
        (
            group("Total", leaf("Award", extra=Extra.PLUS)),
            ["The scheme has no indicator.", "The weights in “Total” sum to 0, not to 100."],
        ),
        (with_root(cap=Decimal(106)), ["“Total” is capped at 106 but can reach only 105."]),
        (with_root(cap=Decimal(0)), ["The cap of “Total” must be more than 0."]),
        (with_root(floor=Decimal(-1)), ["The floor of “Total” cannot be negative."]),
        (
            with_root(cap=Decimal(50), floor=Decimal(60)),
            ["The floor 60 of “Total” lies above its cap 50."],
        ),
        (
            group("Total", leaf("a", 100, full_marks=Decimal(10), floor=Decimal(11))),
            ["The floor 11 of “a” lies above what it can reach, 10."],
        ),
        (
            group("Total", leaf("a", 100, full_marks=Decimal(10), cap=Decimal(8)), cap=Decimal(90)),
            ["“Total” is capped at 90 but can reach only 80."],
        ),
        (group("Total", leaf("a", 100, full_marks=Decimal(0))), ["The full marks of “a” must be more than 0."]),
        (
            group("Total", leaf("a", 120), leaf("b", -20)),
            ["The weight of “b” must be more than 0."],
        ),
        (
            group("Total", leaf("a", 100), leaf("b", 5, extra=Extra.PLUS)),
            ["“b” is extra points and has no weight."],
        ),
        (
            group("Total", leaf("a", 50), Node("k", " A ", Decimal(50))),
            ["2 indicators in “Total” are named “a”."],
        ),
        (
            group("Total", leaf("a", 50), Node("b", " ", Decimal(50))),
            ["An indicator in “Total” has no name."],
        ),
        (
            group("Total", leaf("a", 50), Node("a", "b", Decimal(50))),
            ["Two indicators share the key “a”."],
        ),
        (
            group("Total", replace(leaf("a", 100), children=(leaf("b", 100),))),
            ["“a” takes points itself and cannot hold other indicators."],
        ),
        (
            group("Total", leaf("a", 100), replace(group("g", leaf("b", 100)), extra=Extra.PLUS)),
            ["The group “g” cannot itself be extra points."],
        ),
        (
            group("Total", leaf("a", "NaN"), leaf("b", "Infinity"), cap=Decimal("sNaN")),
            [
                "“Total” has a weight or limit that is not a number.",
                "“a” has a weight or limit that is not a number.",
                "“b” has a weight or limit that is not a number.",
            ],
        ),
    ],
)
def test_a_scheme_that_cannot_be_computed_is_refused_in_words(root, faults):
    assert check_scheme(root) == faults


def attendance(name, first=None, last=None):
    return leaf(name, 50, kind=Kind.ATTENDANCE, counts_from=first, counts_until=last)


def test_the_same_records_cannot_count_twice():
    september, october = date(2026, 9, 30), date(2026, 10, 1)

    assert check_scheme(group("Total", attendance("a"), attendance("b"))) == [
        "“a” and “b” count the same records twice."
    ]
    assert check_scheme(group("Total", attendance("a", None, october), attendance("b", october))) == [
        "“a” and “b” count the same records twice."
    ]
    assert check_scheme(group("Total", attendance("a", None, september), attendance("b", october))) == []


def test_a_span_of_days_runs_forward():
    assert check_scheme(
        group("Total", replace(attendance("a", date(2026, 9, 2), date(2026, 9, 1)), weight=Decimal(100)))
    ) == ["“a” counts from a day that lies after its last day."]
