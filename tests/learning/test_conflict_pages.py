"""Conflicts on pages: the form with free times, the list, the week, the rule."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from learning.models import AcceptedConflict, Session, TimetableRule
from learning.services import make_session
from learning.services.rules_of_timetable import change_rule
from library.services import close_venue
from tests import make
from tests.learning.conflicting import DAY, facts, other_class

pytestmark = pytest.mark.usefixtures("clock")  # September 2026


@pytest.fixture
def of(db):
    return make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31)), name="First class")


def test_the_form_shows_conflicts_and_saves_at_an_offered_time(of, client):
    venue = make.venue(of.cohort.program.unit)
    make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:session_create", kwargs={"cohort": of.cohort.pk})
    typed = {
        "title": "Law",
        "on": DAY.isoformat(),
        "start": "10:00",
        "end": "12:00",
        "classes": [of.pk],
        "venue": venue.pk,
        "mode": "on_site",
    }

    refused = client.post(url, typed)
    slots = refused.context["slots"]
    saved = client.post(url, typed | {"slot": slots[0][0]})

    assert refused.status_code == 422
    assert [words for _value, words in slots] == [
        "8 Dec Tuesday 14:00–16:00",
        "8 Dec Tuesday 16:00–18:00",
        "8 Dec Tuesday 18:00–20:00",
    ]
    assert saved.status_code == 302
    assert Session.objects.get(title="Law").starts_at == make.at(DAY, 14)
    assert AuditEntry.objects.filter(action="learning.make_session").count() == 2


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "x",
        "2026-12-08T09:00/2026-12-08T10:00",
        "2026-99-99/1",
        "0001-01-01T00:00+08:00/0001-01-01T01:00+08:00",
        "9999-12-31T22:00-23:00/9999-12-31T23:00-23:00",
    ],
)
def test_a_senseless_slot_is_no_slot(of, client, slot):
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    typed = {"title": "Law", "on": DAY, "start": "10:00", "end": "10:00", "classes": [of.pk], "mode": "on_site"}

    answer = client.post(reverse("learning:session_create", kwargs={"cohort": of.cohort.pk}), typed | {"slot": slot})

    assert answer.status_code == 422
    assert answer.context["form"].errors["end"] == ["It must end after it starts."]


def test_a_venue_that_is_typed_as_the_place_is_booked_and_cannot_be_booked_twice(of, client):
    venue = make.venue(of.cohort.program.unit, name="Room 301")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:session_create", kwargs={"cohort": of.cohort.pk})
    typed = {"on": DAY.isoformat(), "start": "10:00", "end": "12:00", "classes": [of.pk], "mode": "on_site"}

    made = client.post(url, typed | {"title": "Law", "place": "room 301"})
    refused = client.post(url, typed | {"title": "Economy", "place": "Room 301"})
    elsewhere = client.post(
        url, typed | {"title": "Garden", "place": "In the garden", "start": "14:00", "end": "15:00"}
    )

    assert (made.status_code, refused.status_code, elsewhere.status_code) == (302, 422, 302)
    assert refused.context["conflicting"] is not None
    assert set(Session.objects.values_list("title", "venue", "place")) == {
        ("Law", venue.pk, ""),
        ("Garden", None, "In the garden"),
    }


def test_a_session_past_midnight_and_the_end_of_the_year_is_made_with_its_second_day(of, client):
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    typed = {"title": "New year", "on": "2026-12-31", "start": "22:00", "end": "01:00", "end_on": "2027-01-01"}

    client.post(
        reverse("learning:session_create", kwargs={"cohort": of.cohort.pk}),
        typed | {"classes": [of.pk], "mode": "on_site"},
    )

    session = Session.objects.get()
    assert session.ends_at - session.starts_at == timedelta(hours=3)


def test_another_office_is_named_by_its_name_alone(of, client):
    city = make.unit("City")
    mine = make.cohort(program=make.program(unit=make.unit("Mine", parent=city)), ends_on=date(2027, 3, 31))
    theirs = make.training_class(
        make.cohort(program=make.program(unit=make.unit("Theirs", parent=city)), ends_on=date(2027, 3, 31)),
        name="Hidden",
    )
    hall = make.venue(city, name="Hall")
    make_session(cohort=theirs.cohort, classes=[theirs], venue=hall, **facts(title="Secret"))
    client.force_login(make.user(Role.ORGANIZER, mine))
    typed = {"title": "Law", "on": DAY, "start": "10:00", "end": "12:00", "venue": hall.pk, "mode": "on_site"}

    page = client.post(
        reverse("learning:session_create", kwargs={"cohort": mine.pk}),
        typed | {"classes": [make.training_class(mine).pk]},
    ).content.decode()

    assert "a session of Theirs" in page
    assert "Secret" not in page
    assert "Hidden" not in page


def test_a_changed_rule_is_a_new_version_and_the_same_values_are_none(of, client):
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:timetable_rule", kwargs={"cohort": of.cohort.pk})
    typed = {
        "teacher": "warn",
        "training_class": "block",
        "person": "warn",
        "capacity": "warn",
        "travel": "warn",
        "travel_minutes": "15",
        "leave": "warn",
        "leave_percent": "30",
        "opens": "08:30",
        "closes": "21:00",
        "break_starts": "12:00",
        "break_ends": "14:00",
        "at_once": "on",
    }

    client.post(url, typed)
    client.post(url, typed)
    client.post(url, typed | {"teacher": "block"})
    wrong = client.post(url, typed | {"break_ends": "22:00"})

    assert list(TimetableRule.objects.order_by("version").values_list("version", "teacher", "in_force")) == [
        (1, "warn", False),
        (2, "block", True),
    ]
    assert AuditEntry.objects.filter(action="learning.change_timetable_rule").count() == 2
    assert wrong.status_code == 422


@pytest.mark.parametrize("sessions", [2, 6])
def test_the_page_of_conflicts_needs_the_same_queries_for_any_number(of, client, django_assert_num_queries, sessions):
    for n in range(sessions):
        make.session(of.cohort, classes=[of], starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 10 + n))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_assert_num_queries(10):
        client.get(reverse("learning:conflict_list", kwargs={"cohort": of.cohort.pk}))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("0001-01-01", "The year lies between"),
        ("9999-12-31", "The year lies between"),
        ("2026-08-31", "lies outside"),
    ],
)
def test_a_day_outside_the_cohort_is_named_at_its_field(of, client, day, sentence):
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    typed = {"title": "Law", "on": day, "start": "00:00", "end": "23:59", "classes": [of.pk], "mode": "on_site"}

    answer = client.post(reverse("learning:session_create", kwargs={"cohort": of.cohort.pk}), typed)

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors["on"][0]


@pytest.mark.parametrize("seats", ["-1e999999999", "9" * 5000, "x", "²"])
def test_senseless_seats_filter_nothing(client, db, seats):
    venue = make.venue()
    client.force_login(make.user(Role.ADMIN))

    assert list(client.get(reverse("library:venue_list"), {"seats": seats}).context["table"].ordered) == [venue]


@pytest.mark.parametrize("sessions", [1, 8])
def test_conflicts_stand_in_the_week_and_lead_to_free_times(of, client, django_assert_num_queries, sessions):
    unit = of.cohort.program.unit
    for n in range(sessions):
        room = make.venue(unit, name=f"Room {n}")
        session = make_session(cohort=of.cohort, classes=[other_class(of)], venue=room, **facts())
        close_venue(room, on=DAY)
    fine = make_session(cohort=of.cohort, classes=[of], **facts(14, 16))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    week = reverse("learning:timetable_week", kwargs={"cohort": of.cohort.pk})

    with django_assert_num_queries(15):
        page = client.get(week, {"week": DAY.isoformat()})
    told = {
        entry.pk: entry.conflicts for day in page.context["days"] for _part, entries in day.parts for entry in entries
    }
    one = client.get(reverse("learning:session_update", kwargs={"pk": session.pk}), {"conflict": "1"})

    assert (told[session.pk], told[fine.pk]) == ((f"Room {sessions - 1} is closed from 8 Dec on",), ())
    assert sum(map(bool, told.values())) == sessions
    assert f"{one.request['PATH_INFO']}?conflict=1" in page.content.decode()
    assert f"Room {sessions - 1} is closed from 8 Dec on" in one.content.decode()
    assert "This session is in conflict" in one.content.decode()


def test_the_conflict_of_a_session_comes_with_free_times_and_an_officer_sees_none(of, client):
    hall = make.venue(of.cohort.program.unit, name="Hall", capacity=1)
    for _person in range(2):
        make.trainee(in_class=of)
    session = make_session(cohort=of.cohort, classes=[of], venue=hall, accept=True, **facts())
    AcceptedConflict.objects.all().delete()
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    page = client.get(reverse("learning:session_update", kwargs={"pk": session.pk}), {"conflict": "1"})
    client.force_login(make.user(Role.OFFICER, of))
    seen = client.get(reverse("learning:timetable_week", kwargs={"cohort": of.cohort.pk}), {"week": DAY.isoformat()})

    assert "2 people are expected in Hall, which seats 1" in page.content.decode()
    assert len(page.context["slots"]) == 3
    assert "slot-conflict" not in seen.content.decode()


def test_every_version_of_the_rule_shows_every_setting(of, client):
    change_rule(of.cohort, weekends=True, at_once=False)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    ((_rule, settings),) = client.get(reverse("learning:timetable_rule", kwargs={"cohort": of.cohort.pk})).context[
        "versions"
    ]

    assert len(settings) == 14
    shown = {str(name): value for name, value in settings}
    assert (shown["weekends may be offered"], shown["changes are seen at once"], shown["day begins"]) == (
        "yes",
        "no",
        "08:30",
    )
