"""Messages on their way outside: the next channel when one fails, one record of it, conditions checked before each."""

from datetime import date, timedelta

import pytest

from accounts.models import Address, Delivery, Message, Notice, NoticeSettings
from accounts.services import outbox
from accounts.services.notices import cancel_notices, notify
from accounts.services.outbox import sending
from tests import make
from tests.races import race
from trainee_mgmt.kit.crypto import Sealed

pytestmark = pytest.mark.django_db


def person(**fields):
    """Somebody with a phone that all providers know, and a mail address."""
    made = make.user(phone="13800000001", **fields)
    Address.objects.create(user=made, channel="email", value=Sealed.of("anna@example.org"))
    return made


def tell(clock, *people, kind="test.soon", key="1"):
    notify(kind, people, key=key)
    clock.forward(seconds=40)
    outbox.run(seconds=10)


def ways(**filters) -> list[tuple[str, str, int]]:
    rows = Delivery.objects.filter(**filters).exclude(channel="inbox").order_by("pk")
    return list(rows.values_list("channel", "state", "attempts"))


def test_the_first_channel_that_works_is_the_only_one(kinds, clock, wecom, mailbox):
    tell(clock, person())

    assert ways() == [("wecom", "sent", 1)]
    assert Message.objects.get().state == "sent"
    assert Notice.objects.get().state == "sent"
    assert wecom.arrived[0]["text"]["content"] == "Told: 1\nhttps://training.example.org/about/1/"
    assert Delivery.objects.get(channel="wecom").provider_id == "msg-1"
    assert mailbox.mails == []


def test_ones_own_first_channel_comes_first(kinds, clock, wecom, mailbox):
    anna = person()
    NoticeSettings.objects.create(user=anna, channels=["email"])

    tell(clock, anna)

    assert ways() == [("email", "sent", 1)]


def test_a_channel_that_refuses_hands_over_to_the_next_in_one_record(kinds, clock, wecom, feishu, mailbox):
    wecom.say({"errcode": 45002, "errmsg": "message content size out of limit"})
    feishu.say({"code": 230013, "msg": "Bot has NO availability to this user."}, status=400)

    tell(clock, person())

    assert ways() == [("wecom", "failed", 1), ("feishu", "failed", 1), ("email", "sent", 1)]
    assert Delivery.objects.get(channel="wecom").error == "45002 message content size out of limit"
    assert len(mailbox.mails) == 1
    assert Message.objects.count() == 1


def test_what_no_channel_takes_stands_in_the_inbox(kinds, clock, wecom, mailbox):
    wecom.say({"errcode": 45002, "errmsg": "too long"})
    mailbox.refuse = {"anna@example.org": "550 no such user"}

    tell(clock, person())

    assert ways() == [("wecom", "failed", 1), ("email", "failed", 1)]
    assert Message.objects.get().state == "failed"
    assert Message.objects.get().lines == [["Told: 1", "/about/1/"]]


def test_a_busy_channel_is_tried_three_times_then_left(kinds, clock, wecom, mailbox):
    wecom.say(*[{"errcode": -1, "errmsg": "system busy"}] * 3)

    tell(clock, person())
    first = ways()
    clock.forward(minutes=2)
    outbox.run(seconds=5)
    second = ways()
    clock.forward(minutes=6)
    outbox.run(seconds=5)

    assert first == [("wecom", "waiting", 1)]
    assert second == [("wecom", "waiting", 2)]
    assert ways() == [("wecom", "failed", 3), ("email", "sent", 1)]


def test_a_channel_that_is_down_is_asked_once_in_a_batch(kinds, clock, settings, mailbox):
    down = {"corp_id": "corp", "agent_id": "1", "secret": "wecom-secret", "server": "http://127.0.0.1:9"}
    settings.NOTICE_CHANNELS = {"wecom": down} | settings.NOTICE_CHANNELS
    people = [make.user(phone=f"1380000000{n}") for n in range(5)]
    for each in people:
        Address.objects.create(user=each, channel="email", value=Sealed.of(f"{each.username}@example.org"))

    tell(clock, *people)
    for minutes in (2, 6):
        clock.forward(minutes=minutes)
        outbox.run(seconds=10)

    assert sorted(ways()) == [("email", "sent", 1)] * 5 + [("wecom", "failed", 3)] * 5
    assert len(mailbox.mails) == 5


def test_whoever_the_provider_does_not_know_is_told_by_the_next(kinds, clock, wecom, sms):
    stranger = make.user(phone="13911112222")

    tell(clock, stranger)

    assert ways() == [("wecom", "failed", 1), ("sms", "sent", 1)]
    assert Delivery.objects.get(channel="wecom").error == "nobody there has this phone number"
    assert sms.arrived[0]["body"]["mobile"] == "13911112222"


def test_an_id_that_was_found_by_phone_is_remembered(kinds, clock, wecom):
    anna = person()

    tell(clock, anna, key="1")
    tell(clock, anna, key="2")

    assert wecom.asked.count("/cgi-bin/user/getuserid") == 1
    assert Address.objects.get(user=anna, channel="wecom").value.open() == "anna"


def test_what_is_cancelled_between_two_channels_goes_no_further(kinds, clock, wecom, mailbox):
    anna, about = person(), make.unit()
    wecom.say({"errcode": -1, "errmsg": "system busy"})
    notify("test.soon", [anna], key="1", about=about)
    clock.forward(seconds=40)
    outbox.run(seconds=5)

    cancelled = cancel_notices(about=about)
    clock.forward(minutes=2)
    outbox.run(seconds=5)

    assert cancelled == 1
    assert ways() == [("wecom", "cancelled", 1)]
    assert Message.objects.get().state == "cancelled"
    assert wecom.arrived == []
    assert mailbox.mails == []


def test_of_a_message_only_what_still_holds_goes_out(kinds, clock, wecom):
    wecom.say({"errcode": -1, "errmsg": "system busy"})
    anna = person()
    notify("test.soon", [anna], key="1")
    tell(clock, anna, key="2")

    kinds.add("1")
    clock.forward(minutes=2)
    outbox.run(seconds=5)

    assert wecom.arrived[0]["text"]["content"].splitlines()[0] == "Told: 2"
    assert list(Notice.objects.order_by("pk").values_list("state", flat=True)) == ["dropped", "sent"]


def test_a_second_attempt_waits_for_the_end_of_the_quiet_hours_unless_it_is_urgent(kinds, clock, wecom):
    clock.set(make.at(date(2026, 9, 8), 20, 59))
    wecom.say(*[{"errcode": -1, "errmsg": "system busy"}] * 2)
    quiet, urgent = make.user(phone="13800000001"), make.user(phone="13800000002")
    notify("test.soon", [quiet], key="1")
    tell(clock, urgent, kind="test.now")

    clock.forward(minutes=5)
    outbox.run(seconds=5)
    at_night = [each["touser"] for each in wecom.arrived]
    clock.set(make.at(date(2026, 9, 9), 8, 1))
    outbox.run(seconds=5)

    assert at_night == ["ben"]
    assert [each["touser"] for each in wecom.arrived] == ["ben", "anna"]


def test_a_channel_taken_out_of_the_settings_hands_over(kinds, clock, wecom, mailbox, settings):
    wecom.say({"errcode": -1, "errmsg": "system busy"})
    tell(clock, person())

    settings.NOTICE_CHANNELS = {"email": settings.NOTICE_CHANNELS["email"]}
    clock.forward(minutes=2)
    outbox.run(seconds=5)

    assert ways() == [("wecom", "failed", 2), ("email", "sent", 1)]


def test_a_dead_sender_gives_back_what_it_held_and_only_what_was_in_hand_is_doubtful(kinds, clock, mailbox):
    people = [make.user() for _ in range(4)]
    for each in people:
        Address.objects.create(user=each, channel="email", value=Sealed.of(f"{each.username}@example.org"))
    notify("test.soon", people, key="1")
    clock.forward(seconds=40)
    outbox.merge_due()
    first, *_others = batch = outbox.claim("the dead one")
    sending._begin(first, list(first.message.notices.all()), "the dead one")

    untouched = outbox.sweep()
    meanwhile = outbox.run(seconds=5)
    clock.forward(minutes=3)
    sent = outbox.run(seconds=5)

    assert (len(batch), untouched, meanwhile, sent) == (4, 0, 0, 4)
    assert len(mailbox.mails) == 4
    assert list(Delivery.objects.filter(is_possible_double=True)) == [first]


def test_a_slow_sender_whose_work_was_given_back_sends_nothing_more(kinds, clock, mailbox):
    anna = person()
    notify("test.soon", [anna], key="1")
    clock.forward(seconds=40)
    outbox.merge_due()
    batch = outbox.claim("the slow one")
    clock.forward(minutes=3)
    outbox.run(seconds=5)

    late = outbox.deliver(batch, "the slow one")

    assert late == 0
    assert len(mailbox.mails) == 1
    assert ways() == [("email", "sent", 1)]


def test_a_message_that_kills_its_sender_is_given_up(kinds, clock, wecom, mailbox):
    tell(clock, person())
    Delivery.objects.filter(channel="wecom").update(
        state="sending", attempts=3, sent_at=None, claimed_at=clock.now, claimed_by="dead"
    )
    Message.objects.update(state="checked")
    Notice.objects.update(state="merged")

    clock.forward(minutes=3)
    outbox.run(seconds=5)

    assert ways() == [("wecom", "failed", 4), ("email", "sent", 1)]


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_message_once(kinds, clock, mailbox):
    people = [make.user() for _ in range(40)]
    for each in people:
        Address.objects.create(user=each, channel="email", value=Sealed.of(f"{each.username}@example.org"))
    notify("test.soon", people, key="1")
    clock.forward(seconds=40)

    race(*[lambda: outbox.run(seconds=20)] * 4)
    outbox.run(seconds=20)

    assert sorted(to for to, _mail in mailbox.mails) == sorted(f"{each.username}@example.org" for each in people)
    assert set(ways()) == {("email", "sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_cancelling_while_it_is_being_sent_leaves_no_message_open(kinds, clock, mailbox):
    people, about = [make.user() for _ in range(15)], make.unit()
    for each in people:
        Address.objects.create(user=each, channel="email", value=Sealed.of(f"{each.username}@example.org"))
    mailbox.pause = 0.01
    notify("test.soon", people, key="1", about=about)
    clock.forward(seconds=40)

    race(lambda: outbox.run(seconds=10), lambda: cancel_notices(about=about))
    outbox.run(seconds=10)

    told = Message.objects.filter(state="sent").count()
    assert len(mailbox.mails) == told
    assert Notice.objects.filter(state__in=["waiting", "merged"]).count() == 0
    assert Delivery.objects.filter(state__in=["waiting", "sending"]).count() == 0


def test_pauses_fit_the_attempts():
    assert len(sending.PAUSES) == sending.ATTEMPTS - 1
    assert all(pause > timedelta(seconds=30) for pause in sending.PAUSES)
