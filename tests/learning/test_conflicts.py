"""What cannot be at once, what is only warned of, and what stands on the page until it is solved."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from cohorts.models import ClassMembership
from learning.models import AcceptedConflict, Leave, Session, TimetableState
from learning.rules.conflicts import Kind
from learning.selectors.timetable import open_conflicts
from learning.services import Conflicting, accept_conflict, change_session, make_session, repeat_weekly, restore_session
from learning.services.conflicts import count_conflicts
from learning.services.rules_of_timetable import change_rule
from library.services import close_venue, edit_venue, set_way
from tests import make
from tests.learning.conflicting import DAY, facts, kinds, other_class, two_places
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.usefixtures("clock")  # September 2026


@pytest.fixture
def of(db):
    return make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31)), name="First class")


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


@pytest.mark.parametrize("closed_on", [date.min, date.max])
def test_a_venue_closed_for_ever_or_never_offers_what_there_is(of, closed_on):
    venue = make.venue(of.cohort.program.unit, closed_on=closed_on)
    if closed_on == date.max:
        assert make_session(cohort=of.cohort, classes=[of], venue=venue, **facts()).venue == venue
        return

    with pytest.raises(Conflicting) as refusal:
        make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())

    assert refusal.value.slots == []
