"""Who is chosen and who waits; who follows when somebody drops out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Role
from cohorts.models import Application
from cohorts.services.applications.outcomes import choose_from_waiting, pass_over, proposals, set_outcomes
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def closed_round(seats=2):
    now = timezone.now()
    return make.application_round(opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1), seats=seats)


def states(round):
    return dict(round.applications.values_list("pk", "state"))


def test_outcomes_name_who_is_chosen_who_waits_and_why_not():
    round = closed_round()
    a, b, c, d = (make.application(round, state="accepted").pk for _each in range(4))

    set_outcomes(round, chosen=[a, b], waiting=[c], declined=[d], reasons={d: "Fewer points."})

    assert states(round) == {a: "chosen", b: "chosen", c: "waiting", d: "declined"}
    assert Application.objects.get(pk=d).reason == "Fewer points."
    round.refresh_from_db()
    assert round.decided_at is not None
    assert AuditEntry.objects.filter(action="cohorts.set_outcomes").count() == 1


def test_the_same_outcomes_again_change_nothing():
    round = closed_round()
    a, b = (make.application(round, state="accepted").pk for _each in range(2))
    set_outcomes(round, chosen=[a], waiting=[b])
    before = list(Application.objects.order_by("pk").values_list("pk", "state", "state_at", "waiting_rank"))

    set_outcomes(round, chosen=[a], waiting=[b])

    assert list(Application.objects.order_by("pk").values_list("pk", "state", "state_at", "waiting_rank")) == before


@pytest.mark.parametrize("wrong", ["one left out", "one twice", "too many", "of another round", "not accepted"])
def test_outcomes_that_do_not_fit_are_refused(wrong):
    round = closed_round(seats=1)
    a, b = (make.application(round, state="accepted").pk for _each in range(2))
    other = make.application(state="accepted").pk
    returned = make.application(round, state="returned").pk
    chosen, waiting = {
        "one left out": ([a], []),
        "one twice": ([a], [b, a]),
        "too many": ([a, b], []),
        "of another round": ([a], [b, other]),
        "not accepted": ([a], [b, returned]),
    }[wrong]

    with pytest.raises(Refused):
        set_outcomes(round, chosen=chosen, waiting=waiting)

    assert states(round)[a] == "accepted"


def test_nothing_is_decided_while_applications_still_come_in():
    round = make.application_round()
    a = make.application(round, state="accepted").pk

    with pytest.raises(Refused):
        set_outcomes(round, chosen=[a], waiting=[])


def test_each_unit_is_told_once_about_all_of_its_nominees():
    round = closed_round()
    unit = make.unit()
    make.unit_quota(round, unit)
    organizer = make.user(Role.ORGANIZER, unit)
    a, b = (make.application(round, state="accepted", nominating_unit=unit).pk for _each in range(2))

    set_outcomes(round, chosen=[a], waiting=[b])

    notice = Notice.objects.get(user=organizer)
    assert notice.params["counts"] == {"chosen": 1, "waiting": 1}


def test_a_free_seat_is_proposed_to_the_next_and_given_by_a_person():
    round = closed_round()
    a, b, c, d = (make.application(round, state="accepted") for _each in range(4))
    set_outcomes(round, chosen=[a.pk, b.pk], waiting=[d.pk, c.pk])
    round.refresh_from_db()
    assert proposals(round) == []
    Application.objects.filter(pk=a.pk).update(state="withdrawn")

    assert proposals(round) == [d.pk]
    assert states(round)[d.pk] == "waiting"
    choose_from_waiting(d)

    assert states(round)[d.pk] == "chosen"
    assert proposals(round) == []


def test_somebody_out_of_turn_needs_a_reason():
    round = closed_round(seats=1)
    a, b = (make.application(round, state="accepted") for _each in range(2))
    set_outcomes(round, chosen=[], waiting=[a.pk, b.pk])

    with pytest.raises(Refused):
        choose_from_waiting(b)
    choose_from_waiting(b, reason="The first one is ill.")

    assert states(round) == {a.pk: "waiting", b.pk: "chosen"}
    with pytest.raises(Refused):
        choose_from_waiting(a)


def test_whoever_is_passed_over_makes_place_for_the_next():
    round = closed_round(seats=1)
    a, b = (make.application(round, state="accepted") for _each in range(2))
    set_outcomes(round, chosen=[], waiting=[a.pk, b.pk])
    round.refresh_from_db()

    pass_over(a, reason="Called elsewhere.")

    assert proposals(round) == [b.pk]
    assert Application.objects.get(pk=a.pk).reason == "Called elsewhere."


def test_the_database_keeps_one_open_application_of_a_human_in_a_round():
    round = make.application_round()
    number = make.id_number_of()
    make.application(round, id_number=number, state="withdrawn")
    make.application(round, id_number=number)
    make.application(id_number=number)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.application(round, id_number=number)
