"""Who is chosen by priority rules, and what would have changed it."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, product
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.rules.screening import (
    CONTAINS,
    Applicant,
    Contradiction,
    Outcome,
    PriorityRule,
    RuleSet,
    Why,
    digest,
    drawn,
    moves,
    screened,
)
from cohorts.rules.screening_changes import changes
from cohorts.rules.screening_words import words_beside

YES_NO = ("park", "office", "bay", "recruited")
LEVELS = ("town", "district", "city")
BEST_FIRST = (Outcome.CHOSEN, Outcome.WAITING, Outcome.DECLINED)


def yes(field: str, points: int) -> PriorityRule:
    return PriorityRule(field, "one_of", [True], points, field)


four = st.tuples(*[st.builds(yes, st.just(name), st.integers(1, 5)) for name in YES_NO])
others = st.lists(
    st.one_of(
        st.builds(PriorityRule, st.just("age"), st.sampled_from(["at_least", "at_most"]),
                  st.sampled_from(["25", "30", "35"]), st.integers(1, 5), st.just("age")),
        st.builds(PriorityRule, st.just("level"), st.sampled_from(["one_of", "none_of"]),
                  st.lists(st.sampled_from(LEVELS), min_size=1, max_size=2, unique=True), st.integers(1, 5), st.just("level")),
        st.builds(PriorityRule, st.just("post"), st.just(CONTAINS),
                  st.lists(st.sampled_from(["trade", "park"]), min_size=1, max_size=2), st.integers(1, 5), st.just("post")),
    ),
    max_size=3,
)  # fmt: skip
rule_sets = st.builds(
    lambda rules, more, most, least, waiting: RuleSet(
        (*rules, *more), most, min(least, most) if least and most else least, waiting
    ),
    four, others, st.none() | st.integers(1, 3), st.none() | st.integers(1, 2), st.none() | st.integers(0, 3),
)  # fmt: skip
facts = st.fixed_dictionaries(
    {name: st.booleans() for name in YES_NO}
    | {
        "age": st.none() | st.integers(20, 40),
        "level": st.none() | st.sampled_from(LEVELS),
        "post": st.sampled_from(["", "trade", "park office", "school"]),
    }
)
people = st.lists(st.tuples(facts, st.sampled_from([None, "A", "B"])), min_size=1, max_size=9).map(
    lambda rows: [Applicant(f"person {n}", known, unit) for n, (known, unit) in enumerate(rows)]
)
seats = st.integers(4, 6)  # two units with two places kept each
CHOICES = {"level": LEVELS}


def listed(applicants, rules, places, seed="seed"):
    return screened(applicants, rules, seats=places, seed=seed)


def one(standings, key):
    return next(each for each in standings if each.key == key)


def changed(applicants, key, **values):
    return [replace(each, facts=each.facts | values) if each.key == key else each for each in applicants]


# The list -------------------------------------------------------------------------------------------------------------


@given(people, rule_sets, seats, st.randoms())
@settings(max_examples=300, deadline=None)
def test_the_list_is_the_same_whatever_the_order_of_rows(applicants, rules, places, random):
    shuffled = list(applicants)
    random.shuffle(shuffled)

    assert listed(shuffled, rules, places) == listed(applicants, rules, places)


@given(people, rule_sets, seats)
@settings(max_examples=100, deadline=None)
def test_the_same_list_comes_at_every_run(applicants, rules, places):
    again = RuleSet.from_json(rules.to_json())

    assert digest(listed(applicants, again, places)) == digest(listed(applicants, rules, places))


@given(people, rule_sets, seats, st.sampled_from(YES_NO))
@settings(max_examples=300, deadline=None)
def test_an_extra_hit_never_lowers_anyone(applicants, rules, places, field):
    before = listed(applicants, rules, places)

    for each in applicants:
        after = one(listed(changed(applicants, each.key, **{field: True}), rules, places), each.key)

        now = one(before, each.key)
        assert after.place.rank <= now.place.rank
        assert BEST_FIRST.index(after.outcome) <= BEST_FIRST.index(now.outcome)
        assert after.waiting_rank is None or after.waiting_rank <= (now.waiting_rank or len(applicants))


@given(people, rule_sets, seats)
@settings(max_examples=300, deadline=None)
def test_seats_and_places_of_units_are_kept(applicants, rules, places):
    standings = listed(applicants, rules, places)

    chosen = [each for each in standings if each.outcome == Outcome.CHOSEN]
    by_unit = Counter(each.place.applicant.unit for each in chosen)
    there = Counter(each.unit for each in applicants)
    assert len(chosen) <= places
    for unit in ("A", "B"):
        assert by_unit[unit] <= (rules.most_per_unit or places)
        assert by_unit[unit] >= min(rules.least_per_unit or 0, there[unit])
    left = [each for each in standings if each.outcome != Outcome.CHOSEN]
    if len(chosen) < places:
        assert {each.why for each in left} <= {Why.UNIT_FULL}
    waiting = [each.waiting_rank for each in standings if each.outcome == Outcome.WAITING]
    assert waiting == list(range(1, len(waiting) + 1))


@given(people, rule_sets, seats)
@settings(max_examples=200, deadline=None)
def test_what_is_said_to_have_decided_did_decide(applicants, rules, places):
    standings = listed(applicants, rules, places)

    chosen = [each for each in standings if each.outcome == Outcome.CHOSEN]
    left = [each for each in standings if each.outcome != Outcome.CHOSEN]
    for each in left:
        with_less = [one for one in chosen if one.place.points <= each.place.points]
        assert not (each.why == Why.POINTS and with_less)
        assert each.why != Why.KEPT or with_less
    for each in chosen:
        rivals = [
            one for one in left if one.why != Why.UNIT_FULL or one.place.applicant.unit == each.place.applicant.unit
        ]
        assert each.why != Why.DRAW or each.place.points in {one.place.points for one in rivals}
        assert (each.why == Why.ROOM) is (not left)


def test_without_limits_the_points_decide_and_then_the_draw():
    rules = RuleSet((yes("park", 3), yes("office", 2)))
    applicants = [Applicant("a", {"park": True}), Applicant("b", {"office": True}), Applicant("c", {"office": True})]
    first, second = sorted("bc", key=lambda key: drawn("7", key))

    standings = listed(applicants, rules, 2, seed="7")

    assert [(each.key, each.place.points, each.outcome, each.why) for each in standings] == [
        ("a", 3, Outcome.CHOSEN, Why.POINTS),
        (first, 2, Outcome.CHOSEN, Why.DRAW),
        (second, 2, Outcome.WAITING, Why.DRAW),
    ]


def test_another_seed_draws_another_order():
    applicants = [Applicant(f"person {n}", {}) for n in range(20)]

    orders = {tuple(each.key for each in listed(applicants, RuleSet(), 5, seed=str(n))) for n in range(5)}

    assert len(orders) == 5


def test_places_kept_for_units_beyond_the_seats_are_a_contradiction():
    applicants = [Applicant("a", {}, "A"), Applicant("b", {}, "B")]

    with pytest.raises(Contradiction) as refused:
        listed(applicants, RuleSet(least_per_unit=1), 1)

    assert (refused.value.kept, refused.value.seats) == (2, 1)


@pytest.mark.parametrize(
    ("operator", "value", "known", "is_met"),
    [
        ("contains", ["trade", "park"], "Bureau of trade", True),
        ("contains", ["trade"], "Bureau of parks", False),
        ("contains", ["trade"], None, False),
        ("one_of", [True], True, True),
        ("one_of", [True], False, False),
        ("one_of", [True], None, False),
        ("at_most", "35", 35, True),
        ("at_most", "35", 36, False),
        ("at_least", "2", "2.0", True),
        ("none_of", ["city"], "town", True),
        ("none_of", ["city"], None, False),
    ],
)
def test_conditions_on_values(operator, value, known, is_met):
    assert PriorityRule("x", operator, value, 1, "").is_met({"x": known}) is is_met


# What would have changed it -------------------------------------------------------------------------------------------


@given(people, rule_sets, seats)
@settings(max_examples=500, deadline=None)
def test_the_change_that_is_named_does_move_the_person_over_the_line(applicants, rules, places):
    standings = listed(applicants, rules, places)

    for each, ways in zip(standings, changes(standings, rules, places, CHOICES), strict=True):
        for way in ways:
            values = {one_change.field: one_change.value for one_change in way}
            after = one(listed(changed(applicants, each.key, **values), rules, places), each.key)
            assert (after.outcome == Outcome.CHOSEN) is (each.outcome != Outcome.CHOSEN)


@given(people, rule_sets, seats)
@settings(max_examples=60, deadline=None)
def test_no_smaller_change_would_have_done_it(applicants, rules, places):
    """All changes of fewer fields are tried; where none is named, all changes of all fields."""
    standings = listed(applicants, rules, places)

    for each, ways in zip(standings, changes(standings, rules, places, CHOICES), strict=True):
        if each.outcome == Outcome.CHOSEN:
            continue
        smaller = len(ways[0]) - 1 if ways else 7
        for values in _all_changes(smaller):
            after = one(listed(changed(applicants, each.key, **values), rules, places), each.key)
            assert after.outcome != Outcome.CHOSEN


def _all_changes(size: int):
    """The best values of up to so many fields: more than one is tried where rules of a field exclude each other."""
    values = {name: [True] for name in YES_NO} | {
        "age": [25, 30, 35],
        "level": list(LEVELS),
        "post": ["trade park"],
    }
    for names in combinations(values, min(size, 7)):
        for chosen in product(*[values[name] for name in names]):
            yield dict(zip(names, chosen))


@given(people, rule_sets, seats)
@settings(max_examples=150, deadline=None)
def test_whoever_is_chosen_and_has_no_way_out_is_chosen_without_any_hit(applicants, rules, places):
    standings = listed(applicants, rules, places)

    for each, ways in zip(standings, changes(standings, rules, places, CHOICES), strict=True):
        if each.outcome == Outcome.CHOSEN and not ways:
            nothing = dict.fromkeys([*YES_NO, "age", "level", "post"])
            assert one(listed(changed(applicants, each.key, **nothing), rules, places), each.key).outcome == (
                Outcome.CHOSEN
            )


def test_one_missing_hit_is_named_each_by_itself_the_smallest_first():
    rules = RuleSet((yes("park", 9), yes("office", 4), yes("bay", 2)))
    applicants = [Applicant("a", {"park": True}), Applicant("b", {"office": True}), Applicant("c", {"bay": True})]

    standings = listed(applicants, rules, 2)
    ways = dict(zip([each.key for each in standings], changes(standings, rules, 2, {}), strict=True))

    assert [[(one_change.field, one_change.points) for one_change in way] for way in ways["c"]] == [
        [("office", 4)],
        [("park", 9)],
    ]
    assert [[(one_change.field, one_change.points) for one_change in way] for way in ways["a"]] == [[("park", 9)]]


# A change of the rules ------------------------------------------------------------------------------------------------


@given(people, rule_sets, rule_sets, seats)
@settings(max_examples=200, deadline=None)
def test_moves_add_up_to_the_difference_of_the_lists(applicants, rules, other, places):
    before, after = listed(applicants, rules, places), listed(applicants, other, places)

    found = moves(before, after)

    chosen = {each.key for each in before if each.outcome == Outcome.CHOSEN}
    then = {each.key for each in after if each.outcome == Outcome.CHOSEN}
    assert {each.key for each in found if each.is_in} == then - chosen
    assert {each.key for each in found if each.is_out} == chosen - then
    assert sorted(each.rank_before for each in found) == list(range(1, len(applicants) + 1))


@pytest.mark.parametrize(
    ("sentence", "words"),
    [("Works in a park", ""), ("People of the parks come first", "Works in a park: must be yes")],
)
def test_the_condition_under_a_rule_does_not_say_its_sentence_again(sentence, words):
    field = SimpleNamespace(label="Works in a park", kind="yes_no")

    assert words_beside(PriorityRule("park", "one_of", [True], 5, sentence), field) == words
