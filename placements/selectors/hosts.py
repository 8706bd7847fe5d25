"""What one page says about a host: whom to call, its posts, and its history."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from placements.models import Host, Offer, Placement, Post, Seat, Ticket, Visit
from trainee_mgmt.kit import access

SHOWN = 50


@dataclass(frozen=True)
class History:
    """What the reader may see of it, the newest first, and how much there is."""

    placements: list
    people: int
    offers: list
    visits: list
    tickets: list


def history_of(host: Host, user) -> History:
    """Four queries and one more for the number of people; none for what the reader's roles do not open."""
    placed = _mine(Placement, "placements.view_placement", user).standing().filter(seat__offer__post__host=host)
    related = ("trainee__person", "trainee__cohort", "seat__offer__post", "mentor")
    seats = Seat.objects.filter(offer=OuterRef("pk")).order_by().values("offer")
    offers = _mine(Offer, "placements.view_offer", user).filter(post__host=host)
    visits = _mine(Visit, "placements.view_visit", user).filter(host=host).select_related("visitor", "cohort")
    tickets = _mine(Ticket, "placements.view_ticket", user).filter(host=host)
    return History(
        list(placed.select_related(*related).order_by("-starts_on", "-pk")[:SHOWN]),
        placed.aggregate(people=Count("trainee", distinct=True))["people"],
        list(
            offers.select_related("cohort__program", "post")
            .annotate(
                seat_count=Coalesce(Subquery(seats.annotate(n=Count("pk")).values("n")), 0),
                held=Count("seats", filter=_standing(), distinct=True),
            )
            .order_by("-starts_on", "post__name", "pk")[:SHOWN]
        ),
        list(visits.order_by("-planned_on", "-pk")[:SHOWN]),
        list(tickets.select_related("trainee__person").order_by("-opened_at", "-pk")[:SHOWN]),
    )


def posts_of(host: Host) -> list[Post]:
    return list(host.posts.select_related("mentor").order_by("closed_on", "name", "pk"))


def _standing() -> Q:
    held = Q(seats__placements__isnull=False)
    return held & ~Q(seats__placements__state=Placement.State.CALLED_OFF)


def _mine(model, permission: str, user):
    return model.objects.filter(access.rows(user, permission))
