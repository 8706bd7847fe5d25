"""From what is known of people, posts, wishes and rules to the problem that the solver takes; plain values, one digest."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

from placements.rules.fit import Opening, Ranks, Related, Seeker, normal, points
from placements.rules.matching.problem import (
    Apart,
    LeastAtHost,
    LeastAtPost,
    Lock,
    MostOfGroup,
    Post,
    Problem,
    Refusal,
    Rule,
)

TRAINEE, HOST = "trainee", "host"
LODGING, ELSEWHERE = "lodging", "elsewhere"


@dataclass(frozen=True)
class Wished:
    """``rank`` None: a refusal."""

    side: str
    person: str
    post: str
    rank: int | None


@dataclass(frozen=True)
class Facts:
    """All that goes into a plan but its locks. ``elsewhere``: posts at whose time a person is placed somewhere already."""

    people: tuple[Seeker, ...]
    posts: tuple[Opening, ...]
    weights: Mapping[str, int]
    related: tuple[tuple[str, str], ...] = ()
    wishes: tuple[Wished, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    most_of_unit: int | None = None
    least_at_host: int = 0
    needs_lodging: bool = True

    def to_json(self) -> dict:
        """The same for the same facts, whatever the order of their rows."""
        lists = ("people", "posts", "related", "wishes", "elsewhere", "apart")
        told = asdict(self)
        return {
            name: sorted(value, key=lambda row: json.dumps(row, sort_keys=True)) if name in lists else value
            for name, value in told.items()
        }

    @classmethod
    def from_json(cls, told: dict) -> "Facts":
        return cls(
            people=tuple(Seeker(**each) for each in told["people"]),
            posts=tuple(Opening(**each) for each in told["posts"]),
            wishes=tuple(Wished(**each) for each in told["wishes"]),
            **{name: tuple(tuple(pair) for pair in told[name]) for name in ("related", "elsewhere", "apart")},
            **{name: told[name] for name in ("weights", "most_of_unit", "least_at_host", "needs_lodging")},
        )

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @cached_property
    def person(self) -> dict[str, Seeker]:
        return {each.key: each for each in self.people}

    @cached_property
    def post(self) -> dict[str, Opening]:
        return {each.key: each for each in self.posts}

    @cached_property
    def ranks(self) -> dict[tuple[str, str], Ranks]:
        """Of the pairs that somebody ranked."""
        by_side: dict[str, dict[tuple[str, str], int]] = {TRAINEE: {}, HOST: {}}
        for wish in self.wishes:
            if wish.rank is not None:
                by_side[wish.side][wish.person, wish.post] = wish.rank
        pairs = by_side[TRAINEE].keys() | by_side[HOST].keys()
        return {pair: Ranks(by_side[TRAINEE].get(pair), by_side[HOST].get(pair)) for pair in pairs}

    def points(self, person: str, post: str) -> dict[str, int]:
        """Hundredths by criterion."""
        ranks = self.ranks.get((person, post), Ranks())
        return points(self.person[person], self.post[post], ranks, self._related, self.weights)

    @cached_property
    def _related(self) -> Related:
        return Related.of(self.related)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return (*self.refusals(), *self._of_units(), *self._least(), *(Apart(*pair) for pair in self.apart))

    def problem(self, locks: Collection[tuple[str, str]] = ()) -> Problem:
        """What the solver takes; points of each pair are the sum over the criteria."""
        totals = {
            (who.key, post.key): sum(self.points(who.key, post.key).values())
            for who in self.people
            for post in self.posts
        }
        return Problem(
            people=tuple(who.key for who in self.people),
            posts=tuple(Post(post.key, post.host, post.seats) for post in self.posts),
            points=totals,
            rules=(*self.rules, *(Lock(*pair) for pair in locks)),
        )

    def refusals(self) -> list[Refusal]:
        """Of trainees and hosts, for want of lodging, and because somebody is elsewhere; one for each pair."""
        found = [Refusal(wish.person, wish.post, wish.side) for wish in self.wishes if wish.rank is None]
        found += [Refusal(person, post, ELSEWHERE) for person, post in self.elsewhere]
        if self.needs_lodging:
            without = [post.key for post in self.posts if not post.has_lodging]
            found += [Refusal(who.key, post, LODGING) for who in self.people if who.needs_lodging for post in without]
        once = {(each.person, each.post): each for each in sorted(found, reverse=True)}
        return sorted(once.values())

    def _of_units(self) -> list[MostOfGroup]:
        """Only where a unit has more people than may be at one host."""
        if self.most_of_unit is None:
            return []
        members: dict[str, list[str]] = {}
        for who in self.people:
            if who.unit:
                members.setdefault(normal(who.unit), []).append(who.key)
        large = {unit: tuple(sorted(keys)) for unit, keys in members.items() if len(keys) > self.most_of_unit}
        return [MostOfGroup(host, keys, self.most_of_unit, unit) for host in self.hosts for unit, keys in large.items()]

    def _least(self) -> list[Rule]:
        at_hosts = [LeastAtHost(host, self.least_at_host) for host in self.hosts] if self.least_at_host else []
        return [*at_hosts, *(LeastAtPost(post.key, post.seats) for post in self.posts if post.must_be_filled)]

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        return tuple(sorted({post.host for post in self.posts}))
