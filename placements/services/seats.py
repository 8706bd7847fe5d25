"""Seats of offered posts: claimed under a lock of the offer, so the last one goes to one trainee, however many ask at once.

The database stands behind it: a seat has one trainee a day, and a trainee one seat (``placements_one_trainee_a_seat``,
``placements_one_seat_a_trainee``).
"""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Cohort, Person, Trainee
from cohorts.services.cohorts import OUTSIDE
from cohorts.services.trainees import AGAINST_LEAVING
from placements.models import Host, HostContact, Offer, Placement, Seat
from trainee_mgmt.kit.errors import Refused, Remedy, constraint_of
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.formats import span

SEAT_TAKEN, TRAINEE_PLACED = "placements_one_trainee_a_seat", "placements_one_seat_a_trainee"


@transaction.atomic
def claim_seat(
    offer: Offer,
    trainee: Trainee,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    mentor: HostContact | None = None,
) -> Placement:
    """Place one trainee by hand, for the days of the offer unless others are given; see ``take_seat``."""
    made = take_seat(offer, trainee, starts_on=starts_on, ends_on=ends_on, mentor=mentor)
    record("placements.claim_seat", made, after={"starts_on": made.starts_on, "ends_on": made.ends_on})
    return made


def take_seat(
    offer: Offer,
    trainee: Trainee,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    mentor: HostContact | None = None,
) -> Placement:
    """One free seat of the offer for these days, or ``Refused``. For services that write many placements and record them
    as one act: call it inside their transaction."""
    trainee = Trainee.objects.select_for_update(no_key=True, of=("self",)).select_related("person").get(pk=trainee.pk)
    Person.objects.select_for_update(no_key=True).get(pk=trainee.person_id)
    offer = locked_offer(offer)
    starts_on, ends_on = starts_on or offer.starts_on, ends_on or offer.ends_on
    _check(offer, trainee, starts_on, ends_on)
    _refuse_elsewhere(trainee, starts_on, ends_on)
    seat = free_seats(offer, starts_on, ends_on).first()
    if seat is None:
        raise Refused(_("%(post)s has no free seat for these days.") % {"post": offer.post})
    return put_in_seat(seat, trainee, starts_on=starts_on, ends_on=ends_on, mentor=mentor or offer.post.mentor)


def put_in_seat(
    seat: Seat, trainee: Trainee, *, starts_on: date, ends_on: date, mentor: HostContact | None = None
) -> Placement:
    """Write the placement; whoever does this without the lock of the offer meets the database's own refusal."""
    try:
        with transaction.atomic():
            return Placement.objects.create(
                seat=seat, trainee=trainee, starts_on=starts_on, ends_on=ends_on, mentor=mentor
            )
    except IntegrityError as error:
        broken = constraint_of(error)
        if broken == TRAINEE_PLACED:
            raise Refused(_("%(trainee)s has another place on some of these days.") % {"trainee": trainee}) from None
        if broken == SEAT_TAKEN:
            raise Refused(_("This seat was given to somebody else at this moment. Look again.")) from None
        raise


def free_seats(offer: Offer, starts_on: date, ends_on: date):
    """The seats of an offer that nobody holds on any of these days, in their order."""
    held = Placement.objects.standing().filter(seat=OuterRef("pk"), starts_on__lte=ends_on, ends_on__gte=starts_on)
    return Seat.objects.filter(~Exists(held), offer=offer).order_by("number")


def with_free_seats(offers: QuerySet[Offer], starts_on: date, ends_on: date) -> QuerySet[Offer]:
    """The same with ``free``: how many seats of each nobody holds on any of these days."""
    found = free_seats(OuterRef("pk"), starts_on, ends_on).order_by().values("offer")
    return offers.annotate(free=Coalesce(Subquery(found.annotate(n=Count("pk")).values("n")), 0))


def locked_offer(offer: Offer) -> Offer:
    """The offer with its post and host, locked until the transaction ends."""
    return lock_offers([offer.pk])[offer.pk]


def lock_offers(pks: Iterable[int]) -> dict[int, Offer]:
    """Many offers locked in one order, so that two who lock several do not wait for each other; by primary key."""
    pks = set(pks)
    rows = Offer.objects.select_for_update(of=("self",)).select_related("post__host", "post__mentor")
    locked = {offer.pk: offer for offer in rows.filter(pk__in=pks).order_by("pk")}
    if len(locked) < len(pks):
        raise Refused(_("This post is no longer on offer."))
    return locked


def _refuse_elsewhere(trainee: Trainee, starts_on: date, ends_on: date) -> None:
    """A person who is in two cohorts is at one host a day."""
    placed = Placement.objects.standing().filter(trainee__person=trainee.person_id).exclude(trainee=trainee.pk)
    if placed.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        words = _("%(trainee)s is placed by another cohort on some of these days.")
        raise Refused(words % {"trainee": trainee})


def _check(offer: Offer, trainee: Trainee, starts_on: date, ends_on: date) -> None:
    if trainee.cohort_id != offer.cohort_id:
        raise Refused(_("%(post)s is offered to another cohort.") % {"post": offer.post})
    if trainee.status != Trainee.Status.ACTIVE:
        raise Refused(_("%(trainee)s is no longer in training.") % {"trainee": trainee})
    refuse_unchecked(offer.post.host)
    if ends_on < starts_on:
        raise Refused(_("The last day comes before the first."))
    if starts_on < offer.starts_on or ends_on > offer.ends_on:
        raise Refused(_("%(post)s is not offered on all of these days.") % {"post": offer.post})


def refuse_unchecked(host: Host) -> None:
    """The caller holds the lock of an offer, for which whoever closes a host waits; so its state is read after that."""
    if not Host.objects.filter(pk=host.pk, state=Host.State.CHECKED).exists():
        raise Refused(_("%(host)s is not checked, or closed. Check it first.") % {"host": host})


def outside(cohort: Cohort) -> str:
    """A sentence that names the first stay that the days of the cohort leave out."""
    days = Q(starts_on__lt=cohort.starts_on) | Q(ends_on__gt=cohort.ends_on)
    left_out = Placement.objects.standing().filter(days, trainee__cohort=cohort).order_by("starts_on", "pk")
    if not (first := left_out.select_related("trainee__person").first()):
        return ""
    words = _("The stay of %(name)s from %(days)s would lie outside these days. End it earlier first.")
    return words % {"name": first.trainee.person.name, "days": span(first.starts_on, first.ends_on)}


OUTSIDE.append(outside)


def still_placed(trainees: Collection[int], on: date) -> Refused | None:
    """A seat is given back by ending the stay, with everything that hangs on it."""
    stays = Placement.objects.standing().filter(trainee__in=trainees, ends_on__gte=on).order_by("starts_on", "pk")
    if (first := stays.select_related("trainee__person", "seat__offer__post__host").first()) is None:
        return None
    words = _("The stay of %(name)s at %(host)s lasts until %(day)s. End it early; the training can end with it.")
    told = {"name": first.trainee.person.name, "host": first.seat.offer.post.host, "day": day_words(first.ends_on)}
    return Refused(
        words % told, remedy=Remedy(_("To the stay"), first.get_absolute_url(), "placements.view_placement", first)
    )


AGAINST_LEAVING.append(still_placed)
