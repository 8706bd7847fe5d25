"""What goes into a plan: trainees who have no place yet, posts with free seats, wishes, and the rules in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from cohorts.models import Cohort, Trainee
from placements.models import Host, KeptApart, MatchingRules, Offer, Placement, Wish
from placements.rules.assembling import Facts, Wished
from placements.rules.defaults import guess_keys, is_yes
from placements.rules.fit import Criterion, Opening, Seeker


@dataclass(frozen=True)
class Input:
    """``left_out``: posts of the day that cannot be used now, because the host is not checked or the post is closed."""

    facts: Facts
    left_out: tuple[str, ...]


def latest_rules(cohort: Cohort) -> MatchingRules | None:
    return cohort.matching_rules.order_by("-version").first()


def keys_of(cohort: Cohort) -> dict[str, str]:
    """Which profile field answers which question, by the rules of the cohort; before there are any, by the labels."""
    if rules := latest_rules(cohort):
        return rules.keys
    return guess_keys(cohort.profile_fields.order_by("order", "pk").values_list("key", "label"))


def days_of_offers(cohort: Cohort) -> list[date]:
    """The days on which posts of the cohort begin."""
    return sorted(set(cohort.offers.values_list("starts_on", flat=True)))


def offers_from(cohort: Cohort, starts_on: date) -> QuerySet[Offer]:
    """The posts of one day with ``free``: seats that nobody holds in their time."""
    held = Q(
        ~Q(seats__placements__state=Placement.State.CALLED_OFF),
        seats__placements__starts_on__lte=F("ends_on"),
        seats__placements__ends_on__gte=F("starts_on"),
    )
    return (
        Offer.objects.filter(cohort=cohort, starts_on=starts_on)
        .select_related("post__host")
        .annotate(
            all_seats=Count("seats", distinct=True),
            held=Count("seats", filter=held, distinct=True),
            free=F("all_seats") - F("held"),
        )
        .order_by("pk")
    )


def is_usable(offer: Offer) -> bool:
    closed = offer.post.closed_on
    return offer.post.host.state == Host.State.CHECKED and (closed is None or closed > offer.starts_on)


def trainees_to_place(cohort: Cohort, offers: Iterable[Offer]) -> QuerySet[Trainee]:
    """In training, and without a place in the time of these posts."""
    offers = list(offers)
    waiting = Trainee.objects.active().filter(cohort=cohort)
    if not offers:
        return waiting
    first, last = min(each.starts_on for each in offers), max(each.ends_on for each in offers)
    placed = Placement.objects.standing().filter(starts_on__lte=last, ends_on__gte=first)
    return waiting.exclude(pk__in=placed.values("trainee"))


def gather(cohort: Cohort, starts_on: date, rules: MatchingRules) -> Input:
    offers = list(offers_from(cohort, starts_on))
    usable = [each for each in offers if is_usable(each)]
    people = list(trainees_to_place(cohort, usable).only("work_unit", "profile", "person_id").order_by("pk"))
    keys = {each.pk for each in people}
    facts = Facts(
        people=tuple(_seeker(each, rules.keys) for each in people),
        posts=tuple(_opening(each) for each in usable),
        weights={str(each): int(Decimal(getattr(rules, each)) * 100) for each in Criterion},
        related=tuple((one, other) for one, other in rules.related),
        wishes=_wishes(keys, [each.pk for each in usable]),
        elsewhere=_elsewhere(people, usable),
        apart=_apart(cohort, keys),
        most_of_unit=rules.most_of_unit,
        least_at_host=rules.least_at_host,
        needs_lodging=rules.needs_lodging,
    )
    return Input(facts, tuple(str(each.post) for each in offers if not is_usable(each)))


def _seeker(trainee: Trainee, keys: dict[str, str]) -> Seeker:
    def answer(question: str) -> str:
        return str(trainee.profile.get(keys.get(question, ""), "") or "")

    return Seeker(
        key=str(trainee.pk),
        study=answer("study"),
        works_in=answer("works_in"),
        first=answer("first"),
        second=answer("second"),
        needs_lodging=is_yes(answer("needs_lodging")),
        where=answer("where") or trainee.work_unit,
        unit=trainee.work_unit,
    )


def _opening(offer: Offer) -> Opening:
    post, host = offer.post, offer.post.host
    return Opening(
        key=str(offer.pk),
        host=str(host.pk),
        seats=offer.free,
        industry=host.industry,
        words=f"{post.name} {post.requirements}",
        has_lodging=post.lodges,
        where=host.address,
        must_be_filled=offer.is_required,
    )


def _wishes(people: set[int], offers: list[int]) -> tuple[Wished, ...]:
    rows = Wish.objects.filter(offer__in=offers).values_list("side", "trainee", "offer", "rank")
    return tuple(Wished(side, str(who), str(post), rank) for side, who, post, rank in rows if who in people)


def _elsewhere(people: list[Trainee], offers: list[Offer]) -> tuple[tuple[str, str], ...]:
    """Whoever is in two cohorts at once and placed by the other is not free on those days."""
    by_person = {each.person_id: each.pk for each in people}
    rows = (
        Placement.objects.standing()
        .filter(trainee__person__in=by_person)
        .exclude(trainee__in=[each.pk for each in people])
        .values_list("trainee__person", "starts_on", "ends_on")
    )
    return tuple(
        (str(by_person[person]), str(offer.pk))
        for person, first, last in rows
        for offer in offers
        if first <= offer.ends_on and last >= offer.starts_on
    )


def _apart(cohort: Cohort, people: set[int]) -> tuple[tuple[str, str], ...]:
    rows = KeptApart.objects.filter(cohort=cohort).values_list("one", "other")
    return tuple(tuple(sorted((str(one), str(other)))) for one, other in rows if {one, other} <= people)
