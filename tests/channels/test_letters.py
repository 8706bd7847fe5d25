"""Letters with a link to people without an account: what arrives opens the page, and what was revoked is not sent."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import LinkLetter
from accounts.services import LANGUAGE_COOKIE, letters
from cohorts.services.applications.outcomes import set_outcomes
from placements.models import FeedbackLink, FeedbackRequest, HostContact, WishLink, WishWindow
from placements.services.answers import answer_by_link
from placements.services.feedback import reconcile
from placements.services.feedback_links import make_feedback_links, revoke_feedback_link
from placements.services.host_wishes import send_by_link
from placements.services.letters import remind
from placements.services.wish_links import make_wish_links, revoke_wish_link, send_wish_links
from tests import make
from trainee_mgmt.kit.crypto import Sealed
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https://training\.example\.org(/\S+)")


@pytest.fixture
def stay():
    made = make.stay(phone="13800000001")
    reconcile(made.trainee.cohort)
    make_feedback_links(made.trainee.cohort, [made], by=None)
    return made


@pytest.fixture
def host():
    """One that was asked for its wishes, with a contact who has a phone and an e-mail address."""
    cohort, now = make.cohort(), timezone.now()
    day = timedelta(days=1)
    WishWindow.objects.create(
        cohort=cohort, trainees_from=now - day, trainees_until=now + day, hosts_from=now - day, hosts_until=now + day
    )
    offer = make.offer(cohort)
    make.contact(offer.post.host, phone="13800000002", email="host@example.org")
    make_wish_links(cohort, by=make.user())
    return offer


def told() -> list[tuple]:
    return list(LinkLetter.objects.order_by("pk").values_list("channel", "state", "tries"))


def ask(stay):
    remind(FeedbackRequest.objects.filter(placement=stay), by=make.user())


def opens(client, text: str, digits: str) -> str:
    """The page behind the link in a letter, once the digits were typed."""
    client.cookies[LANGUAGE_COOKIE] = "en"
    path = LINK.search(text)[1]
    client.post(path, {"digits": digits})
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_mentor_gets_a_text_message_whose_link_opens_the_questions(client, sms, stay):
    ask(stay)

    assert letters.send_waiting() == 1
    assert letters.send_waiting() == 0
    message = sms.arrived[0]["body"]
    assert message["mobile"] == "13800000001"
    assert stay.trainee.person.name in opens(client, message["params"][0], "0001")
    assert told() == [("sms", "sent", 1)]
    assert LinkLetter.objects.get().provider_id == "sms-1"


def test_a_host_gets_an_e_mail_whose_link_takes_its_wishes(client, mailbox, host):
    trainee = make.trainee(in_cohort=host.cohort)
    send_wish_links(host.cohort, by=make.user())

    assert letters.send_waiting() == 1
    text = mailbox.mails[0][1].get_content()
    assert trainee.person.name in opens(client, text, "0002")
    client.post(LINK.search(text)[1], {"post": host.pk, f"choice-{trainee.pk}": "1"})
    assert host.wishes.get(side="host").trainee == trainee


def test_a_channel_that_refuses_hands_over_to_the_next_in_one_record(client, sms, mailbox, host):
    sms.say("no such number", status=400)
    send_wish_links(host.cohort, by=make.user())

    assert letters.send_waiting() == 1
    assert told() == [("email", "sent", 1)]
    assert "400" in LinkLetter.objects.get().error
    assert (len(sms.arrived), len(mailbox.mails)) == (0, 1)
    assert host.post.name in opens(client, mailbox.mails[0][1].get_content(), "0002")


def test_a_channel_that_is_down_is_tried_three_times_before_the_next(clock, settings, mailbox, host):
    down = {"url": "http://127.0.0.1:9/", "headers": {}, "body": {"m": "{phone}"}, "accepted": "", "limit": 70}
    settings.NOTICE_CHANNELS = {"sms": down} | settings.NOTICE_CHANNELS
    send_wish_links(host.cohort, by=make.user())

    for minutes in (0, 2, 6):
        clock.forward(minutes=minutes)
        letters.send_waiting()

    assert told() == [("email", "sent", 1)]
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    "end",
    [
        lambda offer: revoke_wish_link(offer.cohort, offer.post.host),
        lambda offer: HostContact.objects.update(left_on=timezone.localdate()),
        lambda offer: WishWindow.objects.update(hosts_until=timezone.now() - timedelta(minutes=1)),
        lambda offer: send_by_link(WishLink.objects.get(), offer, []),
    ],
    ids=["revoked", "contact left", "window closed", "answered"],
)
def test_what_holds_no_more_is_not_sent_to_a_host(sms, mailbox, host, end):
    send_wish_links(host.cohort, by=make.user())
    end(host)

    assert letters.send_waiting() == 0
    assert told() == [("", "cancelled", 1)]
    assert (sms.arrived, mailbox.mails) == ([], [])


def test_a_link_that_was_revoked_between_two_attempts_is_not_sent_by_the_next_channel(clock, settings, mailbox, host):
    down = {"url": "http://127.0.0.1:9/", "headers": {}, "body": {"m": "{phone}"}, "accepted": "", "limit": 70}
    settings.NOTICE_CHANNELS = {"sms": down} | settings.NOTICE_CHANNELS
    send_wish_links(host.cohort, by=make.user())
    letters.send_waiting()
    revoke_wish_link(host.cohort, host.post.host)
    clock.forward(minutes=2)

    letters.send_waiting()

    assert told() == [("sms", "cancelled", 2)]
    assert mailbox.mails == []


def test_a_mentor_who_answered_or_whose_link_was_revoked_is_not_written_to(sms, stay):
    ask(stay)
    given = {"work": "5", "learning": "4", "reliable": "4", "again": "Gladly"}
    request = stay.feedback_requests.get(milestone="after-2")
    answer_by_link(FeedbackLink.objects.get(), request, given=given, today=timezone.localdate())
    letters.send_waiting()
    other = make.stay(phone="13800000002")
    reconcile(other.trainee.cohort)
    make_feedback_links(other.trainee.cohort, [other], by=None)
    ask(other)
    revoke_feedback_link(other)
    letters.send_waiting()

    assert told() == [("", "cancelled", 1), ("", "cancelled", 1)]
    assert sms.arrived == []


def test_nobody_is_sent_the_same_link_twice_in_half_a_day(clock, sms, host):
    send_wish_links(host.cohort, by=make.user())
    letters.send_waiting()
    with pytest.raises(Refused):
        send_wish_links(host.cohort, by=make.user())
    clock.forward(hours=13)
    send_wish_links(host.cohort, by=make.user())
    letters.send_waiting()

    assert len(sms.arrived) == 2


def test_whoever_has_no_address_on_a_channel_that_is_set_up_is_left_to_be_called(sms):
    stay = make.stay(phone="")
    reconcile(stay.trainee.cohort)
    make_feedback_links(stay.trainee.cohort, [stay], by=None)

    with pytest.raises(Refused, match="Copy the link instead"):
        ask(stay)


def test_an_address_that_changed_meanwhile_is_the_one_that_is_written_to(sms, stay):
    ask(stay)
    HostContact.objects.update(phone=Sealed.of("13800000009"))

    letters.send_waiting()

    assert sms.arrived[0]["body"]["mobile"] == "13800000009"


def test_a_letter_whose_sender_died_is_not_sent_twice(sms, clock, stay):
    ask(stay)
    LinkLetter.objects.update(state="sending", claimed_at=timezone.now())
    clock.forward(minutes=31)

    assert letters.send_waiting() == 0
    assert told() == [("", "failed", 0)]


def test_an_applicant_without_an_account_hears_the_outcome_once_and_as_it_stands(client, sms):
    round = make.application_round(seats=1, closed_at=timezone.now())
    chosen = make.application(round, phone="13800000003", state="accepted")
    declined = make.application(round, phone="13800000004", state="accepted")
    set_outcomes(round, chosen=[chosen.pk], waiting=[], declined=[declined.pk])
    set_outcomes(round, chosen=[declined.pk], waiting=[], declined=[chosen.pk])

    assert letters.send_waiting() == 2
    texts = {each["body"]["mobile"]: each["body"]["params"][0] for each in sms.arrived}
    assert texts["13800000003"] != texts["13800000004"]
    answer = client.get(LINK.search(texts["13800000004"])[1])
    assert answer.status_code == 200
    assert LinkLetter.objects.filter(state="cancelled").count() == 2
