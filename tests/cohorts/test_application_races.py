"""The last slot of a unit, the last seat of a round, the same human twice: at the same moment."""

from functools import partial

import pytest

from cohorts.models import Application
from cohorts.services.applications import handing_in
from cohorts.services.applications.outcomes import choose_from_waiting
from cohorts.services.applications.rounds import delete_quota
from tests import make
from tests.races import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def draft(round, quota=None):
    return handing_in.begin(round, answers={}, born_on=None, sex="", quota=quota)


def hand_in(application, id_number):
    values = {"name": "陈晨", "id_number": id_number, "phone": "13900000001"}
    return handing_in.hand_in(application, values=values, answers={})


def test_twenty_nominations_for_the_last_slot_are_exactly_one():
    quota = make.unit_quota(seats=1)
    acts = [partial(hand_in, draft(quota.round, quota), make.id_number_of()) for _each in range(20)]

    results = race(*acts)

    assert refusals(results) == 19
    assert Application.objects.taking_a_slot().count() == 1


def test_one_human_who_sends_twice_at_once_has_one_application():
    round = make.application_round()
    number = make.id_number_of()

    results = race(*[partial(hand_in, draft(round), number) for _each in range(6)])

    assert refusals(results) == 5
    assert round.applications.open().count() == 1


def test_the_last_free_seat_goes_to_one_of_the_waiting_list():
    round = make.application_round(seats=1)
    waiting = [make.application(round, state="waiting", waiting_rank=rank) for rank in range(1, 9)]

    results = race(*[partial(choose_from_waiting, each, reason="Now.") for each in waiting])

    assert refusals(results) == 7
    assert round.applications.filter(state="chosen").count() == 1


def test_a_draft_or_a_quota_that_is_thrown_away_twice_at_once_is_refused_the_second_time():
    round = make.application_round()
    mine, quota = draft(round), make.unit_quota(round)

    for acts in (
        [partial(handing_in.withdraw_application, Application.objects.get(pk=mine.pk)) for _each in range(3)],
        [partial(delete_quota, quota)] * 3,
    ):
        assert refusals(race(*acts)) == 2
