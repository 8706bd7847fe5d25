"""Whoever is concerned by a lead or by an action of a meeting is told once, with everything else of the day, while it holds."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Message, Notice, Role
from accounts.services import outbox
from placements.services.dispatch import add_action, change_action, close_action, plan_meeting, reopen_action
from placements.services.lead_merges import merge_leads
from placements.services.leads import enter_lead, move_lead, share_lead
from tests import make

pytestmark = pytest.mark.django_db
HALF = Decimal("0.5")


@pytest.fixture
def cohort():
    return make.cohort()


@pytest.fixture
def office(cohort):
    return make.user(Role.ORGANIZER, cohort)


def two_trainees(cohort):
    found = [make.trainee(in_cohort=cohort) for _ in range(2)]
    return found, [make.trainee_account(each) for each in found]


def waiting() -> list[tuple]:
    rows = Notice.objects.filter(state="waiting").order_by("pk")
    return [(each.kind.partition(".")[2], each.user_id) for each in rows]


def lines(user) -> list[str]:
    return [line for message in Message.objects.filter(user=user) for line, _path in message.lines]


def move(lead, by, stage="contacted"):
    return move_lead(lead, stage=stage, on=timezone.localdate(), text="We met.", by=by)


def test_trainees_hear_of_their_share_and_of_every_stage_but_not_of_what_they_did(cohort, office):
    (one, two), (anna, ben) = two_trainees(cohort)
    lead = enter_lead([one, two], company="Acme Works", what="A plant", found_on=make.START, by=anna)
    entered = waiting()
    move(lead, office)

    assert sorted(entered) == sorted([("lead_credited", ben.pk), ("lead_entered", office.pk)])
    assert sorted(waiting()[2:]) == sorted([("lead_moved", anna.pk), ("lead_moved", ben.pk)])


def test_what_holds_no_more_when_it_is_sent_is_not_told(clock, cohort, office):
    (one, two), (anna, ben) = two_trainees(cohort)
    lead = enter_lead([one, two], company="Acme Works", what="A plant", found_on=make.START, by=office)
    move(lead, office)
    move(lead, office, "visited")
    share_lead(lead, {one.pk: Decimal(1)}, reason="Found it alone.", by=office)
    clock.forward(days=1, hours=2)

    outbox.run(seconds=10)

    assert lines(anna) == [
        "The lead Acme Works has moved on: visited each other.",
        "Your share in the lead Acme Works is now 100.0%. Found it alone.",
    ]
    assert lines(ben) == [
        "The lead Acme Works has moved on: visited each other.",
        "You have no share in the lead Acme Works any more. Found it alone.",
    ]
    assert Message.objects.filter(user=anna).count() == 1


def test_a_merge_tells_everybody_the_share_in_what_stands(clock, cohort, office):
    (one, two), (anna, ben) = two_trainees(cohort)
    lead = enter_lead([one], company="Acme Works", what="A plant", found_on=make.START, by=anna)
    other = enter_lead([two], company="Acme Works Ltd", what="A plant", found_on=make.START, by=ben)
    merge_leads(lead, other, {one.pk: HALF, two.pk: HALF}, reason="The same company.", by=office)
    clock.forward(days=1, hours=2)

    outbox.run(seconds=10)

    told = ["Your share in the lead Acme Works is now 50.0%. The same company."]
    assert (lines(anna), lines(ben)) == (told, told)
    assert lines(office) == [f"{anna.name} named a company that may invest: Acme Works."]


def test_the_owner_of_an_action_hears_when_it_is_given_due_and_overdue_and_nothing_once_it_is_closed(
    clock, cohort, office
):
    owner, today = make.user(Role.ORGANIZER, cohort), timezone.localdate()
    meeting = plan_meeting(cohort, held_on=today)
    action = add_action(meeting, text="Call the bank", owner=owner, due_on=today + timedelta(days=2))
    due = []
    for _day in range(3):
        clock.forward(days=1)
        outbox.run(seconds=10)
        due.append(len(lines(owner)))
    close_action(action, state="done", result="Called.", by=owner)
    reopen_action(action)
    close_action(action, state="done", result="Called again.", by=owner)
    clock.forward(days=1)
    outbox.run(seconds=10)

    assert due == [1, 2, 3]
    assert len(lines(owner)) == 3


def test_another_owner_is_told_and_the_one_before_no_more(cohort, office):
    first, second, today = make.user(), make.user(), timezone.localdate()
    meeting = plan_meeting(cohort, held_on=today)
    action = add_action(meeting, text="Call the bank", owner=first, due_on=today + timedelta(days=2))

    change_action(action, text="Call the bank", owner=second, due_on=action.due_on)
    change_action(action, text="Call the bank today", owner=second, due_on=action.due_on)

    kinds = ["action_given", "action_due", "action_overdue"]
    assert waiting() == [(kind, second.pk) for kind in kinds]
