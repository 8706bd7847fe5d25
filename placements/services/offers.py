"""What hosts offer to a cohort: posts with seats for a time. Seats are added and taken away, never below what is held."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Cohort
from placements.models import Host, Offer, Placement, Post, Seat
from placements.models.hosts import MOST_SEATS
from placements.services.seats import locked_offer
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def make_offer(
    post: Post, cohort: Cohort, *, seats: int, starts_on: date, ends_on: date, is_required: bool = False
) -> Offer:
    """A post on offer to one cohort, recorded as an act of its own; see ``add_offer``."""
    made = add_offer(post, cohort, seats=seats, starts_on=starts_on, ends_on=ends_on, is_required=is_required)
    record("placements.make_offer", made, after={"cohort": str(cohort), "seats": seats, "starts_on": starts_on})
    return made


def add_offer(
    post: Post, cohort: Cohort, *, seats: int, starts_on: date, ends_on: date, is_required: bool = False
) -> Offer:
    """An offer with its seats. For services that write many and record them as one act."""
    post = Post.objects.select_for_update(of=("self",)).select_related("host").get(pk=post.pk)
    if post.closed_on:
        raise Refused(_("%(post)s is closed.") % {"post": post})
    if post.host.state == Host.State.CLOSED:
        raise Refused(_("%(host)s is out of use.") % {"host": post.host})
    _check(cohort, seats, starts_on, ends_on)
    try:
        with transaction.atomic():
            offer = Offer.objects.create(
                cohort=cohort, post=post, starts_on=starts_on, ends_on=ends_on, is_required=is_required
            )
    except IntegrityError:
        raise Refused(_("%(post)s is offered to this cohort from that day already.") % {"post": post}) from None
    Seat.objects.bulk_create(Seat(offer=offer, number=number) for number in range(1, seats + 1))
    return offer


@transaction.atomic
def change_offer(offer: Offer, *, seats: int, starts_on: date, ends_on: date, is_required: bool) -> Offer:
    """Another number of seats or other days; whoever holds a seat keeps it."""
    offer = locked_offer(offer)
    before = _facts(offer)
    put_offer(offer, seats=seats, starts_on=starts_on, ends_on=ends_on, is_required=is_required)
    if before != (after := _facts(offer)):
        record("placements.change_offer", offer, before=before, after=after)
    return offer


def put_offer(offer: Offer, *, seats: int, starts_on: date, ends_on: date, is_required: bool) -> None:
    """The offer is locked by whoever calls."""
    _check(offer.cohort, seats, starts_on, ends_on)
    outside = Placement.objects.standing().filter(seat__offer=offer)
    if outside.filter(starts_on__lt=starts_on).exists() or outside.filter(ends_on__gt=ends_on).exists():
        raise Refused(_("Somebody is placed there on a day that would be outside. Change the placement first."))
    set_seats(offer, seats)
    given = {"starts_on": starts_on, "ends_on": ends_on, "is_required": is_required}
    if any(getattr(offer, name) != value for name, value in given.items()):
        for name, value in given.items():
            setattr(offer, name, value)
        offer.save(update_fields=list(given))


def set_seats(offer: Offer, seats: int) -> None:
    """As many seats as asked; only seats that nobody ever held are taken away. The offer is locked by whoever calls."""
    numbers = list(offer.seats.order_by("number").values_list("number", flat=True))
    if seats > len(numbers):
        free = (number for number in range(1, MOST_SEATS + 1) if number not in set(numbers))
        Seat.objects.bulk_create(
            Seat(offer=offer, number=number) for number, _more in zip(free, range(seats - len(numbers)))
        )
        return
    held = offer.seats.filter(placements__isnull=False).distinct().count()
    if seats < held:
        words = _("%(held)s seats of %(post)s are or were held; there cannot be fewer.")
        raise Refused(words % {"held": held, "post": offer.post})
    empty = offer.seats.filter(placements__isnull=True).order_by("-number").values("pk")[: len(numbers) - seats]
    Seat.objects.filter(pk__in=list(empty.values_list("pk", flat=True))).delete()


@transaction.atomic
def withdraw_offer(offer: Offer) -> None:
    """The post is no longer offered to the cohort; not while somebody holds a seat of it, held one, or wished for it."""
    offer = locked_offer(offer)
    words = _("Somebody holds a seat of this post, held one or wished for it. It stays.")
    if offer.wishes.exists():  # they would go with it
        raise Refused(words)
    record("placements.withdraw_offer", offer, before=_facts(offer))
    try:
        with transaction.atomic():
            offer.delete()
    except ProtectedError:
        raise Refused(words) from None


def _check(cohort: Cohort, seats: int, starts_on: date, ends_on: date) -> None:
    if not 1 <= seats <= MOST_SEATS:
        raise Refused(_("Give 1 to %(most)s seats.") % {"most": MOST_SEATS})
    if ends_on < starts_on:
        raise Refused(_("The last day comes before the first."))
    if starts_on < cohort.starts_on or ends_on > cohort.ends_on:
        words = _("The cohort runs from %(start)s to %(end)s; the seats lie within these days.")
        raise Refused(words % {"start": cohort.starts_on, "end": cohort.ends_on})


def _facts(offer: Offer) -> dict:
    return {
        "seats": offer.seats.count(),
        "starts_on": offer.starts_on,
        "ends_on": offer.ends_on,
        "is_required": offer.is_required,
    }
