from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules.hour_presets import city, online
from learning.rules.hours import (
    FormRule,
    Item,
    YearRule,
    check_table,
    hours_of,
    in_words,
    parse_steps,
    settle,
    standing,
    steps_text,
    surplus,
    year_in_words,
)
from trainee_mgmt.kit.errors import Refused

DAY = date(2026, 3, 2)


def table(rules):
    return {rule.name: rule for rule in rules}


@pytest.mark.parametrize(
    ("form", "quantity", "hours"),
    [
        ("Full-time training, whole days", 1, "6"),
        ("Full-time training, half days", 1, "3"),
        ("Full-time training, by sessions", 180, "3"),
        ("Full-time training, by sessions", "269.99", "3"),
        ("Full-time training, by sessions", 270, "6"),
        ("Training elsewhere", 5, "30"),
        ("Training abroad, short", 1, "24"),
        ("Training abroad, long", 1, "48"),
        ("Self-chosen class", 1, "24"),
        ("Teaching", 2, "10"),
        ("Teaching", "1.5", "7.5"),
        ("Paper in a paper of the district", 1, "12"),
        ("Paper in a paper of the city", 1, "24"),
        ("Paper in a paper of the province or above", 1, "48"),
        ("Study of the centre group", 1, "3"),
    ],
)
def test_the_table_of_a_city(form, quantity, hours):
    _year, rules = city()

    assert hours_of(table(rules)[form], Decimal(quantity)) == Decimal(hours)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [("0.5", "0.25"), ("14.99", "0.25"), ("15", "0.5"), ("29.99", "0.5"), ("30", "1"), ("240", "1")],
)
def test_the_online_rule_of_a_province(minutes, hours):
    _year, rules = online()

    assert hours_of(table(rules)["Online course"], Decimal(minutes)) == Decimal(hours)
    assert hours_of(table(rules)["Passed test"], Decimal(1)) == Decimal("0.5")


def credit(rule, *quantities, day=DAY):
    items = [
        Item(at, day, hours_of(rule, Decimal(quantity)), day_cap=rule.day_cap, year_cap=rule.year_cap)
        for at, quantity in enumerate(quantities)
    ]
    return list(settle(items).values())


def test_training_elsewhere_stops_at_48_a_year_and_online_study_at_50():
    elsewhere = table(city()[1])["Training elsewhere"]
    course = table(online()[1])["Online course"]

    assert credit(elsewhere, 5, 5) == [30, 18]
    assert sum(credit(course, *[30] * 60)) == 50


def test_one_day_of_full_time_training_is_6_hours_at_most():
    by_sessions = table(city()[1])["Full-time training, by sessions"]

    assert credit(by_sessions, 90, 90, 180) == [3, 3, 0]


def test_a_year_of_the_city_asks_for_56_required_hours_and_84_in_all():
    year, _rules = city()

    missing = standing(year, [(Decimal(48), True), (Decimal(24), False)])
    met = standing(year, [(Decimal(60), True), (Decimal(24), False)])

    assert (missing.hours, missing.required_hours, missing.missing, missing.missing_required) == (72, 48, 12, 8)
    assert (met.is_met, missing.is_met) == (True, False)


@pytest.mark.parametrize(
    ("earned", "brought", "cap", "handed_on"),
    [(84, 0, None, 0), (100, 0, None, 16), (60, 30, None, 6), (3, 100, None, 3), (100, 0, 10, 10)],
)
def test_what_is_above_the_total_goes_over_once(earned, brought, cap, handed_on):
    rule = YearRule(Decimal(56), Decimal(84), True, None if cap is None else Decimal(cap))

    assert surplus(rule, earned=Decimal(earned), brought=Decimal(brought)) == handed_on
    assert surplus(YearRule(total=Decimal(84)), earned=Decimal(earned), brought=Decimal(brought)) == 0


def test_hours_are_rounded_half_up_to_two_decimals():
    rule = FormRule("x", per_unit=Decimal("0.25"), multiplier=Decimal("0.1"))

    assert hours_of(rule, Decimal(1)) == Decimal("0.03")


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_gives_no_hours_and_is_refused(quantity):
    with pytest.raises(Refused):
        hours_of(city()[1][1], Decimal(quantity))


raws = st.lists(
    st.tuples(st.integers(0, 5), st.decimals(0, 30, places=2)).map(lambda pair: (date(2026, 3, 1 + pair[0]), pair[1])),
    max_size=12,
)
caps = st.none() | st.decimals(0, 60, places=2)


@given(raws, caps, caps)
def test_the_sum_is_as_much_as_the_caps_allow_in_any_order(pairs, day_cap, year_cap):
    """Entered one by one, as the ledger does it, or all at once: the formula of the rule gives the same sum."""
    credited = []
    for at in range(len(pairs)):
        items = [
            Item(n, d, r, credited[n] if n < at else Decimal(0), day_cap, year_cap)
            for n, (d, r) in enumerate(pairs[: at + 1])
        ]
        credited = list(settle(items).values())
    by_day = {day: sum(raw for d, raw in pairs if d == day) for day, _raw in pairs}
    most = sum(min(raw, day_cap) if day_cap is not None else raw for raw in by_day.values())

    assert sum(credited) == (min(most, year_cap) if year_cap is not None else most)
    assert all(0 <= hours <= raw for hours, (_day, raw) in zip(credited, pairs))


def test_steps_are_read_as_people_write_them_and_come_back():
    steps = parse_steps("0：0.25；15: 0.5\n30=1")

    assert steps == ((0, Decimal("0.25")), (15, Decimal("0.5")), (30, 1))
    assert parse_steps(steps_text(steps)) == steps


@pytest.mark.parametrize("text", ["15", "15: x", "-1: 2", "30: 1; 15: 2", "15: 1; 15: 2", "1e9: 1", "٣: 1", "0: 0.001"])
def test_steps_that_make_no_sense_are_refused(text):
    with pytest.raises(Refused):
        parse_steps(text)


def test_the_rules_in_words():
    rules = table(online()[1]) | table(city()[1])

    assert [in_words(rules[name]) for name in ("Online course", "Teaching", "Full-time training, by sessions")] == [
        "less than 15 minutes: 0.25 h, 15 to less than 30 minutes: 0.5 h, 30 minutes or more: 1 h; "
        "at most 50 hours a year; counted together with the other forms of “Online study”.",
        "1 hour of the clock: 1 h, counted 5 times.",
        "less than 270 minutes: 3 h, 270 minutes or more: 6 h; at most 6 hours a day; "
        "counted together with the other forms of “Full-time training”.",
    ]
    assert year_in_words(city()[0]) == (
        "56 hours of required forms and 84 hours in all a year; what is above it goes over to the next year."
    )


def test_a_table_that_contradicts_itself_is_not_put_to_use():
    shared = [
        FormRule("a", per_unit=Decimal(1), year_cap=Decimal(5), together="t"),
        FormRule("b", per_unit=Decimal(1), year_cap=Decimal(6), together="t"),
    ]

    assert [check_table(*city()[::-1]), check_table(*online()[::-1])] == [[], []]
    assert len(check_table(shared, YearRule())) == 1
    assert len(check_table([FormRule("a")], YearRule(required=Decimal(2), total=Decimal(1)))) == 2
