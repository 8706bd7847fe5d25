from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import AuditEntry, Role
from learning.models import CalendarFeed
from learning.services import cancel_session, change_session, make_session
from learning.services.calendars import MOST, make_feed, revoke_feed
from learning.services.releases import release
from learning.services.rules_of_timetable import change_rule
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.usefixtures("clock")  # September 2026

DAY = date(2026, 12, 8)


@pytest.fixture
def of(db):
    return make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31)), name="一班")


def facts(start: int = 9, end: int = 11, **changed):
    return {"title": "战略思维", "starts_at": make.at(DAY, start), "ends_at": make.at(DAY, end)} | changed


def read(client, token: str) -> list:
    answer = client.get(reverse("learning:calendar_read", kwargs={"token": token}))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def facts_of(event) -> tuple:
    return str(event["SUMMARY"]), int(event["SEQUENCE"]), str(event["STATUS"]), event.decoded("DTSTART")


def test_a_feed_holds_no_control_signs_and_no_line_of_its_own(of, client):
    user = make.trainee_account(make.trainee(in_class=of))
    make.session(classes=[of], on=DAY, title="A\x1b[2J\x0bB\r\nBEGIN:VALARM", place="C\x07D")
    _feed, token = make_feed(user, kind="own")

    content = client.get(reverse("learning:calendar_read", kwargs={"token": token})).content.decode()
    (event,) = Calendar.from_ical(content).walk("VEVENT")

    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("A[2JB\nBEGIN:VALARM", "CD")
    assert "\nBEGIN:VALARM" not in content
    assert not set(content.replace("\r\n", "")) & set(map(chr, range(32)))


def test_the_feed_of_a_person_is_read_without_signing_in_and_follows_every_change(of, client):
    user = make.trainee_account(make.trainee(in_class=of))
    session = make_session(cohort=of.cohort, classes=[of], teacher_name="张三", place="党校 201", **facts())
    make_session(cohort=of.cohort, classes=[make.training_class(of.cohort)], **facts(title="Not mine"))
    _feed, token = make_feed(user, kind="own")

    first = read(client, token)
    change_session(session, classes=[of], teacher_name="张三", place="党校 201", **facts(14, 16))
    second = read(client, token)
    cancel_session(session, reason="台风")
    third = read(client, token)

    assert [facts_of(event) for event in (*first, *second, *third)] == [
        ("战略思维", 0, "CONFIRMED", make.at(DAY, 9)),
        ("战略思维", 1, "CONFIRMED", make.at(DAY, 14)),
        ("战略思维", 2, "CANCELLED", make.at(DAY, 14)),
    ]
    assert len({str(event["UID"]) for event in (*first, *second, *third)}) == 1
    assert str(first[0]["LOCATION"]) == "党校 201"
    assert "台风" in str(third[0]["DESCRIPTION"])


def test_a_draft_is_in_no_feed_and_its_release_raises_the_sequence(of, client):
    user = make.trainee_account(make.trainee(in_class=of))
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    change_rule(of.cohort, at_once=False)
    _feed, token = make_feed(user, kind="own")

    change_session(session, classes=[of], **facts(14, 16))
    make_session(cohort=of.cohort, classes=[of], **facts(16, 18, title="New"))
    before = [facts_of(event) for event in read(client, token)]
    release(of.cohort)
    after = [facts_of(event)[:2] for event in read(client, token)]

    assert before == [("战略思维", 0, "CONFIRMED", make.at(DAY, 9))]
    assert after == [("战略思维", 1), ("New", 0)]


def test_the_feeds_of_a_class_and_of_a_teacher_hold_their_sessions(of, client):
    organizer = make.user(Role.ORGANIZER, of.cohort)
    other = make.training_class(of.cohort)
    make_session(cohort=of.cohort, classes=[of], teacher_name="李四、张 三", **facts(title="A"))
    make_session(cohort=of.cohort, classes=[other], teacher_name="张三丰", **facts(title="B"))

    _one, of_class = make_feed(organizer, kind="class", training_class=of)
    _two, of_teacher = make_feed(organizer, kind="teacher", teacher_name="张三")

    assert [str(event["SUMMARY"]) for event in read(client, of_class)] == ["A"]
    assert [str(event["SUMMARY"]) for event in read(client, of_teacher)] == ["A"]


def test_no_feed_holds_a_phone_or_an_id_number_or_a_trainee(of, client):
    person = make.person(name="何静姝", phone="13800138000", id_number="11010519491231002X")
    user = make.trainee_account(make.trainee(in_class=of, of=person))
    make_session(cohort=of.cohort, classes=[of], **facts())
    _feed, token = make_feed(user, kind="own")

    content = client.get(reverse("learning:calendar_read", kwargs={"token": token})).content.decode()

    assert [text for text in ("13800138000", "11010519491231002X", "何静姝", user.username) if text in content] == []


def test_a_revoked_link_and_one_that_never_was_look_the_same(of, client):
    user = make.trainee_account(make.trainee(in_class=of))
    feed, token = make_feed(user, kind="own")
    client.force_login(user)

    client.post(reverse("learning:calendar_revoke", kwargs={"pk": feed.pk}))
    client.logout()
    revoked = client.get(reverse("learning:calendar_read", kwargs={"token": token}))
    never = client.get(reverse("learning:calendar_read", kwargs={"token": "x" * 43}))

    assert (revoked.status_code, never.status_code) == (404, 404)
    with pytest.raises(Refused, match="revoked already"):
        revoke_feed(feed)
    assert AuditEntry.objects.filter(action="learning.revoke_calendar").count() == 1


def test_a_link_shows_what_its_owner_may_see_at_that_moment(of, client):
    organizer = make.user(Role.ORGANIZER, of.cohort)
    make_session(cohort=of.cohort, classes=[of], **facts())
    _feed, token = make_feed(organizer, kind="class", training_class=of)
    assert len(read(client, token)) == 1

    organizer.grants.update(ended_at=timezone.now())
    assert read(client, token) == []
    organizer.is_active = False
    organizer.save()
    assert client.get(reverse("learning:calendar_read", kwargs={"token": token})).status_code == 404


def test_the_page_shows_a_new_link_once_and_keeps_only_its_hash(of, client):
    user = make.trainee_account(make.trainee(in_class=of))
    client.force_login(user)
    url = reverse("learning:calendar_list")

    made = client.post(url, {"kind": "own"})
    link = made.context["made_url"]
    again = client.get(url).content.decode()

    token = link.rsplit("/", 1)[1].removesuffix(".ics")
    assert link in made.content.decode()
    assert token not in again
    assert token not in str(CalendarFeed.objects.values().get())
    assert len(token) == 43
    assert AuditEntry.objects.filter(action="learning.make_calendar").count() == 1


def test_a_trainee_makes_no_link_of_a_class_and_an_organizer_none_of_a_class_out_of_reach(of, client):
    foreign = make.training_class()
    url = reverse("learning:calendar_list")
    client.force_login(make.trainee_account(make.trainee(in_class=of)))
    as_trainee = client.post(url, {"kind": "class", "training_class": of.pk})
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    as_organizer = client.post(url, {"kind": "class", "training_class": foreign.pk})
    unnamed = client.post(url, {"kind": "teacher", "teacher_name": " "})

    assert [each.status_code for each in (as_trainee, as_organizer, unnamed)] == [422, 422, 422]
    assert CalendarFeed.objects.count() == 0


def test_nobody_piles_up_links(of):
    user = make.trainee_account(make.trainee(in_class=of))
    for _n in range(MOST):
        make_feed(user, kind="own")

    with pytest.raises(Refused, match="already"):
        make_feed(user, kind="own")


@pytest.mark.parametrize("sessions", [1, 40])
def test_a_feed_needs_the_same_queries_for_any_number_of_sessions(of, client, django_assert_num_queries, sessions):
    user = make.trainee_account(make.trainee(in_class=of))
    for n in range(sessions):
        make.session(classes=[of], on=DAY + timedelta(days=n))
    _feed, token = make_feed(user, kind="own")

    with django_assert_num_queries(4):
        assert len(read(client, token)) == sessions


def test_each_kind_of_link_asks_for_its_own_field_alone_and_calls_none_optional(of, client):
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:calendar_list")

    page = client.get(url).content.decode()
    missing = {kind: client.post(url, {"kind": kind}).context["form"].errors for kind in ("class", "teacher")}
    made = client.post(url, {"kind": "teacher", "teacher_name": "Wang", "training_class": ""})

    assert "optional" not in page
    assert {kind: dict(errors) for kind, errors in missing.items()} == {
        "class": {"training_class": ["Choose a class."]},
        "teacher": {"teacher_name": ["Write the teacher's name."]},
    }
    assert made.context["made_url"]
