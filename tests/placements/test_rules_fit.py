"""Points of a pair: shares of weights, rounded once, that re-add; whatever the order of what is known."""

import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.rules.assembling import Facts, Wished
from placements.rules.fit import SHARES, Criterion, Opening, Ranks, Related, Seeker, nearness, of_rank, points
from placements.rules.matching.problem import LeastAtHost, LeastAtPost, Lock, MostOfGroup, Refusal
from trainee_mgmt.kit.rounding import half_up

WEIGHTS = {str(each): 1000 for each in Criterion}
NOTHING = Related.of([])
words = st.sampled_from(["", "电子信息", "新能源", "计算机", "法学", " 电子 信息 "])
towns = st.sampled_from(["", "佛山市顺德区1号", "佛山市南海区", "梧州县商务局", "湖南省郴州市北湖区", "12 High Street"])
seekers = st.builds(
    Seeker, key=st.just("p"), study=words, works_in=words, first=words, second=words, needs_lodging=st.booleans(), where=towns
)  # fmt: skip
openings = st.builds(
    Opening, key=st.just("t"), host=st.just("h"), seats=st.just(1), industry=words, words=words, has_lodging=st.booleans(), where=towns
)  # fmt: skip
ranks = st.builds(Ranks, trainee=st.none() | st.integers(1, 10), host=st.none() | st.integers(1, 10))
related = st.lists(st.tuples(words, words), max_size=4).map(Related.of)


@given(seekers, openings, ranks, related, st.fixed_dictionaries({str(c): st.integers(0, 10000) for c in Criterion}))
def test_points_lie_between_nothing_and_the_weight_and_are_rounded_half_up(who, post, given_ranks, table, weights):
    found = points(who, post, given_ranks, table, weights)

    assert set(found) == set(weights)
    for criterion, value in found.items():
        part = SHARES[criterion](who, post, given_ranks, table)
        assert 0 <= part <= 100
        assert value == int(half_up(Fraction(weights[criterion] * part, 100), 0))


@given(st.integers(1, 20))
def test_a_later_wish_is_never_worth_more(rank):
    assert of_rank(rank + 1) <= of_rank(rank)
    assert of_rank(rank) > of_rank(None) == 0


@given(towns, towns)
def test_nearness_is_the_same_both_ways(one, other):
    assert nearness(one, other) == nearness(other, one)


def test_a_town_is_near_by_its_name():
    assert nearness("佛山市顺德区1号", "佛山市顺德区容桂") == 100
    assert nearness("佛山市顺德区1号", "佛山市南海区") == 50
    assert nearness("佛山市顺德区1号", "广东省佛山市") == 50
    assert nearness("梧州县商务局", "佛山市南海区") == 0
    assert nearness("", "") == 0


@pytest.mark.parametrize(
    ("who", "criterion", "expected"),
    [
        (Seeker("p", study="机械"), "post_fit", 100),
        (Seeker("p", works_in="电子信息"), "post_fit", 80),
        (Seeker("p", study="计算机"), "post_fit", 60),
        (Seeker("p", study="法学"), "post_fit", 0),
        (Seeker("p", first="电子信息"), "industry", 100),
        (Seeker("p", first="法学", second="电子 信息"), "industry", 60),
        (Seeker("p", first="新能源"), "industry", 40),
        (Seeker("p", second="新能源"), "industry", 20),
        (Seeker("p", works_in="新能源"), "work", 50),
        (Seeker("p", needs_lodging=True), "lodging", 0),
        (Seeker("p"), "lodging", 100),
    ],
)
def test_each_criterion_reads_its_answers(who, criterion, expected):
    post = Opening("t", "h", 1, industry="电子信息", words="助理 熟悉电子信息，机械专业优先")
    table = Related.of([("计算机", "电子信息"), ("新能源", "电子信息")])

    assert SHARES[criterion](who, post, Ranks(), table) == expected


def facts(**changes) -> Facts:
    people = (Seeker("1", unit="局"), Seeker("2", unit="局 "), Seeker("3", needs_lodging=True))
    posts = (Opening("a", "h1", 2, has_lodging=True), Opening("b", "h2", 1, must_be_filled=True))
    return Facts(**{"people": people, "posts": posts, "weights": WEIGHTS} | changes)


def test_rules_become_what_the_solver_takes():
    given_facts = facts(
        wishes=(Wished("trainee", "1", "b", None), Wished("trainee", "1", "a", 1)),
        elsewhere=(("2", "a"),),
        most_of_unit=1,
        least_at_host=1,
    )

    problem = given_facts.problem([("2", "b")])

    assert set(problem.rules) == {
        Refusal("1", "b", "trainee"),
        Refusal("2", "a", "elsewhere"),
        Refusal("3", "b", "lodging"),
        MostOfGroup("h1", ("1", "2"), 1, "局"),
        MostOfGroup("h2", ("1", "2"), 1, "局"),
        LeastAtHost("h1", 1),
        LeastAtHost("h2", 1),
        LeastAtPost("b", 1),
        Lock("2", "b"),
    }
    assert problem.points["1", "a"] == sum(given_facts.points("1", "a").values()) == 2000


def test_facts_are_the_same_whatever_the_order_of_their_rows_and_survive_storage():
    random = Random(1)
    wishes = [Wished("trainee", str(n), post, n) for n in (1, 2) for post in "ab"]
    told = facts(wishes=tuple(wishes))
    shuffled = facts(
        people=tuple(random.sample(told.people, 3)),
        posts=told.posts[::-1],
        wishes=tuple(random.sample(wishes, 4)),
        weights=dict(sorted(WEIGHTS.items(), reverse=True)),
    )

    assert shuffled.digest == told.digest
    assert Facts.from_json(json.loads(json.dumps(told.to_json()))).digest == told.digest
    assert facts(least_at_host=1).digest != facts().digest
