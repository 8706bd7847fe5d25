from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import Attendance, DisputedMark, RollSheet
from learning.services import call_roll, cancel_session, correct_mark
from learning.services.sheets import Sheet, take_roll
from tests import make
from tests.learning.test_differences import names, page, settle
from tests.races import race
from trainee_mgmt.kit.errors import Refused

DAY = date(2026, 9, 8)


def a_class(size=3):
    of = make.training_class()
    return of, [make.trainee(in_class=of) for _ in range(size)]


def sheet(marks, *, key=None, seen=None, kept=True, **fields) -> Sheet:
    """A roll that a phone kept; nobody was marked when it was called, unless ``seen`` says so."""
    marks = {each.pk: state for each, state in marks.items()}
    seen = dict.fromkeys(marks) | {each.pk: mark for each, mark in (seen or {}).items()}
    return Sheet(key=key or uuid4(), marks=marks, seen=seen, was_kept=kept, **fields)


def in_force(session):
    return dict(session.attendances.filter(in_force=True).values_list("trainee", "state"))


@pytest.mark.django_db
@pytest.mark.parametrize("kept", [True, False])
def test_a_roll_that_comes_twice_is_one(kept):
    of, (first, second, third) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()
    roll = sheet({first: "present", second: "absent", third: "late"}, kept=kept)

    for _again in range(2):
        assert take_roll(session, roll, by=by).new == 3

    assert in_force(session) == {first.pk: "present", second.pk: "absent", third.pk: "late"}
    assert (Attendance.objects.count(), RollSheet.objects.count()) == (3, 1)
    assert AuditEntry.objects.filter(action="learning.call_roll").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_roll_from_twenty_requests_at_once_is_one():
    of, people = a_class(4)
    session, by = make.session(classes=[of], on=DAY), make.user()
    roll = sheet(dict.fromkeys(people, "late"))

    sheets = race(*[lambda: take_roll(session, roll, by=by)] * 20)

    assert {each.pk for each in sheets} == {RollSheet.objects.get().pk}
    assert Attendance.objects.count() == 4
    assert AuditEntry.objects.filter(action="learning.call_roll").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_marked_one_person_leave_one_mark_in_force_and_a_difference():
    of, (first, second) = a_class(2)
    session, officers = make.session(classes=[of], on=DAY), [make.user(), make.user()]
    rolls = [sheet({first: "present", second: state}) for state in ("absent", "late")]

    race(*[lambda roll=roll, by=by: take_roll(session, roll, by=by) for roll, by in zip(rolls, officers, strict=True)])

    marks = in_force(session)
    assert (marks[first.pk], len(marks)) == ("present", 2)
    assert {marks[second.pk], DisputedMark.objects.get().state} == {"absent", "late"}


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_say_the_same_at_once_leave_one_mark_for_each_person_and_no_difference():
    of, people = a_class(3)
    session, officers = make.session(classes=[of], on=DAY), [make.user(), make.user()]
    rolls = [sheet(dict.fromkeys(people, "late")) for _each in officers]

    race(*[lambda roll=roll, by=by: take_roll(session, roll, by=by) for roll, by in zip(rolls, officers, strict=True)])

    assert in_force(session) == {each.pk: "late" for each in people}
    assert (Attendance.objects.count(), DisputedMark.objects.count()) == (3, 0)
    assert AuditEntry.objects.filter(action="learning.call_roll").count() == RollSheet.objects.count() == 2


@pytest.mark.django_db
def test_a_disputed_mark_stands_on_the_page_of_differences_until_somebody_decides(client):
    of, (first, _second) = a_class(2)
    session, officer = make.session(classes=[of], on=DAY), make.user(Role.OFFICER, of)
    correct_mark(session, first.pk, state="late", note="", by=make.user())
    take_roll(session, sheet({first: "absent"}), by=officer)
    client.force_login(officer)

    (shown,) = page(client, of.cohort)[1]["differences"]
    settle(client, session, first, "absent")

    assert (shown.name, shown.state, shown.scanned, shown.roll_of) == (
        first.person.name,
        "late",
        "absent",
        officer.name,
    )
    assert names(page(client, of.cohort)[1]["differences"]) == []
    assert in_force(session)[first.pk] == "absent"


@pytest.mark.django_db
def test_a_second_roll_from_the_same_officer_corrects_the_first():
    of, (first,) = a_class(1)
    session, officer = make.session(classes=[of], on=DAY), make.user()
    take_roll(session, sheet({first: "absent"}), by=officer)

    take_roll(session, sheet({first: "late"}), by=officer)  # from the same page, where nobody was marked yet

    assert in_force(session) == {first.pk: "late"}
    assert DisputedMark.objects.count() == 0


@pytest.mark.django_db
def test_a_kept_roll_leaves_alone_who_left_and_who_came_since():
    of, (first, gone) = a_class(2)
    session, officer = make.session(classes=[of], on=DAY), make.user()
    roll = sheet({first: "late", gone: "absent"})
    type(gone).objects.filter(pk=gone.pk).update(status="withdrawn", ended_on=DAY)
    make.trainee(in_class=of)

    take_roll(session, roll, by=officer)

    assert in_force(session) == {first.pk: "late"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stated_at",
    [
        None,
        timezone.now() - timedelta(hours=7),
        timezone.now() + timedelta(hours=7),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2090, 1, 1, tzinfo=UTC),
    ],
    ids=["unknown", "seven hours behind", "seven hours ahead", "never set", "years ahead"],
)
def test_the_clock_of_the_phone_decides_nothing(stated_at):
    of, (first,) = a_class(1)
    session = make.session(classes=[of], on=DAY)
    before = timezone.now()

    made = take_roll(session, sheet({first: "present"}, stated_at=stated_at), by=make.user())

    mark = Attendance.objects.get()
    assert made.stated_at == stated_at
    assert before <= mark.marked_at <= made.received_at <= timezone.now()


@pytest.mark.django_db
def test_a_kept_roll_of_a_session_that_was_cancelled_is_refused():
    of, (first,) = a_class(1)
    session = make.session(classes=[of], on=DAY)
    cancel_session(session, reason="rain")

    with pytest.raises(Refused):
        take_roll(session, sheet({first: "present"}), by=make.user())


@pytest.mark.django_db
def test_the_key_of_one_session_does_not_serve_another():
    of, (first,) = a_class(1)
    by, key = make.user(), uuid4()
    take_roll(make.session(classes=[of], on=DAY), sheet({first: "present"}, key=key), by=by)

    with pytest.raises(Refused):
        take_roll(make.session(classes=[of], on=date(2026, 9, 9)), sheet({first: "present"}, key=key), by=by)


@pytest.mark.django_db
def test_the_page_takes_a_roll_from_a_script_and_answers_where_to_go(client):
    of, (first,) = a_class(1)
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))
    url, key = reverse("learning:roll_call", kwargs={"pk": session.pk}), uuid4()
    data = {
        f"mark-{first.pk}": "late",
        f"seen-{first.pk}": "",
        "key": key.hex,
        "stated_at": "1757293200000",
        "kept": "1",
    }

    answers = [client.post(url, data, headers={"Accept": "application/json, text/html"}).json() for _again in range(2)]

    assert answers == [{"url": session.get_absolute_url(), "new": 1}] * 2
    assert RollSheet.objects.get().key == UUID(key.hex)


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "status"), [("x", 400), ("", 400), ("0" * 33, 400), ("0" * 32, 302)])
def test_a_key_that_is_none_is_a_bad_request(client, key, status):
    of, (first,) = a_class(1)
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))
    url = reverse("learning:roll_call", kwargs={"pk": session.pk})

    response = client.post(url, {f"mark-{first.pk}": "late", "key": key, "stated_at": "9" * 40})

    assert response.status_code == status


@pytest.mark.django_db
def test_a_roll_with_a_key_still_tells_an_officer_at_the_page_who_was_faster(client):
    of, (first,) = a_class(1)
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))
    call_roll(session, exceptions={first.pk: "absent"}, by=make.user())
    url = reverse("learning:roll_call", kwargs={"pk": session.pk})

    response = client.post(url, {f"mark-{first.pk}": "late", f"seen-{first.pk}": "", "key": uuid4().hex})

    assert (response.status_code, RollSheet.objects.count()) == (409, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 4])
def test_a_roll_takes_the_same_queries_for_any_number_of_people(client, django_assert_num_queries, size):
    of, people = a_class(size)
    session = make.session(classes=[of], on=DAY)
    call_roll(session, exceptions=dict.fromkeys([each.pk for each in people], "late"), by=make.user())
    client.force_login(make.user(Role.OFFICER, of))
    url = reverse("learning:roll_call", kwargs={"pk": session.pk})

    with django_assert_num_queries(10 + 2):  # and the savepoint in which a test lives
        client.post(url, {f"mark-{each.pk}": "present" for each in people})

    assert in_force(session) == {each.pk: "present" for each in people}
