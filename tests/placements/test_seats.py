"""The last seat goes to one trainee; without the lock the database says no."""

from datetime import timedelta
from threading import BoundedSemaphore, Event
from time import sleep

import pytest
from django.db import connection, transaction

from accounts.models import AuditEntry
from cohorts.models import Trainee
from placements.models import Host, Placement
from placements.services.seats import claim_seat, free_seats, put_in_seat
from tests import make
from tests.races import PATIENCE, race, refusals
from trainee_mgmt.kit.errors import Refused

CLAIMS = 200
CONNECTIONS = BoundedSemaphore(40)  # as many as the database of the tests spares
FULL = "{post} has no free seat for these days."


@pytest.mark.django_db(transaction=True)
def test_200_claims_on_the_last_seat_give_exactly_one_place_and_199_refusals():
    offer = make.offer(seats=3)
    for _n in range(2):
        claim_seat(offer, make.trainee(offer.cohort))
    people = [make.trainee(offer.cohort) for _n in range(CLAIMS)]

    results = race(*[lambda each=each: at_once(offer, each) for each in people])

    assert Placement.objects.filter(seat__offer=offer).count() == 3
    assert refusals(results) == CLAIMS - 1
    assert sentences(results) == {FULL.format(post=offer.post)}
    assert AuditEntry.objects.filter(action="placements.claim_seat").count() == 3


@pytest.mark.django_db(transaction=True)
def test_claims_wait_for_one_that_is_under_way_and_then_see_that_the_seat_is_gone():
    """Red as soon as the offer is not locked: then the others do not see the seat taken and meet the constraint."""
    offer = make.offer(seats=1)
    people = [make.trainee(offer.cohort) for _n in range(20)]
    taken = Event()

    def slow():
        with transaction.atomic():
            made = claim_seat(offer, people[0])
            taken.set()
            sleep(0.5)
        return made

    def late(trainee):
        taken.wait(timeout=PATIENCE)
        return claim_seat(offer, trainee)

    results = race(slow, *[lambda each=each: late(each) for each in people[1:]])

    assert (Placement.objects.get().trainee, refusals(results)) == (people[0], 19)
    assert sentences(results) == {FULL.format(post=offer.post)}


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_find_the_same_seat_and_the_database_refuses_the_second():
    offer = make.offer(seats=1)
    days = {"starts_on": offer.starts_on, "ends_on": offer.ends_on}
    people = [make.trainee(offer.cohort) for _n in range(2)]
    found = [free_seats(offer, **days).first() for _each in people]  # both look before either writes

    results = race(*[lambda a=a, b=b: put_in_seat(a, b, **days) for a, b in zip(found, people, strict=True)])

    assert found[0] == found[1]
    assert sentences(results) == {"This seat was given to somebody else at this moment. Look again."}
    assert Placement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_trainee_who_claims_two_posts_at_once_gets_one():
    cohort = make.cohort()
    trainee = make.trainee(cohort)
    offers = [make.offer(cohort, seats=5) for _n in range(6)]

    results = race(*[lambda each=each: claim_seat(each, trainee) for each in offers])

    assert refusals(results) == 5
    assert Placement.objects.get().trainee == trainee


@pytest.mark.django_db
def test_a_seat_is_free_again_on_the_days_after_a_place_ends_and_when_it_is_called_off():
    offer = make.offer(seats=1)
    first, second, third = (make.trainee(offer.cohort) for _n in range(3))
    middle = offer.starts_on.replace(month=10)

    early = claim_seat(offer, first, ends_on=middle)
    claim_seat(offer, second, starts_on=middle.replace(day=2))
    Placement.objects.filter(pk=early.pk).update(state="called_off")

    assert claim_seat(offer, third, ends_on=middle).seat == early.seat


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("cohort", "is offered to another cohort"),
        ("status", "is no longer in training"),
        ("host", "is not checked, or closed"),
        ("days", "is not offered on all of these days"),
        ("order", "The last day comes before the first"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_in_words(broken, sentence):
    offer = make.offer(seats=1)
    trainee = make.trainee(None if broken == "cohort" else offer.cohort)
    days = {"starts_on": offer.starts_on, "ends_on": offer.ends_on}
    if broken == "status":
        Trainee.objects.filter(pk=trainee.pk).update(status="withdrawn", ended_on=offer.ends_on)
        trainee.refresh_from_db()
    if broken == "host":
        Host.objects.update(state=Host.State.NEW)
    if broken == "days":
        days["ends_on"] = offer.ends_on + timedelta(days=1)
    if broken == "order":
        days["ends_on"] = offer.starts_on - timedelta(days=1)

    with pytest.raises(Refused, match=sentence):
        claim_seat(offer, trainee, **days)

    assert not Placement.objects.exists()


def at_once(offer, trainee):
    with CONNECTIONS:
        try:
            return claim_seat(offer, trainee)
        finally:
            connection.close()


def sentences(results) -> set[str]:
    return {str(each) for each in results if isinstance(each, Refused)}
