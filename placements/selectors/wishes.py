"""What a trainee can wish, and where wishes are asked for."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from cohorts.models import Cohort, Trainee
from placements.models import Host, HostAnswer, Offer, Wish, WishWindow
from placements.rules.host_wishes import REFUSED, Choice


@dataclass(frozen=True)
class OwnWindow:
    """A cohort that asks for wishes, and what was said so far."""

    trainee: Trainee
    window: WishWindow
    is_open: bool
    wishes: tuple[Wish, ...]


def offers_to_wish(cohort: Cohort) -> list[Offer]:
    """Posts of checked hosts with their seats."""
    rows = cohort.offers.filter(post__host__state=Host.State.CHECKED, post__closed_on=None)
    return list(
        rows.select_related("post__host")
        .annotate(seat_count=Count("seats"))
        .order_by("post__host__name", "post__name", "pk")
    )


def offers_of_host(cohort: Cohort, host: int) -> list[Offer]:
    """The posts of one host that its contact is asked about, each with ``last_answer`` and ``is_answered``."""
    rows = cohort.offers.filter(post__host=host, post__host__state=Host.State.CHECKED, post__closed_on=None)
    rows = rows.select_related("post__host", "host_draft").annotate(seat_count=Count("seats"))
    offers = list(rows.order_by("starts_on", "post__name", "pk"))
    answers = HostAnswer.objects.filter(offer__in=offers, in_force=True).select_related("entered_by", "link__contact")
    last = {each.offer_id: each for each in answers}
    for offer in offers:
        offer.last_answer = last.get(offer.pk)
        offer.is_answered = offer.pk in last
    return offers


def host_said(offer: Offer) -> list[Choice]:
    """What was sent for a post, ranks first."""
    rows = Wish.objects.filter(side=Wish.Side.HOST, offer=offer).order_by("rank", "trainee__number", "pk")
    return [
        Choice(trainee, REFUSED if rank is None else str(rank), reason)
        for trainee, rank, reason in rows.values_list("trainee", "rank", "reason")
    ]


def own_windows(mine: QuerySet[Trainee], *, at: datetime) -> list[OwnWindow]:
    """Of cohorts in which one is in training, the newest first."""
    places = mine.filter(status=Trainee.Status.ACTIVE, cohort__wish_window__isnull=False)
    places = list(places.select_related("cohort__wish_window", "cohort__program").order_by("-joined_on", "-pk"))
    rows = Wish.objects.filter(side=Wish.Side.TRAINEE, trainee__in=places).select_related("offer__post__host")
    wishes: dict[int, list[Wish]] = {}
    for wish in rows.order_by("rank", "pk"):
        wishes.setdefault(wish.trainee_id, []).append(wish)
    return [
        OwnWindow(
            each,
            each.cohort.wish_window,
            each.cohort.wish_window.is_open(Wish.Side.TRAINEE, at),
            tuple(wishes.get(each.pk, ())),
        )
        for each in places
    ]
