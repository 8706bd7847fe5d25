"""Workers are killed, the broker is emptied, two clocks tick: real processes, and a mail server that counts."""

import random
import sys
import time

import pytest

from accounts.models import Message, Notice
from tests.channels.servers import Mailbox, smtp_server
from tests.faults.office import Office, all_is_told, claims_grow_old, kill_one, kill_whole, outcome, tell, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
SILENT = 15  # seconds; in the drills, which go on while a killed sender is waited for


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def office(folder, mailbox):
    with smtp_server(mailbox) as address:
        made = Office(folder, address)
        try:
            yield made
        finally:
            made.close()


def arrived(mailbox, count):
    return lambda: len(mailbox.mails) >= count


def test_workers_killed_in_a_batch_of_450_lose_nothing_and_mark_what_may_come_twice(office, mailbox):
    mailbox.pause = 0.005
    people = tell(450)
    worker = office.worker()
    office.clock()

    wait_until(arrived(mailbox, 60), office=office)
    alone = kill_one(worker)
    wait_until(arrived(mailbox, 180), office=office)
    together = kill_whole(worker)  # the one that was killed may have been replaced by now, or not yet
    claims_grow_old()
    office.worker()
    wait_until(lambda: all_is_told(450), office=office)

    told, doubles, marked = outcome(mailbox)
    assert told == people
    assert alone == 1
    assert together in {1, 2}
    assert doubles <= marked <= alone + together
    assert Message.objects.count() == 450
    assert Notice.objects.exclude(state="sent").count() == 0


def test_an_emptied_broker_and_two_clocks_change_nothing(office, mailbox):
    mailbox.pause = 0.005
    people = tell(120)
    office.worker()
    office.clock()
    office.clock()

    for count in (10, 40, 80):
        wait_until(arrived(mailbox, count), office=office)
        office.empty_the_broker()
    wait_until(lambda: all_is_told(120), office=office)

    assert outcome(mailbox) == (people, 0, 0)
    assert Message.objects.count() == 120


@pytest.mark.drill
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_kills_at_any_moment(office, mailbox, seed):
    chance = random.Random(seed)
    mailbox.pause = 0.01
    office.takes_for_dead_after(SILENT)
    people = tell(450)
    workers = [office.worker(), office.worker()]
    office.clock()
    office.clock()
    killed = 0

    for count in sorted(chance.sample(range(20, 430), 8)):
        wait_until(arrived(mailbox, count), office=office)
        index = chance.randrange(2)
        if chance.random() < 0.5:
            killed += kill_one(workers[index])
        else:
            killed += kill_whole(workers[index])
            workers[index] = office.worker()
    wait_until(lambda: all_is_told(450), office=office)

    told, doubles, marked = outcome(mailbox)
    assert told == people
    assert doubles <= marked <= killed


@pytest.mark.drill
def test_a_broker_that_is_away_for_a_while_loses_nothing(office, mailbox):
    mailbox.pause = 0.01
    people = tell(200)
    office.takes_for_dead_after(SILENT)
    office.worker()
    office.clock()
    wait_until(arrived(mailbox, 30), office=office)

    office.stop_the_broker()
    time.sleep(5)
    office.start_again_what_ended()
    office.start_the_broker()
    wait_until(lambda: all_is_told(200), office=office)

    assert outcome(mailbox)[:2] == (people, 0)


@pytest.mark.drill
def test_a_broker_away_for_minutes_while_people_are_told_loses_nothing(office, mailbox, capsys):
    """Two clocks, two workers. The broker goes, 450 people are told in those minutes, it comes back empty, is emptied once
    more, and both workers are killed in the middle of what had piled up."""
    mailbox.pause = 0.01
    people = tell(30)
    office.takes_for_dead_after(SILENT)
    office.worker()
    office.worker()
    office.clock()
    office.clock()
    wait_until(arrived(mailbox, 10), office=office)

    office.stop_the_broker()
    for _batch in range(15):
        people |= tell(30, before=len(people))
        time.sleep(12)
        office.start_again_what_ended()
    before_it_came_back = len(mailbox.mails)
    office.start_the_broker()
    came_back_at = time.monotonic()
    wait_until(arrived(mailbox, before_it_came_back + 100), office=office)
    office.empty_the_broker()
    killed = sum(map(kill_whole, office.workers()))
    office.start_again_what_ended()
    wait_until(lambda: all_is_told(480), office=office)

    told, doubles, marked = outcome(mailbox)
    seconds = round(time.monotonic() - came_back_at)
    with capsys.disabled():  # figures for whoever runs the drill
        sys.stdout.write(
            f"\nafter three minutes: all of {len(people)} told in {seconds} s, {doubles} twice, {marked} marked\n"
        )
    assert told == people
    assert doubles <= marked <= killed
    assert Message.objects.count() == 480
    assert Notice.objects.exclude(state="sent").count() == 0
