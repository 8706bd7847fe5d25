"""The pages about notices: one's inbox and settings; the outbox, channels and holidays of the office."""

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertInHTML

from accounts.models import Address, AuditEntry, CalendarDay, Delivery, Message, Notice, NoticeSettings, Role
from accounts.services.calendar import fill_calendar, published_days, working_days
from placements.models import FeedbackLink
from placements.services.feedback_links import make_feedback_links
from placements.services.letters import MENTOR_LINK
from tests import make

pytestmark = pytest.mark.django_db
MAIL = {
    "email": {"host": "127.0.0.1", "port": 9, "username": "", "password": "", "use_tls": False, "use_ssl": False,
              "sender": "office@example.org"}
}  # fmt: skip


@pytest.fixture
def office(client):
    """(administrator of everything, signed in; somebody of a unit of hers; an administrator of another unit)"""
    unit, elsewhere = make.unit(), make.unit()
    admin = make.user(Role.ADMIN, name="Admin", unit=unit)
    client.force_login(admin)
    return admin, make.user(name="Anna", unit=unit), make.user(Role.ADMIN, elsewhere, unit=elsewhere)


def url(name, pk=None):
    return reverse(f"accounts:{name}", kwargs={"pk": pk} if pk else {})


def text(response) -> str:
    return response.content.decode()


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


# The inbox ------------------------------------------------------------------------------------------------------------


def test_the_bell_counts_what_is_unread_and_the_inbox_reads_it():
    anna = make.user(name="Anna")
    make.message(anna, lines=[("Your leave was granted.", "/leave/")])
    make.message(anna, state="cancelled", lines=[("Never mind.", "")])
    make.message(make.user(), lines=[("For somebody else.", "")])
    client = as_(anna)

    before = text(client.get(url("me")))
    inbox = text(client.get(url("inbox")))
    after = text(client.get(url("me")))

    assert "1 unread" in before
    assertInHTML('<a href="/leave/">Your leave was granted.</a>', inbox)
    assert "Never mind." not in inbox
    assert "For somebody else." not in inbox
    assert "unread" not in after
    assert Message.objects.filter(user=anna, read_at=None).exclude(state="cancelled").count() == 0


def test_an_empty_inbox_says_what_comes_here():
    assert "What you need to know comes here" in text(as_(make.user()).get(url("inbox")))


def test_whoever_looks_through_my_eyes_reads_nothing_for_me(client, office):
    _admin, anna, _other = office
    message = make.message(anna)
    client.post(url("view_as", anna.pk), {"reason": "help"})

    page = client.get(url("inbox"))

    message.refresh_from_db()
    assert page.wsgi_request.user == anna
    assert message.read_at is None


@pytest.mark.parametrize("messages", [1, 3])
def test_the_inbox_needs_the_same_queries_for_any_number_of_messages(django_assert_num_queries, messages):
    anna = make.user(Role.ADMIN)
    for _ in range(messages):
        make.message(anna)
    client = as_(anna)

    with django_assert_num_queries(4):
        client.get(url("inbox"))


def test_settings_are_kept_with_one_entry_that_does_not_name_the_address(settings):
    settings.NOTICE_CHANNELS = MAIL
    anna = make.user()
    client = as_(anna)
    given = {"first": "email", "email": "anna@example.org", "quiet_from": "20:30", "quiet_until": "07:00"}

    for _time in range(2):
        client.post(url("notice_settings"), given | {"away_from": "2026-09-09", "away_until": "2026-09-10"})

    row = NoticeSettings.objects.get(user=anna)
    assert (row.channels, row.quiet_from, row.away_until) == (["email"], time(20, 30), date(2026, 9, 10))
    assert Address.objects.get(user=anna).value.open() == "anna@example.org"
    assert acts().count("accounts.change_notice_settings") == 1
    assert "anna@example.org" not in str(list(AuditEntry.objects.values("before", "after")))
    assert "20:30" in text(client.get(url("me")))


def test_half_an_absence_is_asked_about():
    given = {"quiet_from": "21:00", "quiet_until": "08:00", "away_from": "2026-09-09", "away_until": ""}

    page = as_(make.user()).post(url("notice_settings"), given)

    assert page.status_code == 422
    assert "Give both days, or none." in text(page)
    assert NoticeSettings.objects.count() == 0


# The outbox -----------------------------------------------------------------------------------------------------------


def test_the_outbox_shows_each_channel_and_filters_by_it(client, office):
    _admin, anna, other = office
    made = make.message(anna, state="failed")
    Delivery.objects.create(message=made, channel="sms", state="failed", retry_at=make.at(make.START), error="no route")
    make.message(anna)

    everything = text(client.get(url("message_list")))
    failed = text(client.get(url("message_list") + "?channel=sms&way=failed"))

    assert "text message: failed" in everything
    assert failed.count("<tr><th") == 1
    assert made.subject not in text(as_(other).get(url("message_list")))
    assert as_(other).get(url("message_detail", made.pk)).status_code == 404
    assert "no route" in text(client.get(url("message_detail", made.pk)))


@pytest.mark.parametrize("messages", [1, 3])
def test_the_outbox_needs_the_same_queries_for_any_number_of_messages(
    client, office, django_assert_num_queries, messages
):
    for _ in range(messages):
        make.message(office[1])

    with django_assert_num_queries(3):
        client.get(url("message_list"))
    with django_assert_num_queries(3):
        client.get(url("notice_list"))


@pytest.mark.parametrize("letters", [1, 3])
def test_letters_to_people_without_an_account_are_found_by_whom_they_are_for(
    client, office, django_assert_num_queries, letters
):
    admin, anna, other = office
    stay = make.stay()
    make_feedback_links(stay.trainee.cohort, [stay], by=admin)
    link = FeedbackLink.objects.get()
    for number in range(letters):
        make.letter(
            MENTOR_LINK, link.pk, key=str(number), asked_by=anna, state="failed", channel="sms", error="no route"
        )
    make.letter(MENTOR_LINK, 0, key="gone", asked_by=anna)

    with django_assert_num_queries(3):
        everything = text(client.get(url("letter_list")))
    found = client.get(url("letter_list"), {"q": link.mentor.name, "view": "failed"}).context["table"]

    assert f"{link.mentor.name} · {link.mentor.host.name} → {stay.trainee.person.name}" in everything
    assert ("Questions for a mentor" in everything, "no route" in everything) == (True, True)
    assert found.count == letters
    assert as_(other).get(url("letter_list")).context["table"].count == 0
    assert as_(make.user(Role.ORGANIZER, stay.trainee.cohort)).get(url("letter_list")).status_code == 403


def test_a_message_on_its_way_is_cancelled_once(client, office):
    made = make.message(office[1], state="checked")
    waiting = Delivery.objects.create(message=made, channel="sms", retry_at=make.at(make.START))

    client.post(url("message_cancel", made.pk))
    again = client.post(url("message_cancel", made.pk), follow=True)

    made.refresh_from_db()
    waiting.refresh_from_db()
    assert (made.state, waiting.state, made.notices.get().state) == ("cancelled", "cancelled", "cancelled")
    assert "no longer on its way" in text(again)
    assert acts().count("accounts.cancel_message") == 1


def test_only_what_no_channel_took_is_sent_again(client, office, settings):
    settings.NOTICE_CHANNELS = MAIL
    anna = office[1]
    Address.objects.create(user=anna, channel="email", value=make.Sealed.of("anna@example.org"))
    failed, sent = make.message(anna, state="failed"), make.message(anna)
    way = Delivery.objects.create(
        message=failed, channel="email", state="failed", attempts=3, retry_at=failed.checked_at
    )

    client.post(url("message_again", failed.pk))
    refused = client.post(url("message_again", sent.pk), follow=True)

    way.refresh_from_db()
    failed.refresh_from_db()
    assert (failed.state, way.state, way.attempts, failed.notices.get().state) == ("checked", "waiting", 0, "merged")
    assert "Only a message that no channel took" in text(refused)


def test_chosen_notices_are_cancelled_if_they_wait_and_are_within_reach(client, office):
    _admin, anna, other = office
    waiting, told = make.notice(anna), make.message(anna).notices.get()

    as_(other).post(url("notice_cancel"), {"pk": [waiting.pk]})
    untouched = Notice.objects.get(pk=waiting.pk).state
    client.post(url("notice_cancel"), {"pk": [waiting.pk, told.pk]})

    assert untouched == "waiting"
    assert dict(Notice.objects.values_list("pk", "state")) == {waiting.pk: "cancelled", told.pk: "sent"}
    assert acts().count("accounts.cancel_notices") == 1


def test_the_page_of_the_channels_says_what_is_set_up_and_why_a_test_failed(client, office, settings):
    settings.NOTICE_CHANNELS = MAIL
    Address.objects.create(user=office[0], channel="email", value=make.Sealed.of("admin@example.org"))

    page = text(client.get(url("channel_list")))
    tested = text(client.post(url("channel_test"), {"channel": "email"}, follow=True))
    unknown = text(client.post(url("channel_test"), {"channel": "pigeon"}, follow=True))

    assert "Send me a test" in page
    assert "WeCom" in page
    assert "It was not sent: 127.0.0.1: ConnectionRefusedError" in tested
    assert "This channel is not set up." in unknown


# Holidays -------------------------------------------------------------------------------------------------------------


def test_the_published_calendar_is_taken_over_and_the_office_stands_above_it():
    CalendarDay.objects.create(day=date(2026, 10, 1), is_working=True, name="on duty")

    first, second = fill_calendar(2026), fill_calendar(2026)
    is_working = working_days(date(2026, 10, 1))

    assert first > 20
    assert second == 0
    assert is_working(date(2026, 10, 1))
    assert not is_working(date(2026, 10, 2))
    assert CalendarDay.objects.get(day=date(2026, 10, 2)).name == "国庆节"
    assert [day.isoformat() for day in CalendarDay.objects.filter(is_working=True, day__gt=date(2026, 9, 1)).values_list(
        "day", flat=True
    ).order_by("day") if day.weekday() >= 5] == ["2026-09-20", "2026-10-10"]  # fmt: skip


def test_a_year_that_is_not_announced_is_said_and_weekdays_hold(client, office):
    assert published_days(2999) is None
    assert fill_calendar(2999) is None
    assert working_days(date(2999, 1, 1))(date(2999, 1, 1))  # a Tuesday
    assert not working_days(date(2999, 1, 1))(date(2999, 1, 5))
    assert "are not announced yet" in text(client.get(url("calendarday_list")))


def test_a_day_is_entered_changed_and_taken_back(client, office):
    client.post(url("calendarday_create"), {"day": "2026-10-01", "is_working": "yes", "name": "on duty"})
    row = CalendarDay.objects.get()
    client.post(url("calendarday_update", row.pk), {"day": "2027-01-01", "is_working": "no", "name": "closed"})
    changed = CalendarDay.objects.values_list("day", "is_working", "name").get()
    client.post(url("calendarday_forget", row.pk))
    row.refresh_from_db()

    assert changed == (date(2026, 10, 1), False, "closed")
    assert (row.is_working, row.name, row.source) == (False, "国庆节", "published")
    assert acts()[-3:] == [
        "accounts.set_calendar_day", "accounts.set_calendar_day", "accounts.forget_calendar_day",
    ]  # fmt: skip


def test_the_calendar_of_all_is_not_changed_by_the_administrator_of_a_unit(office):
    row = CalendarDay.objects.create(day=date(2026, 10, 1), is_working=False)
    client = as_(office[2])

    assert client.get(url("calendarday_list")).status_code == 200
    assert client.post(url("calendarday_create"), {"day": "2026-10-02", "is_working": "no"}).status_code == 422
    assert client.get(url("calendarday_update", row.pk)).status_code == 404
    assert CalendarDay.objects.count() == 1
