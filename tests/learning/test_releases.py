from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Role
from learning.models import PersonTime, Session, TimetableRelease, TimetableState
from learning.rules.releases import Change, Row, What, concerned, diff
from learning.services import cancel_session, change_session, discard_draft, make_session, restore_session
from learning.services.releases import release
from learning.services.rules_of_timetable import change_rule
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.usefixtures("clock")  # September 2026

DAY = date(2026, 12, 8)


@pytest.fixture
def of(db):
    made = make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2027, 3, 31)), name="First")
    change_rule(made.cohort, at_once=False)
    return made


def facts(start: int = 9, end: int = 11, **changed):
    return {"title": "Strategy", "starts_at": make.at(DAY, start), "ends_at": make.at(DAY, end)} | changed


def reader(in_class):
    return make.trainee_account(make.trainee(in_class=in_class))


def row(**changed) -> Row:
    return Row(
        **{"key": 1, "title": "A", "starts_at": "a", "ends_at": "b", "class_names": "1", "classes": (1,)} | changed
    )


# Rules ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (None, row(), What.ADDED),
        (None, row(is_cancelled=True), None),
        (row(), row(), None),
        (row(), row(title="B"), What.CHANGED),
        (row(), row(is_cancelled=True), What.CANCELLED),
        (row(is_cancelled=True), row(), What.RESTORED),
        (row(is_cancelled=True), row(title="B", is_cancelled=True), None),
    ],
)
def test_a_change_is_named_for_what_people_see_of_it(before, after, what):
    found = diff({1: before} if before else {}, [after])

    assert [each.what for each in found] == ([what] if what else [])


@pytest.mark.parametrize(
    ("before", "after", "readers"),
    [
        (row(), row(title="B"), {10, 11}),
        (row(classes=(1,)), row(classes=(1, 2), class_names="1, 2"), {20}),  # those of class 1 see the same
        (row(classes=(1, 2), class_names="1, 2"), row(classes=(2,), class_names="2"), {10, 11}),
        (row(classes=(1,)), row(classes=(2,), class_names="2", title="B"), {10, 11, 20}),
    ],
)
def test_only_those_whose_rows_change_are_concerned(before, after, readers):
    people = {1: {10, 11}, 2: {20}}

    found = concerned(Change(What.CHANGED, before, after), lambda r: frozenset().union(*(people[c] for c in r.classes)))

    assert found == readers


# Drafts -----------------------------------------------------------------------------------------------------------------


def test_a_new_session_is_seen_by_nobody_before_the_release(of, client):
    user = reader(of)
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    client.force_login(user)
    mine = reverse("learning:my_sessions")

    before = client.get(mine).content.decode()
    expected_before = PersonTime.objects.count()
    release(of.cohort)
    after = client.get(mine).content.decode()

    assert session.is_draft
    assert ("Strategy" in before, expected_before, "Strategy" in after) == (False, 0, True)
    assert PersonTime.objects.count() == 1


def test_a_changed_session_stays_as_it_was_until_the_release(of):
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    release(of.cohort)
    uid = Session.objects.get().uid

    draft = change_session(session, classes=[of], **facts(14, 16, title="Law"))
    seen = Session.objects.get()
    assert (seen.title, seen.starts_at, draft.replaces_id) == ("Strategy", make.at(DAY, 9), session.pk)

    release(of.cohort)
    seen = Session.objects.get()
    assert (seen.pk, seen.uid, seen.title, seen.starts_at, seen.sequence) == (
        session.pk,
        uid,
        "Law",
        make.at(DAY, 14),
        1,
    )
    assert Session.everything.count() == 1


def test_changing_a_draft_again_makes_no_second_draft(of):
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    release(of.cohort)

    first = change_session(session, classes=[of], **facts(14, 16))
    second = change_session(session, classes=[of], **facts(15, 17))

    assert first.pk == second.pk
    assert Session.everything.count() == 2


def test_a_draft_given_up_leaves_what_is_released(of):
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    release(of.cohort)
    draft = change_session(session, classes=[of], **facts(14, 16))

    discard_draft(draft)
    with pytest.raises(Refused, match="no draft"):
        discard_draft(draft)
    with pytest.raises(Refused, match="No draft waits"):
        release(of.cohort)

    session.refresh_from_db()
    assert (session.starts_at, session.is_superseded) == (make.at(DAY, 9), False)


def test_a_draft_is_not_given_up_into_a_venue_that_was_taken_meanwhile(of):
    venue = make.venue(of.cohort.program.unit)
    session = make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())
    release(of.cohort)
    draft = change_session(session, classes=[of], venue=venue, **facts(14, 16))
    other = make.training_class(of.cohort)
    make_session(cohort=of.cohort, classes=[other], venue=venue, **facts())

    with pytest.raises(Refused, match="venue is taken"):
        discard_draft(draft)


def test_two_sessions_swap_their_rooms_in_one_release(of):
    unit = of.cohort.program.unit
    room, hall = make.venue(unit), make.venue(unit)
    other = make.training_class(of.cohort)
    one = make_session(cohort=of.cohort, classes=[of], venue=room, **facts())
    two = make_session(cohort=of.cohort, classes=[other], venue=hall, **facts())
    release(of.cohort)

    change_session(one, classes=[of], **facts(venue=None))
    change_session(two, classes=[other], **facts(venue=room))
    change_session(one, classes=[of], **facts(venue=hall))
    release(of.cohort)

    one.refresh_from_db(), two.refresh_from_db()
    assert (one.venue, two.venue) == (hall, room)


def test_a_booking_that_a_draft_of_another_cohort_gives_up_is_free_only_after_its_release(of):
    venue = make.venue(of.cohort.program.unit)
    session = make_session(cohort=of.cohort, classes=[of], venue=venue, **facts())
    release(of.cohort)
    change_session(session, classes=[of], venue=venue, **facts(14, 16))
    neighbour = make.training_class(make.cohort(program=of.cohort.program, ends_on=date(2027, 3, 31)))

    with pytest.raises(Refused):
        make_session(cohort=neighbour.cohort, classes=[neighbour], venue=venue, **facts())
    release(of.cohort)
    make_session(cohort=neighbour.cohort, classes=[neighbour], venue=venue, **facts())

    assert Session.objects.filter(venue=venue).count() == 2


def test_a_cancellation_waits_for_the_release_too_and_can_be_taken_back(of):
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    release(of.cohort)

    cancel_session(session, reason="storm")
    assert Session.objects.get().cancelled_at is None
    restore_session(session)
    cancel_session(session, reason="flood")
    release(of.cohort)

    assert Session.objects.get().cancel_reason == "flood"


def test_a_session_that_nobody_saw_is_gone_when_it_is_cancelled(of):
    session = make_session(cohort=of.cohort, classes=[of], **facts())

    assert cancel_session(session, reason="storm") is None

    assert Session.everything.count() == 0


def test_what_was_held_meanwhile_is_not_moved_by_a_release(of):
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    release(of.cohort)
    change_session(session, classes=[of], **facts(14, 16))
    Session.objects.filter(pk=session.pk).update(rolled_at=timezone.now())

    with pytest.raises(Refused, match="called meanwhile"):
        release(of.cohort)


# Release ----------------------------------------------------------------------------------------------------------------


def test_exactly_those_whose_rows_change_are_told_once(of):
    second, third = make.training_class(of.cohort), make.training_class(of.cohort)
    first_reader, second_reader, third_reader = reader(of), reader(second), reader(third)
    head = make.user(name="Head")
    make.officer(second, make.person(user=head), office="head_teacher")
    make_session(cohort=of.cohort, classes=[of], **facts())
    moved = make_session(cohort=of.cohort, classes=[second], **facts())
    make_session(cohort=of.cohort, classes=[third], **facts())
    release(of.cohort)
    Notice.objects.all().delete()

    change_session(moved, classes=[second], **facts(14, 16))
    make_session(cohort=of.cohort, classes=[second], **facts(16, 18, title="Law"))
    made = release(of.cohort, note="Bring the book")

    assert set(Notice.objects.values_list("user", flat=True)) == {second_reader.pk, head.pk}
    assert Notice.objects.count() == 2
    assert (made.people, made.told) == (1, 2)
    assert Notice.objects.first().params["count"] == 2
    assert {first_reader.pk, third_reader.pk}.isdisjoint(Notice.objects.values_list("user", flat=True))


def test_a_change_that_is_seen_at_once_tells_those_concerned_once(of):
    user = reader(of)
    change_rule(of.cohort, at_once=True)
    session = make_session(cohort=of.cohort, classes=[of], **facts())

    change_session(session, classes=[of], **facts(14, 16))
    change_session(session, classes=[of], **facts(14, 16))

    assert list(Notice.objects.values_list("user", "key")) == [(user.pk, f"session:{session.pk}:1")]


def test_versions_keep_the_timetable_as_it_was_and_what_changed(of, client):
    session = make_session(cohort=of.cohort, classes=[of], **facts())
    release(of.cohort)
    change_session(session, classes=[of], **facts(14, 16, title="Law"))
    release(of.cohort)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    def page(number):
        return client.get(reverse("learning:release_detail", kwargs={"cohort": of.cohort.pk, "number": number}))

    assert [[r["title"] for r in each.rows] for each in TimetableRelease.objects.order_by("number")] == [
        [],  # what people saw when drafts began
        ["Strategy"],
        ["Law"],
    ]
    assert [line["facts"] for line in page(3).context["lines"]] == [
        [("Session", "Strategy", "Law"), ("Time", "8 Dec Tuesday 09:00–11:00", "8 Dec Tuesday 14:00–16:00")]
    ]
    assert page(2).context["rows"][0].title == "Strategy"
    assert page(9).status_code == 404


def test_before_a_release_one_reads_who_is_told_and_who_is_not(of, client):
    told, officer = reader(of), make.user(name="Head")
    make.officer(of, make.person(user=officer), office="head_teacher")
    silent = make.trainee(in_class=of)
    make_session(cohort=of.cohort, classes=[of], **facts())
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    shown = client.get(reverse("learning:release_create", kwargs={"cohort": of.cohort.pk})).context

    assert [name for name, _count in shown["names"].told] == [told.person.name]
    assert [name for name, _count in shown["names"].without_account] == [silent.person.name]
    assert len(shown["names"].officers) == 1
    assert (shown["told"], shown["people"]) == (2, 2)


def test_what_is_released_is_what_was_read(of, client):
    make_session(cohort=of.cohort, classes=[of], **facts())
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:release_create", kwargs={"cohort": of.cohort.pk})
    read = client.get(url)
    seen = read.context["form"].initial["seen"]
    make_session(cohort=of.cohort, classes=[of], **facts(14, 16, title="Law"))

    late = client.post(url, {"seen": seen, "note": ""})
    again = client.post(url, {"seen": TimetableState.objects.get().version, "note": ""})

    assert [line["title"] for line in read.context["lines"]] == ["Strategy"]
    assert (late.status_code, again.status_code) == (422, 302)
    assert Session.objects.count() == 2
    assert AuditEntry.objects.filter(action="learning.release_timetable").count() == 1


def test_drafts_that_wait_keep_the_rule_from_showing_changes_at_once(of):
    make_session(cohort=of.cohort, classes=[of], **facts())

    with pytest.raises(Refused, match="Drafts are waiting"):
        change_rule(of.cohort, at_once=True)


@pytest.mark.parametrize(("role", "status"), [(Role.ORGANIZER, 200), (Role.OFFICER, 404), (Role.LEADER, 404)])
def test_a_draft_is_opened_by_whoever_plans_only(of, client, role, status):
    draft = make_session(cohort=of.cohort, classes=[of], **facts())
    client.force_login(make.user(role, of.cohort))

    assert client.get(reverse("learning:session_detail", kwargs={"pk": draft.pk})).status_code == status
    listed = client.get(reverse("learning:session_list", kwargs={"cohort": of.cohort.pk})).content.decode()
    assert ("Strategy" in listed) is (status == 200)


@pytest.mark.django_db(transaction=True)
def test_two_who_release_at_once_make_one_version():
    of = make.training_class(make.cohort(ends_on=date(2027, 3, 31)))
    change_rule(of.cohort, at_once=False)
    make_session(cohort=of.cohort, classes=[of], **facts())

    results = race(*(lambda: release(of.cohort) for _n in range(4)))

    assert refusals(results) == 3
    assert TimetableRelease.objects.count() == 2
    assert AuditEntry.objects.filter(action="learning.release_timetable").count() == 1


@pytest.mark.parametrize("sessions", [1, 4])
def test_a_release_of_many_needs_the_same_queries(of, django_assert_num_queries, sessions):
    for n in range(sessions):
        start = make.at(DAY + timedelta(days=n), 9)
        made = make_session(
            cohort=of.cohort, classes=[of], **facts(starts_at=start, ends_at=start + timedelta(hours=2))
        )
        assert made.is_draft
    reader(of)

    with django_assert_num_queries(33):
        release(of.cohort)
