from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import Attendance
from learning.services import call_roll
from learning.services.appeals import answer_appeal, object_to
from tests import make
from tests.learning.test_checkins import a_class, beginning

pytestmark = pytest.mark.django_db


def page(client, cohort, query=""):
    response = client.get(reverse("learning:attendance_differences", kwargs={"cohort": cohort.pk}) + query)
    return response, response.context


def names(rows):
    return [row.name for row in rows]


def settle(client, session, trainee, state):
    return client.post(
        reverse("learning:difference_settle", kwargs={"pk": session.pk, "trainee": trainee.pk}), {"state": state}
    )


def scanned(session, trainee, *, minutes=0, **fields):
    """An accepted scan so many minutes after the beginning; without a roll it marks the person, as the service does."""
    made = make.scan(session, trainee, at=session.starts_at + timedelta(minutes=minutes), **fields)
    if made.verdict == "accepted" and not session.attendances.filter(trainee=trainee, in_force=True).exists():
        make.mark(session, trainee, "present" if minutes < 5 else "late", source="scan", marked_at=made.at)
    return made


def test_only_what_differs_is_shown(client):
    of, (same, absent, late, unmarked), _accounts = a_class(4)
    session, officer = beginning(-60, classes=[of]), make.user(Role.OFFICER, of)
    for each, minutes in ((same, -3), (absent, -2), (late, 10)):
        scanned(session, each, minutes=minutes)
    call_roll(session, exceptions={absent.pk: "absent"}, by=officer)
    client.force_login(officer)

    shown = page(client, of.cohort)[1]["differences"]

    assert {(each.name, each.state, each.scanned) for each in shown} == {
        (absent.person.name, "absent", "present"),
        (late.person.name, "present", "late"),
    }
    assert unmarked.person.name not in names(shown)


def test_one_tap_decides_and_the_line_is_gone(client):
    of, (first,), _accounts = a_class()
    session, officer = beginning(-60, classes=[of]), make.user(Role.OFFICER, of)
    scanned(session, first)
    call_roll(session, exceptions={first.pk: "absent"}, by=officer)
    client.force_login(officer)

    settle(client, session, first, "absent")

    assert page(client, of.cohort)[1]["differences"] == []
    in_force = Attendance.objects.get(trainee=first, in_force=True)
    assert (in_force.state, in_force.source) == ("absent", "office")
    assert Attendance.objects.filter(trainee=first).count() == 3
    assert AuditEntry.objects.filter(action="learning.correct_mark").count() == 1


def test_a_granted_objection_decides_too(client):
    of, (first,), (account,) = a_class()
    session, officer = beginning(-60, classes=[of]), make.user(Role.OFFICER, of)
    scanned(session, first, minutes=10)
    call_roll(session, exceptions={first.pk: "absent"}, by=officer)
    organizer = make.user(Role.ORGANIZER, of.cohort.program)
    mark = Attendance.objects.get(trainee=first, in_force=True)
    first.person.refresh_from_db()
    answer_appeal(
        object_to(mark, text="I sat in the last row.", by=account),
        grants=True, state="present", text="Seen.", by=organizer,
    )  # fmt: skip
    client.force_login(officer)

    assert page(client, of.cohort)[1]["differences"] == []


def test_a_scan_that_was_flagged_counts_once_somebody_decided(client):
    of, (first, second), _accounts = a_class(2)
    session = beginning(-60, classes=[of])
    scanned(session, first, device="one phone")
    scanned(session, second, device="one phone", verdict="flagged", reasons=["shared_device"])
    client.force_login(make.user(Role.OFFICER, of))

    before = page(client, of.cohort)[1]["flagged"]
    settle(client, session, second, "present")

    assert [(each.name, each.phone) for each in before] == [(first.person.name, 1), (second.person.name, 1)]
    assert page(client, of.cohort)[1]["flagged"] == []
    assert Attendance.objects.get(trainee=second).state == "present"


def test_a_difference_that_was_decided_is_not_asked_again_beside_the_other_scan_of_its_phone(client):
    of, (first, second), _accounts = a_class(2)
    session, officer = beginning(-60, classes=[of]), make.user(Role.OFFICER, of)
    scanned(session, first, device="one phone")
    scanned(session, second, device="one phone", verdict="flagged", reasons=["shared_device"])
    call_roll(session, exceptions={first.pk: "absent"}, by=officer)
    client.force_login(officer)

    settle(client, session, first, "absent")
    response, shown = page(client, of.cohort)

    assert shown["differences"] == []
    assert [(each.name, each.is_decided) for each in shown["flagged"]] == [
        (first.person.name, True),
        (second.person.name, False),
    ]
    assert shown["waiting"] == 1
    decide = reverse("learning:difference_settle", kwargs={"pk": session.pk, "trainee": first.pk})
    assert decide not in response.content.decode()


def test_a_mark_that_was_decided_before_a_scan_came_does_not_settle_it(client):
    of, (first,), _accounts = a_class()
    session, officer = beginning(-60, classes=[of]), make.user(Role.OFFICER, of)
    make.mark(session, first, "absent", source="office", marked_at=session.starts_at)
    make.scan(session, first, at=session.starts_at + timedelta(minutes=3))
    client.force_login(officer)

    assert names(page(client, of.cohort)[1]["differences"]) == [first.person.name]


def test_an_officer_meets_only_the_own_class(client):
    of, (mine,), _accounts = a_class()
    other_class = make.training_class(of.cohort)
    stranger = make.trainee(in_class=other_class)
    session, officer = beginning(-60, classes=[of, other_class]), make.user(Role.OFFICER, of)
    for each in (mine, stranger):
        scanned(session, each)
    call_roll(session, exceptions={mine.pk: "absent", stranger.pk: "absent"}, by=make.user())
    client.force_login(officer)

    assert names(page(client, of.cohort)[1]["differences"]) == [mine.person.name]
    assert settle(client, session, stranger, "present").status_code == 404


def test_the_spot_check_draws_five_of_those_whom_nobody_saw_and_stays(client):
    of, people, _accounts = a_class(9)
    session, officer = beginning(-20, classes=[of]), make.user(Role.OFFICER, of)
    for each in people[1:]:
        scanned(session, each)
    call_roll(session, exceptions={people[8].pk: "absent"}, by=officer)
    client.force_login(officer)

    ((_pk, _title, drawn, missing),) = page(client, of.cohort)[1]["spots"]

    assert len(drawn) == 5
    assert people[8].person.name not in dict(drawn)
    assert page(client, of.cohort)[1]["spots"][0][2] == drawn
    assert missing == [people[0].person.name]


def test_attempts_with_old_codes_are_listed_and_those_that_came_early_are_not(client):
    of, (first,), _accounts = a_class()
    session, now = beginning(-60, classes=[of]), timezone.now()
    make.scan(session, first, verdict="refused", reasons=["old_code"], at=now)
    make.scan(session, first, verdict="refused", reasons=["early"], at=now)
    client.force_login(make.user(Role.OFFICER, of))

    assert [scan.reasons for scan in page(client, of.cohort)[1]["refused"]] == [["old_code"]]


def test_a_senseless_mark_is_refused_in_words(client):
    of, (first,), _accounts = a_class()
    session = beginning(-60, classes=[of])
    client.force_login(make.user(Role.OFFICER, of))

    assert settle(client, session, first, "asleep").status_code == 302
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize("query", ["?session=x", "?session=99999999999999999999", "?session="])
def test_junk_in_the_address_shows_all_sessions(client, query):
    of, _people, _accounts = a_class()
    client.force_login(make.user(Role.OFFICER, of))

    assert page(client, of.cohort, query)[0].status_code == 200


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number_of_differences(client, django_assert_num_queries, size):
    of, people, _accounts = a_class(size)
    session, officer = beginning(-20, classes=[of]), make.user(Role.OFFICER, of)
    for each in people:
        scanned(session, each)
    call_roll(session, exceptions={each.pk: "absent" for each in people}, by=officer)
    client.force_login(officer)
    url = reverse("learning:attendance_differences", kwargs={"cohort": of.cohort_id})

    with django_assert_num_queries(10):
        client.get(url)
