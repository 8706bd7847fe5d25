import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from library.models import Venue, Way
from library.services import set_way
from tests import make
from tests.races import race

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


@pytest.mark.parametrize("scope", ["program", "cohort"])
def test_an_organizer_sees_the_venues_of_the_unit_of_the_own_program_or_cohort_but_keeps_none_of_them(client, scope):
    office = make.unit("Office", parent=make.unit("City"))
    hall, elsewhere = make.venue(office), make.venue(make.unit("Elsewhere"))
    cohort = make.cohort(program=make.program(unit=office))
    client.force_login(make.user(Role.ORGANIZER, {"program": cohort.program, "cohort": cohort}[scope]))

    page = client.get(reverse("library:venue_list"))

    assert list(page.context["table"].ordered) == [hall]
    assert client.get(hall.get_absolute_url()).context["can_change"] is False
    assert client.get(elsewhere.get_absolute_url()).status_code == 404


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


def test_a_way_is_written_down_once_in_either_direction_and_taken_away_with_0(client):
    unit = make.unit()
    hall, school = make.venue(unit, name="Hall"), make.venue(unit, name="School")
    client.force_login(make.user(Role.ORGANIZER, unit))

    for venue, to, minutes in [(hall, school, 30), (school, hall, 30), (school, hall, 45)]:
        client.post(reverse("library:venue_way", kwargs={"pk": venue.pk}), {"to": to.pk, "minutes": minutes})
    page = client.get(hall.get_absolute_url())

    assert [(way.name, way.minutes) for way in page.context["ways"]] == [("School", 45)]
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["library.set_way"] * 2
    client.post(reverse("library:venue_way", kwargs={"pk": hall.pk}), {"to": school.pk, "minutes": 0})
    assert not Way.objects.exists()


@pytest.mark.parametrize("minutes", ["-1", "601", "soon", ""])
def test_senseless_minutes_are_refused_at_their_field(client, minutes):
    unit = make.unit()
    hall, school = make.venue(unit), make.venue(unit)
    client.force_login(make.user(Role.ORGANIZER, unit))

    answer = client.post(reverse("library:venue_way", kwargs={"pk": hall.pk}), {"to": school.pk, "minutes": minutes})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["minutes"])


def test_a_way_leads_only_to_venues_one_sees(client):
    hall, hidden = make.venue(), make.venue(make.unit("Elsewhere"))
    client.force_login(make.user(Role.ORGANIZER, hall.unit))

    answer = client.post(reverse("library:venue_way", kwargs={"pk": hall.pk}), {"to": hidden.pk, "minutes": 5})

    assert (answer.status_code, Way.objects.count()) == (422, 0)


@pytest.mark.django_db(transaction=True)
def test_one_way_written_down_twenty_times_at_once_from_both_ends_is_one_row_and_one_entry_in_the_log():
    unit = make.unit()
    ends = [make.venue(unit), make.venue(unit)]

    race(*[lambda: set_way(*ends, minutes=25), lambda: set_way(*reversed(ends), minutes=25)] * 10)

    assert Way.objects.get().minutes == 25
    assert AuditEntry.objects.filter(action="library.set_way").count() == 1
