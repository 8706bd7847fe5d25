"""Weekly duties: where one stands, and the order of turns."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from learning.rules.duties import Speaker, Standing, forecast, in_turn, standing

MONDAY = date(2026, 9, 7)
WEEKS = [MONDAY + timedelta(weeks=n) for n in range(12)]
DAYS = st.dates(date(2026, 6, 1), date(2026, 9, 6))


@st.composite
def people(draw, least=1):
    rows = draw(st.lists(st.tuples(st.integers(0, 4), DAYS), min_size=least, max_size=12))
    return [Speaker(key, key, turns, last_on if turns else None) for key, (turns, last_on) in enumerate(rows)]


@given(DAYS, DAYS, st.booleans())
def test_a_duty_is_missing_from_the_day_after_its_last(last_on, today, is_held):
    expected = Standing.HELD if is_held else Standing.MISSING if today > last_on else Standing.OPEN

    assert standing(last_on, is_held=is_held, today=today) == expected


def test_fewest_turns_then_longest_ago_then_the_roster():
    early, late = date(2026, 9, 1), date(2026, 9, 8)
    rows = [Speaker(1, 0, 2, early), Speaker(2, 1, 1, late), Speaker(3, 2, 1, early), Speaker(5, 4), Speaker(4, 3)]

    assert [each.key for each in in_turn(rows)] == [4, 5, 3, 2, 1]


@given(people(), st.randoms())
def test_the_order_does_not_depend_on_how_people_are_given(rows, random):
    shuffled = random.sample(rows, len(rows))

    assert in_turn(shuffled) == in_turn(rows)


@given(people())
def test_nobody_is_before_somebody_with_fewer_turns(rows):
    turns = [each.turns for each in in_turn(rows)]

    assert turns == sorted(turns)


@given(people(least=3), st.integers(1, 3))
def test_turns_never_grow_further_apart_than_they_were(rows, count):
    found = forecast(rows, dict.fromkeys(WEEKS, count))

    before = {each.key: each.turns for each in rows}
    after = {key: turns + sum(key in keys for keys in found.values()) for key, turns in before.items()}
    assert all(len(set(keys)) == count for keys in found.values())
    assert spread(after) <= max(1, spread(before))


def spread(turns) -> int:
    return max(turns.values()) - min(turns.values())


@given(people(least=2), st.data())
def test_who_is_left_out_of_a_week_is_not_proposed_in_it(rows, data):
    keys = [each.key for each in rows]
    out = {week: data.draw(st.sets(st.sampled_from(keys))) for week in WEEKS[:4]}

    found = forecast(rows, dict.fromkeys(WEEKS, 1), left_out=out)

    assert all(not set(found[week]) & out[week] for week in out)
    assert all(len(found[week]) == (len(out[week]) < len(keys)) for week in out)


@given(people(least=2), st.data())
def test_a_decision_stands_and_nobody_decided_on_is_proposed_before_those_with_fewer_turns(rows, data):
    chosen = data.draw(st.sampled_from(rows))
    week = data.draw(st.sampled_from(WEEKS))

    found = forecast(rows, dict.fromkeys(WEEKS, 1), decided={week: [chosen.key]}, left_out={week: {chosen.key}})

    assert found[week] == [chosen.key]
    counted = {each.key: each.turns + (each.key == chosen.key) for each in rows}
    first = found[WEEKS[0]][0]
    assert week == WEEKS[0] or counted[first] == min(counted.values())


@given(people())
def test_a_decision_about_somebody_who_left_counts_for_nobody(rows):
    found = forecast(rows, {MONDAY: 1}, decided={MONDAY: [999]})

    assert found[MONDAY] == [in_turn(rows)[0].key]
