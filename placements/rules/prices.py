"""What another place would cost, and why a wish was not met; values in, values out."""

from dataclasses import dataclass

from placements.rules.assembling import Facts
from placements.rules.matching import alternative
from placements.rules.matching.problem import Alternative, Clash, Lock, OnePlace, Problem, Rule, Solution


@dataclass(frozen=True)
class Price:
    """``found``: what it costs and who moves; or the rules that do not let it be, without those that go without saying."""

    post: str
    rank: int | None
    found: Alternative | tuple[Rule, ...]


def price(facts: Facts, problem: Problem, plan: Solution, person: str, post: str, *, seconds: float) -> Price:
    """``problem`` holds no lock of this person."""
    return as_price(facts, person, post, alternative(problem, plan, person, post, seconds=seconds))


def as_price(facts: Facts, person: str, post: str, found: Alternative | Clash) -> Price:
    ranks = facts.ranks.get((person, post))
    if isinstance(found, Clash):
        found = tuple(rule for rule in found.rules if not _goes_without_saying(rule, person, post))
    return Price(post, ranks.trainee if ranks else None, found)


def _goes_without_saying(rule: Rule, person: str, post: str) -> bool:
    return rule == Lock(person, post) or isinstance(rule, OnePlace)


def worth_a_look(facts: Facts, plan: Solution, person: str, *, most: int) -> list[str]:
    """Posts to name a price for: those wished, the first first, then those of most points; never the one that is had."""
    had = plan.places.get(person)
    wished = sorted((rank, post) for post, rank in wishes_of(facts, person))
    others = sorted((-sum(facts.points(person, each.key).values()), each.key) for each in facts.posts if each.seats)
    posts = dict.fromkeys([post for _rank, post in wished] + [post for _points, post in others])
    return [post for post in posts if post != had][:most]


def wishes_of(facts: Facts, person: str) -> list[tuple[str, int]]:
    """(post, rank) of what the trainee wished for."""
    return [(post, ranks.trainee) for (who, post), ranks in facts.ranks.items() if who == person and ranks.trainee]


def unmet(facts: Facts, plan: Solution, person: str) -> list[tuple[str, int]]:
    """Posts that a person wished more than the one that was found, with their ranks."""
    wishes = sorted(wishes_of(facts, person), key=lambda each: each[1])
    got = dict(wishes).get(plan.places.get(person, ""))
    return [(post, rank) for post, rank in wishes if got is None or rank < got]
