"""Clashing rules and prices as they are kept with a plan."""

from dataclasses import asdict

from placements.rules.matching.problem import (
    Alternative,
    Apart,
    Clash,
    LeastAtHost,
    LeastAtPost,
    Lock,
    MostOfGroup,
    Move,
    OnePlace,
    Refusal,
    Rule,
    Seats,
)

KINDS = {each.__name__: each for each in (Refusal, Lock, MostOfGroup, LeastAtHost, LeastAtPost, Apart, Seats, OnePlace)}


def clash_to_json(clash: Clash) -> dict:
    rules = [{"rule": type(rule).__name__, **asdict(rule)} for rule in clash.rules]
    return {"rules": rules, "is_smallest": clash.is_smallest}


def clash_from_json(told: dict | list) -> Clash:
    """A list is of the time when every clash was the smallest."""
    rules, is_smallest = (told["rules"], told["is_smallest"]) if isinstance(told, dict) else (told, True)
    return Clash(tuple(map(_rule, rules)), is_smallest)


def price_to_json(found: Alternative | Clash) -> dict:
    return {"clash": clash_to_json(found)} if isinstance(found, Clash) else asdict(found)


def price_from_json(told: dict) -> Alternative | Clash:
    if "clash" in told:
        return clash_from_json(told["clash"])
    return Alternative(told["cost"], told["fewer"], tuple(Move(**each) for each in told["moves"]))


def _rule(told: dict) -> Rule:
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items() if name != "rule"
    }
    return KINDS[told["rule"]](**values)
