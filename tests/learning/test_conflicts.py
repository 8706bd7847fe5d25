from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from cohorts.models import ClassMembership
from learning.models import AcceptedConflict, Leave, Session, TimetableRule, TimetableState
from learning.rules.conflicts import Kind
from learning.selectors.timetable import open_conflicts
from learning.services import Conflicting, accept_conflict, change_session, make_session, repeat_weekly, restore_session
from learning.services.conflicts import count_conflicts
from learning.services.rules_of_timetable import change_rule
from library.services import close_venue, edit_venue, set_way
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

DAY = date(2026, 12, 8)  # a Tuesday to come


@pytest.fixture
def of(db):
    return make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31)), name="First class")


def facts(start: int = 9, end: int = 11, **changed):
    return {"title": "Strategy", "starts_at": make.at(DAY, start), "ends_at": make.at(DAY, end)} | changed


def other_class(of, **fields):
    return make.training_class(of.cohort, **fields)


def kinds(refusal) -> list[str]:
    return [each.kind for each in refusal.value.conflicts]


def test_a_venue_is_taken_once_and_both_sides_are_named_with_three_free_times(of):
    venue = make.venue(of.cohort.program.unit, name="Room 201")
    make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())

    with pytest.raises(Conflicting) as refusal:
        make_session(
            cohort=of.cohort, classes=[other_class(of, name="Second")], venue=venue, **facts(10, 12, title="Law")
        )

    assert kinds(refusal) == [Kind.VENUE]
    words = str(refusal.value)
    assert "Room 201 is taken by two sessions" in words
    assert "“Strategy” (8 Dec Tuesday 09:00–11:00, First class)" in words
    assert "“Law” (8 Dec Tuesday 10:00–12:00, Second)" in words
    assert [timezone.localtime(start).hour for start, _end in refusal.value.slots] == [14, 16, 18]
    assert {end - start for start, end in refusal.value.slots} == {timedelta(hours=2)}
    assert Session.everything.count() == 1


def test_sessions_that_meet_at_an_hour_share_everything(of):
    venue = make.venue(of.cohort.program.unit)
    shared = {"venue": venue, "teacher_name": "张三"}

    make_session(cohort=of.cohort, classes=[of], **facts(9, 11), **shared)
    make_session(cohort=of.cohort, classes=[of], **facts(11, 12), **shared)

    assert Session.objects.count() == 2


def test_the_database_itself_refuses_a_second_booking(of):
    venue = make.venue()
    make.session(venue=venue, on=DAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.session(venue=venue, on=DAY)
    make.session(venue=venue, on=DAY, cancelled_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        make.session(teacher_name="张 三", on=DAY), make.session(teacher_name="张三", on=DAY)

    assert Session.objects.filter(venue=venue).count() == 2


def test_a_teacher_who_teaches_elsewhere_is_found_among_several_names(of):
    make_session(cohort=of.cohort, classes=[of], teacher_name="张三、李四", **facts())

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[other_class(of)], teacher_name="李 四", **facts())

    assert kinds(refusal) == [Kind.TEACHER]


def test_what_the_rule_warns_of_is_saved_with_a_tick_and_kept_as_a_decision(of):
    change_rule(of.cohort, teacher="warn", training_class="warn")
    first = make_session(cohort=of.cohort, classes=[of], teacher_name="张三", **facts())

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], teacher_name="张三", **facts(title="Law"))
    second = make_session(cohort=of.cohort, classes=[of], teacher_name="张三", accept=True, **facts(title="Law"))

    assert not refusal.value.is_blocked
    assert (first.may_overlap, second.may_overlap) == (False, True)
    assert open_conflicts(of.cohort, now=timezone.now())[0] == []
    change_session(second, classes=[of], accept=True, **facts(10, 12, title="Law", teacher_name="李四"))
    assert [each.kind for each in open_conflicts(of.cohort, now=timezone.now())[0]] == []
    assert AcceptedConflict.objects.count() == 3


def test_a_person_in_two_cohorts_is_warned_of_with_a_count(of):
    person = make.person()
    make.trainee(in_class=of, of=person)
    elsewhere = make.training_class(make.cohort(ends_on=date(2027, 3, 31)))
    make.trainee(in_class=elsewhere, of=person)
    make_session(cohort=elsewhere.cohort, classes=[elsewhere], **facts(title="Secret"))

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], **facts())

    assert [(each.kind, each.count) for each in refusal.value.conflicts] == [(Kind.PERSON, 1)]


def test_more_people_than_seats_is_warned_of(of):
    venue = make.venue(of.cohort.program.unit, capacity=1)
    make.trainee(in_class=of)
    make.trainee(in_class=of)

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())

    assert kinds(refusal) == [Kind.CAPACITY]
    assert "2 people are expected" in str(refusal.value)


def test_a_venue_that_is_closed_that_day_is_refused(of):
    venue = make.venue(of.cohort.program.unit, closed_on=DAY)

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], venue=venue, accept=True, **facts())

    assert kinds(refusal) == [Kind.CLOSED]
    assert all(timezone.localdate(start) < DAY for start, _end in refusal.value.slots)


def test_what_becomes_a_conflict_later_stands_on_the_page_until_it_is_solved(of, client):
    unit = of.cohort.program.unit
    room, hall = make.venue(unit, name="Room"), make.venue(unit, name="Hall", capacity=1)
    make.trainee(in_class=of)
    moved = make.trainee(in_class=other_class(of))
    in_room = make_session(cohort=of.cohort, classes=[of], venue=room, **facts())
    make_session(cohort=of.cohort, classes=[of], venue=hall, **facts(14, 16))
    assert count_conflicts(of.cohort) == 0

    close_venue(room, on=DAY)
    ClassMembership.objects.filter(trainee=moved).update(training_class=of)
    count_conflicts(of.cohort)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    page = client.get(reverse("learning:conflict_list", kwargs={"cohort": of.cohort.pk}))

    assert TimetableState.objects.get().conflicts == 2
    assert [line["what"] for line in page.context["waiting"]] == [
        "Room is closed from 8 Dec on",
        "2 people are expected in Hall, which seats 1",
    ]
    change_session(in_room, classes=[of], **facts(venue=None))
    edit_venue(hall, unit=unit, name="Hall", capacity=2)
    assert count_conflicts(of.cohort) == 0


def test_a_later_conflict_may_stand_with_a_reason_unless_the_rule_blocks_it(of):
    unit = of.cohort.program.unit
    hall, room = make.venue(unit, capacity=1), make.venue(unit)
    make.trainee(in_class=of)
    make_session(cohort=of.cohort, classes=[of], venue=hall, **facts())
    make_session(cohort=of.cohort, classes=[of], venue=room, **facts(14, 16))
    make.trainee(in_class=of)
    close_venue(room, on=DAY)
    capacity, closed = open_conflicts(of.cohort, now=timezone.now())[0]

    accept_conflict(of.cohort, capacity.fingerprint, reason="Folding chairs")
    with pytest.raises(Refused, match="does not let"):
        accept_conflict(of.cohort, closed.fingerprint, reason="")
    with pytest.raises(Refused, match="solved already"):
        accept_conflict(of.cohort, capacity.fingerprint, reason="")

    waiting, accepted = open_conflicts(of.cohort, now=timezone.now())
    assert ([each.kind for each in waiting], [each.kind for each, _d in accepted]) == ([Kind.CLOSED], [Kind.CAPACITY])
    make.trainee(in_class=of)  # one more: it is another conflict now
    assert len(open_conflicts(of.cohort, now=timezone.now())[0]) == 2


def two_places(of, minutes: int = 40):
    unit = of.cohort.program.unit
    here, there = make.venue(unit, name="Hall", place="Main house"), make.venue(unit, name="School", place="East gate")
    set_way(here, there, minutes=minutes)
    return here, there


def test_a_teacher_with_too_little_time_for_the_way_is_warned_of_with_both_sides_and_three_free_times(of):
    here, there = two_places(of)
    make_session(cohort=of.cohort, classes=[of], venue=here, **facts(9, 11, teacher_name="张三"))
    asked = {"cohort": of.cohort, "classes": [other_class(of, name="Second")], "venue": there}

    with pytest.raises(Conflicting) as refusal:
        make_session(**asked, **facts(11, 12, title="Law", teacher_name="张三"))
    make_session(**asked, accept=True, **facts(11, 12, title="Law", teacher_name="张三"))

    assert (kinds(refusal), refusal.value.is_blocked) == ([Kind.TRAVEL], False)
    words = str(refusal.value)
    assert "The way from Hall to School takes 40 minutes, 0 are left for 张三" in words
    assert "“Strategy” (8 Dec Tuesday 09:00–11:00, First class)" in words
    assert "“Law” (8 Dec Tuesday 11:00–12:00, Second)" in words
    assert [start for start, _end in refusal.value.slots] == [make.at(DAY, 14), make.at(DAY, 15), make.at(DAY, 16)]
    assert open_conflicts(of.cohort, now=timezone.now())[0] == []  # the tick was a decision


def test_a_free_time_leaves_time_for_the_way(of):
    here, there = two_places(of, minutes=90)
    make_session(cohort=of.cohort, classes=[of], venue=here, **facts(14, 16))

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], venue=there, **facts(16, 18, title="Law"))

    assert [start for start, _end in refusal.value.slots] == [
        make.at(DAY, 8, 30),
        make.at(DAY, 17, 30),
        make.at(DAY + timedelta(days=1), 16),
    ]


@pytest.mark.parametrize(
    "changed",
    [{"mode": "online"}, {"venue": None}, {"starts_at": make.at(DAY, 11, 40)}],
    ids=["online", "no venue", "time enough"],
)
def test_nobody_travels_online_nowhere_or_with_time_enough(of, changed):
    here, there = two_places(of)
    make_session(cohort=of.cohort, classes=[of], venue=here, **facts(9, 11))

    make_session(cohort=of.cohort, classes=[of], **(facts(11, 13, title="Law", venue=there) | changed))

    assert Session.everything.count() == 2


def test_the_rule_blocks_the_way_and_says_how_long_an_unwritten_one_takes(of):
    unit = of.cohort.program.unit
    here, there = make.venue(unit, place="Main house"), make.venue(unit, place="East gate")
    make_session(cohort=of.cohort, classes=[of], venue=here, **facts(9, 11))
    change_rule(of.cohort, travel="block", travel_minutes=15)

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], venue=there, accept=True, **facts(11, 13, title="Law"))

    assert (kinds(refusal), refusal.value.is_blocked) == ([Kind.TRAVEL], True)
    assert make_session(
        cohort=of.cohort, classes=[of], venue=there, **facts(13, 15, title="Law", starts_at=make.at(DAY, 11, 15))
    )


def test_a_way_that_is_written_down_later_stands_on_the_page_until_the_session_is_moved(of):
    here, there = two_places(of, minutes=5)
    make_session(cohort=of.cohort, classes=[of], venue=here, **facts(9, 11))
    second = make_session(
        cohort=of.cohort, classes=[of], venue=there, **facts(12, 13, title="Law", starts_at=make.at(DAY, 11, 10))
    )
    assert count_conflicts(of.cohort) == 0

    set_way(there, here, minutes=30)

    assert [each.kind for each in open_conflicts(of.cohort, now=timezone.now())[0]] == [Kind.TRAVEL]
    change_session(second, classes=[of], **facts(12, 14, title="Law", venue=there))
    assert count_conflicts(of.cohort) == 0


def test_leave_that_is_approved_later_stands_on_the_page_until_it_is_revoked(of, client):
    people = [make.trainee(in_class=of, of=make.person(name=name)) for name in ("张三", "李四", "王五", "赵六")]
    make_session(cohort=of.cohort, classes=[of], **facts(teacher_name="张三"))
    for each in people[:3]:
        make.leave(each, starts_at=make.at(DAY, 8), ends_at=make.at(DAY, 10), state="waiting")
    assert count_conflicts(of.cohort) == 0

    Leave.objects.update(state="approved", decided_at=timezone.now())
    change_rule(of.cohort, leave_percent=75)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    page = client.get(reverse("learning:conflict_list", kwargs={"cohort": of.cohort.pk}))

    assert [line["what"] for line in page.context["waiting"]] == [
        "张三 teaches and has leave at this time",
        "3 of 4 people have leave at this time",
    ]
    assert count_conflicts(of.cohort) == 2
    Leave.objects.update(state="revoked")
    assert count_conflicts(of.cohort) == 0


def test_a_free_time_lies_outside_the_leave(of):
    for _n in range(3):
        make.leave(make.trainee(in_class=of), starts_at=make.at(DAY, 8), ends_at=make.at(DAY, 18), state="approved")

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], **facts())

    assert kinds(refusal) == [Kind.LEAVE]
    assert refusal.value.slots[0] == (make.at(DAY, 18), make.at(DAY, 20))


def test_repeating_into_a_conflict_repeats_nothing(of):
    venue = make.venue(of.cohort.program.unit)
    session = make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())
    week = timedelta(weeks=2)
    other = facts(title="Law", starts_at=make.at(DAY, 10) + week, ends_at=make.at(DAY, 12) + week)
    make_session(cohort=of.cohort, classes=[other_class(of)], venue=venue, **other)

    with pytest.raises(Conflicting):
        repeat_weekly(session, times=3)

    assert Session.everything.count() == 2


def test_a_cancelled_session_comes_back_only_where_there_is_room(of):
    venue = make.venue(of.cohort.program.unit)
    session = make.session(of.cohort, classes=[of], on=DAY, venue=venue, cancelled_at=timezone.now())
    make_session(cohort=of.cohort, classes=[other_class(of)], venue=venue, **facts())

    with pytest.raises(Conflicting):
        restore_session(session)


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


@pytest.mark.django_db(transaction=True)
def test_two_organizers_who_book_one_venue_at_once_get_one_booking_and_one_sentence():
    unit = make.unit()
    venue = make.venue(unit, name="Room 201")
    classes = [
        make.training_class(make.cohort(program=make.program(unit=unit), ends_on=date(2027, 3, 31))) for _n in range(4)
    ]

    results = race(
        *(lambda of=of: make_session(cohort=of.cohort, classes=[of], venue=venue, **facts()) for of in classes)
    )

    assert refusals(results) == 3
    assert all("Room 201" in str(each) for each in results if isinstance(each, Refused))
    assert Session.everything.count() == 1
    assert AuditEntry.objects.filter(action="learning.make_session").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_organizers_who_send_one_teacher_too_far_at_once_one_is_refused():
    unit = make.unit()
    venues = [make.venue(unit, place=place) for place in ("Main house", "East gate")]
    set_way(*venues, minutes=40)
    of_two = [
        make.training_class(make.cohort(program=make.program(unit=unit), ends_on=date(2027, 3, 31))) for _n in range(2)
    ]
    for of in of_two:
        change_rule(of.cohort, travel="block")
    times = [facts(9, 11, teacher_name="张三"), facts(11, 12, teacher_name="张三")]

    results = race(
        *(
            lambda of=of, venue=venue, when=when: make_session(cohort=of.cohort, classes=[of], venue=venue, **when)
            for of, venue, when in zip(of_two, venues, times, strict=True)
        )
    )

    assert (refusals(results), Session.everything.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_class_is_booked_once_by_two_organizers_at_once():
    of = make.training_class(make.cohort(ends_on=date(2027, 3, 31)))

    results = race(
        *(lambda n=n: make_session(cohort=of.cohort, classes=[of], **facts(title=f"S{n}")) for n in range(3))
    )

    assert refusals(results) == 2
    assert Session.everything.count() == 1


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


@pytest.mark.parametrize("closed_on", [date.min, date.max])
def test_a_venue_closed_for_ever_or_never_offers_what_there_is(of, closed_on):
    venue = make.venue(of.cohort.program.unit, closed_on=closed_on)
    if closed_on == date.max:
        assert make_session(cohort=of.cohort, classes=[of], venue=venue, **facts()).venue == venue
        return

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())

    assert refusal.value.slots == []


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

    with django_assert_num_queries(14):
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
