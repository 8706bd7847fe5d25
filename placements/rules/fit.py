"""
How well a person and a post fit: points for each criterion, from plain values.

A criterion answers a share between 0 and 100 of its weight. Points are whole hundredths, rounded half up once for each
criterion, so that what is shown for a pair re-adds to its total and the totals of the pairs to that of the plan.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

WHOLE = 100
STEP = 20  # what each later wish is worth less
LAST = 10  # and what any wish is worth at the least


class Criterion(StrEnum):
    """What gives points to a pair of trainee and post."""

    POST_FIT = "post_fit"
    INDUSTRY = "industry"
    WORK = "work"
    TRAINEE_WISH = "trainee_wish"
    HOST_WISH = "host_wish"
    LODGING = "lodging"
    DISTANCE = "distance"


@dataclass(frozen=True)
class Seeker:
    """What is known of a person. Texts may be empty; ``where``: a text that names the town."""

    key: str
    study: str = ""
    works_in: str = ""
    first: str = ""  # the industry wished first
    second: str = ""
    needs_lodging: bool = False
    where: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Opening:
    """What is known of a post: ``words`` are its name and its requirements."""

    key: str
    host: str
    seats: int
    industry: str = ""
    words: str = ""
    has_lodging: bool = False
    where: str = ""
    must_be_filled: bool = False


@dataclass(frozen=True)
class Ranks:
    """How a person ranked a post and its host the person; None: not ranked."""

    trainee: int | None = None
    host: int | None = None


@dataclass(frozen=True)
class Related:
    """Pairs of words that belong together, in either order: industries with one another, a study with an industry."""

    pairs: frozenset[frozenset[str]] = field(default=frozenset())

    @classmethod
    def of(cls, pairs: Collection[Collection[str]]) -> "Related":
        return cls(frozenset(frozenset(map(normal, pair)) for pair in pairs))

    def __call__(self, one: str, other: str) -> bool:
        return bool(one and other) and frozenset((normal(one), normal(other))) in self.pairs


def normal(word: str) -> str:
    """A word as it is compared: without blanks and capitals."""
    return "".join(word.split()).casefold()


def same(one: str, other: str) -> bool:
    """Whether two words mean the same; an empty one is like nothing."""
    return bool(one.strip()) and normal(one) == normal(other)


def named(word: str, text: str) -> bool:
    """Whether the text names the word; an empty word is named nowhere."""
    return bool(word.strip()) and normal(word) in normal(text)


def points(who: Seeker, post: Opening, ranks: Ranks, related: Related, weights: Mapping[str, int]) -> dict[str, int]:
    """Hundredths of a point by criterion; ``weights`` are hundredths too."""
    return {
        criterion.value: (2 * weights[criterion] * part(who, post, ranks, related) + WHOLE) // (2 * WHOLE)
        for criterion, part in SHARES.items()
    }


def _post_fit(who: Seeker, post: Opening, ranks: Ranks, related: Related) -> int:
    """The study is named by the post; or the field of work is; or the study belongs to its industry."""
    if named(who.study, post.words):
        return WHOLE
    if named(who.works_in, post.words):
        return 80
    return 60 if related(who.study, post.industry) else 0


def _industry(who: Seeker, post: Opening, ranks: Ranks, related: Related) -> int:
    """The industry that was wished first, or second, or one that belongs to it."""
    if same(who.first, post.industry):
        return WHOLE
    if same(who.second, post.industry):
        return 60
    if related(who.first, post.industry):
        return 40
    return 20 if related(who.second, post.industry) else 0


def _work(who: Seeker, post: Opening, ranks: Ranks, related: Related) -> int:
    """The person's own field of work, or one that belongs to it."""
    if same(who.works_in, post.industry):
        return WHOLE
    return 50 if related(who.works_in, post.industry) else 0


def _lodging(who: Seeker, post: Opening, ranks: Ranks, related: Related) -> int:
    return WHOLE if post.has_lodging or not who.needs_lodging else 0


def _distance(who: Seeker, post: Opening, ranks: Ranks, related: Related) -> int:
    """The same district or county, or the same city; no way is measured."""
    return nearness(who.where, post.where)


def of_rank(rank: int | None) -> int:
    """The first wish is worth all, each later one a fifth less, none less than a tenth."""
    return 0 if rank is None else max(LAST, WHOLE - STEP * (rank - 1))


SHARES: dict[Criterion, Callable[[Seeker, Opening, Ranks, Related], int]] = {
    Criterion.POST_FIT: _post_fit,
    Criterion.INDUSTRY: _industry,
    Criterion.WORK: _work,
    Criterion.TRAINEE_WISH: lambda who, post, ranks, related: of_rank(ranks.trainee),
    Criterion.HOST_WISH: lambda who, post, ranks, related: of_rank(ranks.host),
    Criterion.LODGING: _lodging,
    Criterion.DISTANCE: _distance,
}

CITY = re.compile(r"([\u4e00-\u9fff]{2,8}?[市州盟])")
DISTRICT = re.compile(r"([\u4e00-\u9fff]{1,7}?[区县旗])")
PROVINCE = re.compile(r"^[\u4e00-\u9fff]{2,7}?(?:省|自治区)")


def nearness(one: str, other: str) -> int:
    """100 in the same district or county, 50 in the same city, else 0; a place that is not named is nowhere."""
    (city, district), (other_city, other_district) = places(one), places(other)
    if district and district == other_district and (city == other_city or not (city and other_city)):
        return WHOLE
    return 50 if city and city == other_city else 0


def places(text: str) -> tuple[str, str]:
    """(city, district or county) that an address names; empty where it names none."""
    rest = PROVINCE.sub("", "".join(text.split()))
    city = CITY.match(rest)
    if city:
        rest = rest[city.end() :]
    district = DISTRICT.match(rest)
    return city.group(1) if city else "", district.group(1) if district else ""
