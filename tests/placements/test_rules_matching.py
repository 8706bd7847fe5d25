"""The matching against brute force: the best plan, the smallest clash, and the price of every alternative."""

from itertools import combinations, product
from random import Random

import pytest

from placements.rules.matching import alternative, solve
from placements.rules.matching.clashes import smallest_clash
from placements.rules.matching.problem import (
    Apart,
    Clash,
    LeastAtHost,
    LeastAtPost,
    Lock,
    MostOfGroup,
    OnePlace,
    Post,
    Problem,
    Refusal,
    Seats,
    Solution,
)
from placements.rules.matching.solver import TookTooLong


def holds(problem, rule, places):
    """Whether a rule holds of ``places``: a set of pairs, in which somebody may have several posts."""
    host_of = {post.key: post.host for post in problem.posts}

    def at_host(host):
        return [who for who, post in places if host_of[post] == host]

    match rule:
        case Refusal():
            return (rule.person, rule.post) not in places
        case Lock():
            return (rule.person, rule.post) in places
        case MostOfGroup():
            return sum(who in rule.people for who in at_host(rule.host)) <= rule.most
        case LeastAtHost():
            return len(at_host(rule.host)) >= rule.least
        case LeastAtPost():
            return sum(post == rule.post for _who, post in places) >= rule.least
        case Apart():
            return all(
                sum(who in (rule.one, rule.other) for who in at_host(host)) <= 1 for host in set(host_of.values())
            )
        case Seats():
            seats = {post.key: post.seats for post in problem.posts}[rule.post]
            return sum(post == rule.post for _who, post in places) <= seats
        case OnePlace():
            return sum(who == rule.person for who, _post in places) <= 1


def every_rule(problem):
    return [*problem.rules, *(Seats(post.key) for post in problem.posts), *map(OnePlace, problem.people)]


def brute_force(problem):
    """(people placed, points) of the best plan, None if there is none."""
    choices = [None, *(post.key for post in problem.posts)]
    best = None
    for each in product(choices, repeat=len(problem.people)):
        places = {(who, post) for who, post in zip(problem.people, each, strict=True) if post}
        if all(holds(problem, rule, places) for rule in every_rule(problem)):
            found = len(places), sum(problem.points.get(pair, 0) for pair in places)
            best = found if best is None or found > best else best
    return best


def generated(random, people=4, posts=3):
    people = [f"p{n}" for n in range(random.randint(1, people))]
    posts = [Post(f"t{n}", f"h{random.randint(0, 1)}", random.randint(0, 2)) for n in range(random.randint(1, posts))]
    points = {
        pair: random.randint(-200, 900)
        for pair in product(people, (post.key for post in posts))
        if random.random() < 0.8
    }
    hosts, keys = sorted({post.host for post in posts}), [post.key for post in posts]
    rules = [
        make()
        for make, chance in (
            (lambda: Refusal(random.choice(people), random.choice(keys)), 0.6),
            (lambda: Refusal(random.choice(people), random.choice(keys)), 0.4),
            (lambda: Lock(random.choice(people), random.choice(keys)), 0.3),
            (lambda: Lock(random.choice(people), random.choice(keys)), 0.2),
            (lambda: MostOfGroup(random.choice(hosts), tuple(people[:3]), random.randint(0, 2)), 0.4),
            (lambda: LeastAtHost(random.choice(hosts), random.randint(1, 2)), 0.25),
            (lambda: LeastAtPost(random.choice(keys), random.randint(1, 2)), 0.2),
            (lambda: Apart(*random.sample(people, 2)) if len(people) > 1 else Seats(keys[0]), 0.3),
        )
        if random.random() < chance
    ]
    return Problem(tuple(people), tuple(posts), points, tuple(rule for rule in rules if not isinstance(rule, Seats)))


@pytest.mark.parametrize("part", range(10))
def test_a_thousand_random_cases_agree_with_brute_force(part):
    for seed in range(part * 100, part * 100 + 100):
        problem = generated(Random(seed))
        found, best = solve(problem), brute_force(problem)
        if best is None:
            assert isinstance(found, Clash), seed
        else:
            assert (found.filled, found.total) == best, seed
            assert all(holds(problem, rule, set(found.places.items())) for rule in every_rule(problem)), seed


def test_the_smallest_clash_is_the_smallest():
    clashes = 0
    for seed in range(400):
        problem = generated(Random(seed), people=3, posts=2)
        if brute_force(problem) is not None:
            assert smallest_clash(problem) == Clash(())
            continue
        clashes += 1
        found = smallest_clash(problem).rules
        pairs = list(product(problem.people, (post.key for post in problem.posts)))
        all_places = [
            {pair for pair, is_in in zip(pairs, bits, strict=True) if is_in}
            for bits in product((0, 1), repeat=len(pairs))
        ]

        def can_hold(rules, problem=problem, all_places=all_places):
            return any(all(holds(problem, rule, places) for rule in rules) for places in all_places)

        assert not can_hold(found), seed
        fewer = combinations(dict.fromkeys(every_rule(problem)), len(found) - 1)
        assert all(can_hold(rules) for rules in fewer), seed
    assert clashes > 20


def test_a_clash_of_many_rules_is_named_without_an_endless_search_for_the_smallest():
    people = tuple(f"p{n:02}" for n in range(46))
    posts = tuple(Post(f"t{n:02}", f"h{n // 2:02}", 2) for n in range(30))
    everywhere = tuple(LeastAtHost(f"h{n:02}", 4) for n in range(15))

    found = solve(Problem(people, posts, {}, everywhere))

    assert found.is_smallest is False
    hosts = sum(isinstance(rule, LeastAtHost) for rule in found.rules)
    among = sum(isinstance(rule, OnePlace) for rule in found.rules)
    assert (hosts, among, len(found.rules)) == (12, 46, 58)  # 12 hosts want 48 of 46


def test_one_demand_beyond_the_seats_is_named_by_itself():
    posts = tuple(Post(f"t{n:02}", f"h{n // 2:02}", 2) for n in range(12))
    everywhere = tuple(LeastAtHost(f"h{n:02}", 8) for n in range(6))

    found = solve(Problem(tuple(f"p{n:02}" for n in range(18)), posts, {}, everywhere))

    assert found.rules == (LeastAtHost("h00", 8), Seats("t00"), Seats("t01"))


def test_a_question_that_takes_too_long_is_answered_by_nothing():
    problem = generated(Random(1))
    assert isinstance(solve(problem), Solution)

    with pytest.raises(TookTooLong):
        solve(problem, seconds=0)


def test_the_price_of_every_alternative_is_what_brute_force_says():
    for seed in range(60):
        problem = generated(Random(seed), people=3)
        plan = solve(problem)
        if not isinstance(plan, Solution):
            continue
        for person, post in product(problem.people, (post.key for post in problem.posts)):
            other, best = alternative(problem, plan, person, post), brute_force(problem.with_rules(Lock(person, post)))
            if best is None:
                assert isinstance(other, Clash)
            else:
                assert (plan.filled - other.fewer, plan.total - other.cost) == best
                assert sum(move.difference for move in other.moves) == -other.cost


def test_the_order_of_rows_changes_nothing():
    random = Random(5)
    problem = generated(random, people=6, posts=5)
    plans = []
    for _each in range(20):
        people, posts, rules = (
            random.sample(rows, len(rows)) for rows in (problem.people, problem.posts, problem.rules)
        )
        points = dict(random.sample(sorted(problem.points.items()), len(problem.points)))
        plans.append(solve(Problem(tuple(people), tuple(posts), points, tuple(rules))))

    assert all(plan == plans[0] for plan in plans)


def test_an_earlier_plan_is_kept_where_it_can_be():
    people, posts = ("a", "b", "c"), (Post("x", "h1", 1), Post("y", "h2", 1), Post("z", "h3", 1))
    problem = Problem(people, posts, {("a", "y"): 500, ("b", "x"): 500})
    earlier = {"a": "x", "b": "y", "c": "z"}

    again = solve(problem.with_rules(Lock("c", "x")), keep=earlier)

    assert again.places == {"a": "z", "b": "y", "c": "x"}
    assert solve(problem).total == 1000
