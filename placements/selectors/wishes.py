"""What a trainee can wish, and where wishes are asked for."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from cohorts.models import Cohort, Trainee
from placements.models import Host, Offer, Wish, WishWindow


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
