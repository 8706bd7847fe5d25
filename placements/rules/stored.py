"""Clashing rules as they are kept with a plan."""

from dataclasses import asdict

from placements.rules.matching.problem import (
    Apart,
    Clash,
    LeastAtHost,
    LeastAtPost,
    Lock,
    MostOfGroup,
    OnePlace,
    Refusal,
    Rule,
    Seats,
)

KINDS = {each.__name__: each for each in (Refusal, Lock, MostOfGroup, LeastAtHost, LeastAtPost, Apart, Seats, OnePlace)}


def clash_to_json(clash: Clash) -> list[dict]:
    return [{"rule": type(rule).__name__, **asdict(rule)} for rule in clash.rules]


def clash_from_json(told: list[dict]) -> list[Rule]:
    rules = []
    for each in told:
        values = {
            name: tuple(value) if isinstance(value, list) else value for name, value in each.items() if name != "rule"
        }
        rules.append(KINDS[each["rule"]](**values))
    return rules
