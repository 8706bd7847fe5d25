"""What matching asks and answers: people, posts, points and rules; places, clashes and alternatives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import TypeVar


@dataclass(frozen=True, order=True)
class Post:
    """A kind of place at one host. ``seats``: how many people it takes."""

    key: str
    host: str
    seats: int


@dataclass(frozen=True, order=True)
class Refusal:
    """This person and this post do not come together; ``why`` is a word for the reader (refused, lodging, …)."""

    person: str
    post: str
    why: str = ""


@dataclass(frozen=True, order=True)
class Lock:
    """This person has this post, whatever it costs."""

    person: str
    post: str


@dataclass(frozen=True, order=True)
class MostOfGroup:
    """At most ``most`` of these people at one host."""

    host: str
    people: tuple[str, ...]
    most: int
    group: str = ""


@dataclass(frozen=True, order=True)
class LeastAtHost:
    """At least ``least`` people at this host."""

    host: str
    least: int


@dataclass(frozen=True, order=True)
class LeastAtPost:
    """At least ``least`` people at this post."""

    post: str
    least: int


@dataclass(frozen=True, order=True)
class Apart:
    """These two are not at one host."""

    one: str
    other: str


@dataclass(frozen=True, order=True)
class Seats:
    """What a post takes; named among clashing rules."""

    post: str


@dataclass(frozen=True, order=True)
class OnePlace:
    """Nobody has two posts; named among clashing rules."""

    person: str


Rule = Refusal | Lock | MostOfGroup | LeastAtHost | LeastAtPost | Apart | Seats | OnePlace
KINDS = (Apart, LeastAtHost, LeastAtPost, Lock, MostOfGroup, OnePlace, Refusal, Seats)
KindOfRule = TypeVar("KindOfRule", bound=Rule)


@dataclass(frozen=True)
class Problem:
    """``points``: of each pair of person and post that is worth something; pairs without stand at 0."""

    people: tuple[str, ...]
    posts: tuple[Post, ...]
    points: Mapping[tuple[str, str], int]
    rules: tuple[Rule, ...] = ()

    @cached_property
    def in_order(self) -> "Problem":
        """The same, sorted: what the solver sees does not depend on the order of rows."""
        posts = sorted(self.posts, key=attrgetter("key", "host", "seats"))
        rules = [rule for kind in KINDS for rule in self._sorted_rules(kind)]
        return replace(self, people=tuple(sorted(self.people)), posts=tuple(posts), rules=tuple(rules))

    def _sorted_rules(self, kind: type[KindOfRule]) -> list[KindOfRule]:
        """Each once."""
        found = self.rules_of(kind)
        by_values = dict(zip(map(attrgetter(*kind.__match_args__), found), found))
        return [by_values[values] for values in sorted(by_values)]

    def rules_of(self, kind: type[KindOfRule]) -> list[KindOfRule]:
        return [rule for rule in self.rules if type(rule) is kind]

    def with_rules(self, *more: Rule) -> "Problem":
        return replace(self, rules=(*self.rules, *more))


@dataclass(frozen=True)
class Solution:
    """``places``: post by person, of those who have one. ``total`` in the unit of the points."""

    places: Mapping[str, str]
    total: int

    @property
    def filled(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class Clash:
    """Rules that cannot hold together: the fewest there are, unless ``is_smallest`` says that this is not known."""

    rules: tuple[Rule, ...]
    is_smallest: bool = True


@dataclass(frozen=True)
class Move:
    """``None``: without a place."""

    person: str
    before: str | None
    after: str | None
    difference: int  # in points


@dataclass(frozen=True)
class Alternative:
    """What it costs to place one person otherwise: ``cost`` in points, ``fewer`` people placed, and who moves because of it."""

    cost: int
    fewer: int
    moves: tuple[Move, ...] = field(default=())
