import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from library.models import Venue
from tests import make

pytestmark = pytest.mark.django_db


def test_an_organizer_sees_the_venues_of_his_units_and_of_those_above(client):
    city = make.unit("City")
    district = make.unit("District", parent=city)
    hall = make.venue(city, name="A hall")
    room = make.venue(make.unit("Street", parent=district), name="B room")
    make.venue(make.unit("Elsewhere", parent=city))
    client.force_login(make.user(Role.ORGANIZER, district))

    page = client.get(reverse("library:venue_list"))

    assert list(page.context["table"].ordered) == [hall, room]


def test_an_organizer_of_a_program_sees_the_venues_above_the_own_unit(client):
    city = make.unit("City")
    office = make.unit("Office", parent=city)
    hall = make.venue(city)
    make.venue(make.unit("Elsewhere"))
    client.force_login(make.user(Role.ORGANIZER, make.program(unit=office), unit=office))

    page = client.get(reverse("library:venue_list"))

    assert list(page.context["table"].ordered) == [hall]


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_venues(client, django_assert_num_queries, items):
    unit = make.unit()
    for _n in range(items):
        make.venue(unit)
    client.force_login(make.user(Role.ORGANIZER, unit))

    with django_assert_num_queries(3):
        client.get(reverse("library:venue_list"))


def test_a_venue_is_made_once_and_written_down_once(client):
    unit = make.unit()
    client.force_login(make.user(Role.ORGANIZER, unit))
    typed = {"name": "Room 201", "unit": unit.pk, "place": "3rd floor", "capacity": 60}

    client.post(reverse("library:venue_create"), typed)
    again = client.post(reverse("library:venue_create"), typed)

    assert again.status_code == 422
    assert Venue.objects.get().capacity == 60
    assert AuditEntry.objects.get().action == "library.create_venue"


def test_a_venue_without_seats_is_refused(client):
    unit = make.unit()
    client.force_login(make.user(Role.ORGANIZER, unit))

    answer = client.post(reverse("library:venue_create"), {"name": "Room", "unit": unit.pk, "capacity": 0})

    assert answer.status_code == 422
    assert not Venue.objects.exists()


def test_a_venue_that_was_booked_is_closed_and_not_deleted(client):
    venue = make.venue()
    make.session(venue=venue)
    client.force_login(make.user(Role.ADMIN))

    client.post(reverse("library:venue_delete", kwargs={"pk": venue.pk}))
    client.post(reverse("library:venue_close", kwargs={"pk": venue.pk}), {"on": "2026-09-30"})

    venue.refresh_from_db()
    assert str(venue.closed_on) == "2026-09-30"
    assert [entry.action for entry in AuditEntry.objects.all()] == ["library.close_venue"]


def test_a_unit_that_keeps_venues_for_others_does_not_let_them_change_them(client):
    city = make.unit("City")
    hall = make.venue(city)
    client.force_login(make.user(Role.ORGANIZER, make.unit("District", parent=city)))

    assert client.get(reverse("library:venue_detail", kwargs={"pk": hall.pk})).status_code == 200
    assert client.get(reverse("library:venue_update", kwargs={"pk": hall.pk})).status_code == 404
