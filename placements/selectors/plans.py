"""What a plan holds: its facts, places, locks, and how it differs from the one before."""

import json
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from placements.models import MatchPair, MatchPlan, MatchPrice, Offer
from placements.rules.assembling import TRAINEE, Facts
from placements.rules.matching.problem import Alternative, Clash, Solution
from placements.rules.stored import price_from_json
from trainee_mgmt.kit.crypto import open_bytes
from trainee_mgmt.kit.rounding import half_up


def facts_of(plan: MatchPlan) -> Facts:
    return Facts.from_json(json.loads(open_bytes(plan.facts)))


def places_of(plan: MatchPlan) -> dict[str, str]:
    rows = plan.pairs.filter(offer__isnull=False).order_by("trainee").values_list("trainee", "offer")
    return {str(trainee): str(offer) for trainee, offer in rows}


def locks_of(plan: MatchPlan, *, but: str = "") -> list[tuple[str, str]]:
    rows = plan.pairs.filter(is_locked=True).order_by("trainee").values_list("trainee", "offer")
    return [(str(trainee), str(offer)) for trainee, offer in rows if str(trainee) != but]


def solution_of(plan: MatchPlan) -> Solution:
    return Solution(places_of(plan), int(plan.total * 100))


def price_asked(pair: MatchPair, revision: int, post: str) -> MatchPrice | None:
    rows = MatchPrice.objects.filter(pair=pair, revision=revision, offer=int(post)).select_related("job")
    return rows.first()


def known_price(plan: MatchPlan, person: str, post: str) -> Alternative | Clash | None:
    """What the worker found for the plan as it stands."""
    rows = MatchPrice.objects.filter(
        pair__plan=plan, pair__trainee=int(person), offer=int(post), revision=plan.revision
    )
    found = rows.values_list("found", flat=True).first()
    return price_from_json(found) if found else None


@dataclass(frozen=True)
class Summary:
    """What stands above the pairs of a plan. ``loss``: what locks and keeping an earlier plan cost against the best one."""

    first_wishes: int
    top_wishes: int
    wishing: int
    locked: int
    apart: int
    mean: Decimal | None
    left: int
    loss: Decimal


TOP = 3


def summary(plan: MatchPlan) -> Summary:
    facts = facts_of(plan)
    counts = plan.pairs.aggregate(
        first=Count("pk", filter=Q(rank=1)),
        top=Count("pk", filter=Q(rank__lte=TOP)),
        locked=Count("pk", filter=Q(is_locked=True)),
    )
    return Summary(
        first_wishes=counts["first"],
        top_wishes=counts["top"],
        wishing=len({wish.person for wish in facts.wishes if wish.side == TRAINEE and wish.rank}),
        locked=counts["locked"],
        apart=len(facts.apart),
        mean=half_up(plan.total / plan.placed, 2) if plan.placed else None,
        left=plan.seats - plan.placed,
        loss=plan.best_total - plan.total,
    )


@dataclass(frozen=True)
class Change:
    """A trainee whose post differs between two plans; None: without one."""

    trainee: str
    before: str | None
    after: str | None
    difference: Decimal


def changes_between(before: MatchPlan, after: MatchPlan) -> list[Change]:
    """Who moved from one plan to the other, who came and who left."""
    old, new = _by_trainee(before), _by_trainee(after)
    found = []
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if (was and was.offer_id) == (now and now.offer_id):
            continue
        difference = (now.total if now else Decimal(0)) - (was.total if was else Decimal(0))
        someone = now or was
        found.append(Change(someone.trainee.person.name, _post(was), _post(now), difference))
    return sorted(found, key=lambda each: each.trainee)


def _by_trainee(plan: MatchPlan) -> dict[int, MatchPair]:
    rows = plan.pairs.select_related("trainee__person", "offer__post__host")
    return {pair.trainee_id: pair for pair in rows}


def _post(pair: MatchPair | None) -> str | None:
    return str(pair.offer) if pair and pair.offer_id else None


@dataclass(frozen=True)
class PostLine:
    """A post of a plan with who comes; ``free`` seats are left."""

    post: str
    seats: int
    pairs: tuple[MatchPair, ...]

    @property
    def free(self) -> int:
        return self.seats - len(self.pairs)


@dataclass(frozen=True)
class HostLine:
    name: str
    address: str
    posts: tuple[PostLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((pair.total for post in self.posts for pair in post.pairs), Decimal(0))


def by_host(plan: MatchPlan) -> list[HostLine]:
    """Each host of the plan with its posts, in the order of names; three queries."""
    coming: dict[int, list[MatchPair]] = {}
    pairs = plan.pairs.filter(offer__isnull=False).select_related("trainee__person").order_by("trainee__number", "pk")
    for pair in pairs:
        coming.setdefault(pair.offer_id, []).append(pair)
    seats = {int(post.key): post.seats for post in facts_of(plan).posts}
    offers = (
        Offer.objects.filter(pk__in=seats).select_related("post__host").order_by("post__host__name", "post__name", "pk")
    )
    found: dict[int, list[Offer]] = {}
    for offer in offers:
        found.setdefault(offer.post.host_id, []).append(offer)
    return [
        HostLine(
            of_host[0].post.host.name,
            of_host[0].post.host.address,
            tuple(PostLine(each.post.name, seats[each.pk], tuple(coming.get(each.pk, ()))) for each in of_host),
        )
        for of_host in found.values()
    ]
