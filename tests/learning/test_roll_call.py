from datetime import date, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import Attendance
from learning.services import call_roll, cancel_session, correct_mark
from tests import make
from tests.races import PATIENCE
from trainee_mgmt.kit.errors import Refused

DAY = date(2026, 9, 8)


def a_class(size: int = 3):
    of = make.training_class()
    return of, [make.trainee(in_class=of) for _ in range(size)]


@pytest.mark.django_db
def test_everybody_is_present_but_the_exceptions():
    of, (first, second, third) = a_class()
    session = make.session(classes=[of], on=DAY)

    assert call_roll(session, exceptions={second.pk: "absent"}, by=make.user()) == 3

    marks = dict(Attendance.objects.values_list("trainee", "state"))
    assert marks == {first.pk: "present", second.pk: "absent", third.pk: "present"}


@pytest.mark.django_db
def test_the_same_roll_sent_twice_changes_nothing():
    of, (first, *_) = a_class()
    session, officer = make.session(classes=[of], on=DAY), make.user()
    call_roll(session, exceptions={first.pk: "late"}, by=officer)

    assert call_roll(session, exceptions={first.pk: "late"}, by=officer) == 0
    assert Attendance.objects.count() == 3


@pytest.mark.django_db
def test_who_joined_later_or_left_is_not_on_the_roll():
    of, (here, *_) = a_class(1)
    make.trainee(in_class=of, joined_on=date(2026, 9, 20))
    make.trainee(in_class=of, status="withdrawn", ended_on=DAY)

    call_roll(session := make.session(classes=[of], on=DAY), exceptions={}, by=make.user())

    assert list(session.attendances.values_list("trainee", flat=True)) == [here.pk]


@pytest.mark.django_db
def test_a_correction_is_a_new_row_and_the_old_one_stays():
    of, (first, *_) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()
    call_roll(session, exceptions={first.pk: "absent"}, by=by)

    correct_mark(session, first.pk, state="late", note="came at ten", by=by)

    rows = list(Attendance.objects.filter(trainee=first).order_by("pk").values_list("state", "in_force", "note"))
    assert rows == [("absent", False, ""), ("late", True, "came at ten")]


@pytest.mark.django_db
def test_before_a_session_only_leave_is_marked():
    of, (first, *_) = a_class()
    session, by = make.session(classes=[of], on=timezone.localdate() + timedelta(days=2)), make.user()

    with pytest.raises(Refused, match="has not begun"):
        correct_mark(session, first.pk, state="present", note="", by=by)
    correct_mark(session, first.pk, state="excused", note="ill", by=by)

    assert list(Attendance.objects.values_list("state", flat=True)) == ["excused"]


@pytest.mark.django_db
def test_a_correction_that_comes_twice_is_one_row():
    of, (first, *_) = a_class()
    session, by = make.session(classes=[of], on=DAY), make.user()

    for _again in range(2):
        correct_mark(session, first.pk, state="late", note="came at ten", by=by)

    assert Attendance.objects.filter(trainee=first).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE learning_attendance SET state = 'present'",
        "UPDATE learning_attendance SET in_force = false, note = 'x'",
        "DELETE FROM learning_attendance",
    ],
)
def test_the_database_refuses_to_rewrite_a_mark(statement):
    of, (first, *_) = a_class()
    call_roll(make.session(classes=[of], on=DAY), exceptions={first.pk: "absent"}, by=make.user())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_officer_who_was_overtaken_is_told_whom_and_writes_nothing(client):
    of, (first, *_) = a_class()
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))
    call_roll(session, exceptions={first.pk: "absent"}, by=make.user())

    response = client.post(
        reverse("learning:roll_call", kwargs={"pk": session.pk}),
        {f"mark-{first.pk}": "present", f"seen-{first.pk}": ""},
    )

    assert response.status_code == 409
    assert first.person.name in response.content.decode()
    assert Attendance.objects.filter(trainee=first).count() == 1


@pytest.mark.django_db
def test_the_page_writes_one_audit_entry_for_the_whole_roll(client):
    of, people = a_class(5)
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    client.post(
        reverse("learning:roll_call", kwargs={"pk": session.pk}), {f"mark-{each.pk}": "present" for each in people}
    )

    entry = AuditEntry.objects.get(action="learning.call_roll")
    assert (entry.role, entry.after) == ("officer", {"people": 5, "new": 5, "exceptions": 0})


@pytest.mark.django_db
@pytest.mark.parametrize("junk", [{"mark-x": "present"}, {"seen-1": "x"}, {"mark-99999999999999999999": "late"}])
def test_junk_is_refused_as_a_bad_request(client, junk):
    of, _people = a_class(1)
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    assert client.post(reverse("learning:roll_call", kwargs={"pk": session.pk}), junk).status_code == 400


@pytest.mark.django_db
def test_a_mark_for_somebody_of_another_class_is_refused(client):
    of, (first,) = a_class(1)
    stranger = make.trainee(in_class=make.training_class(of.cohort))
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    response = client.post(
        reverse("learning:roll_call", kwargs={"pk": session.pk}),
        {f"mark-{first.pk}": "present", f"mark-{stranger.pk}": "late"},
    )

    assert response.status_code == 409
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", [Role.ORGANIZER, Role.LEADER])
def test_a_role_elsewhere_opens_no_other_class_to_an_officer(client, elsewhere):
    of, (mine,) = a_class(1)
    other_class = make.training_class(of.cohort)
    stranger = make.trainee(in_class=other_class)
    session = make.session(classes=[of, other_class], on=DAY)
    officer = make.user(Role.OFFICER, of)
    make.give(officer, elsewhere, make.cohort())
    client.force_login(officer)

    roll = client.get(reverse("learning:roll_call", kwargs={"pk": session.pk})).context["lines"]
    page = client.get(session.get_absolute_url()).context["lines"]
    correction = {"pk": session.pk, "trainee": stranger.pk}

    assert [line.trainee_id for line, _shown in roll] == [mine.pk]
    assert [line.trainee_id for line in page] == [mine.pk]
    assert client.get(reverse("learning:mark_correct", kwargs=correction)).status_code == 404


@pytest.mark.django_db
def test_an_officer_who_also_runs_the_cohort_calls_the_whole_roll(client):
    of, (mine,) = a_class(1)
    other_class = make.training_class(of.cohort)
    other = make.trainee(in_class=other_class)
    session = make.session(classes=[of, other_class], on=DAY)
    officer = make.user(Role.OFFICER, of)
    make.give(officer, Role.ORGANIZER, of.cohort.program)
    client.force_login(officer)

    roll = client.get(reverse("learning:roll_call", kwargs={"pk": session.pk})).context["lines"]

    assert {line.trainee_id for line, _shown in roll} == {mine.pk, other.pk}


@pytest.mark.django_db(transaction=True)
def test_a_session_is_not_cancelled_while_somebody_is_marked_at_it():
    of, (first,) = a_class(1)
    session, by = make.session(classes=[of], on=DAY), make.user()
    marked, answers = Event(), []

    def cancel():
        try:
            marked.wait(timeout=PATIENCE)
            cancel_session(session, reason="rain")
            answers.append("cancelled")
        except Refused:
            answers.append("refused")
        finally:
            connection.close()

    thread = Thread(target=cancel)
    thread.start()
    with transaction.atomic():
        correct_mark(session, first.pk, state="present", note="", by=by)
        marked.set()
        thread.join(timeout=1)  # it waits for us, or it has cancelled what we have not committed
    thread.join(timeout=PATIENCE)

    session.refresh_from_db()
    assert (answers, session.cancelled_at) == (["refused"], None)


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_leave_one_mark_in_force_for_each_person():
    of, people = a_class(4)
    session, officers = make.session(classes=[of], on=DAY), [make.user(), make.user()]
    start, outcomes = Barrier(2), []

    def call(by, state):
        try:
            start.wait()
            outcomes.append(
                call_roll(
                    session,
                    exceptions={each.pk: state for each in people},
                    by=by,
                    seen={each.pk: None for each in people},
                )
            )
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=call, args=(by, state)) for by, state in zip(officers, ("late", "absent"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == ["4", "refused"]
    assert Attendance.objects.filter(in_force=True).count() == 4


@pytest.mark.django_db
def test_saving_a_mark_takes_seven_queries_however_many_are_on_the_roll(client, django_assert_num_queries):
    of, (first, *_) = a_class(5)
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))
    call_roll(session, exceptions={}, by=make.user())  # so that the rules are in use
    url = reverse("learning:mark_correct", kwargs={"pk": session.pk, "trainee": first.pk})

    with django_assert_num_queries(7 + 2):  # and the savepoint in which a test lives
        client.post(url, {"state": "late", "note": "came at ten"})

    label = AuditEntry.objects.get(action="learning.correct_mark").object_label
    assert label == str(Attendance.objects.get(trainee=first, in_force=True))


@pytest.mark.django_db
@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", "1.5"])
def test_a_mark_seen_is_a_key(client, seen):
    of, (first, *_) = a_class()
    session = make.session(classes=[of], on=DAY)
    client.force_login(make.user(Role.OFFICER, of))

    answer = client.post(
        reverse("learning:roll_call", kwargs={"pk": session.pk}), {f"mark-{first.pk}": "late", f"seen-{first.pk}": seen}
    )

    assert (answer.status_code, Attendance.objects.count()) == (400, 0)
