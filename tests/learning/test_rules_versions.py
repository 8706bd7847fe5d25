from datetime import date, timedelta
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse

from accounts.models import AuditEntry, Role
from learning.models import Attendance, AttendanceRules
from learning.rules.states import DEFAULT, NUMBERS
from learning.selectors.rules import limits_on, version_on, versions_of
from learning.services import call_roll, change_version, correct_mark, make_version, remove_version
from tests import make
from tests.races import PATIENCE
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2026, 9, 8), date(2026, 9, 15)


def numbers(**changed):
    return {name: getattr(DEFAULT, name) for name in NUMBERS} | changed


def a_rolled_session(on=FIRST):
    of = make.training_class()
    trainee = make.trainee(in_class=of)
    session = make.session(classes=[of], on=on)
    call_roll(session, exceptions={}, by=make.user())
    return of.cohort, trainee, session


def test_a_cohort_without_rules_has_those_that_hold_everywhere():
    cohort = make.cohort()

    assert limits_on(cohort, FIRST) == DEFAULT


def test_the_first_mark_writes_the_version_down_and_freezes_it():
    cohort, _trainee, _session = a_rolled_session()

    (rules,) = AttendanceRules.objects.filter(cohort=cohort)

    assert (rules.version, rules.from_on, rules.used_at is not None) == (1, cohort.starts_on, True)
    assert list(Attendance.objects.values_list("rule_version", flat=True)) == [1]


def test_a_used_version_cannot_be_changed_or_removed_even_by_sql():
    a_rolled_session()
    rules = AttendanceRules.objects.get()

    with pytest.raises(Refused, match="stays as it is"):
        change_version(rules, from_on=rules.from_on, numbers=numbers(late_from=9))
    for statement in ("UPDATE learning_attendancerules SET late_from = 9", "DELETE FROM learning_attendancerules"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_new_version_holds_from_its_day_and_marks_keep_theirs():
    cohort, trainee, session = a_rolled_session()
    make_version(cohort, from_on=SECOND, numbers=numbers(late_from=10), by=make.user())
    later = make.session(classes=[trainee.memberships.get().training_class], on=SECOND)

    call_roll(later, exceptions={}, by=make.user())
    correct_mark(session, trainee.pk, state="late", note="seen", by=make.user())

    in_force = Attendance.objects.filter(in_force=True).order_by("session__starts_at")
    assert list(in_force.values_list("rule_version", flat=True)) == [1, 2]
    versions = versions_of(cohort)
    assert [version_on(versions, day).limits.late_from for day in (FIRST, SECOND)] == [5, 10]


def test_a_version_never_begins_on_a_day_with_marks_or_on_another_ones_day():
    cohort, _trainee, _session = a_rolled_session()

    for day, words in (
        (FIRST, "People were marked"),
        (cohort.starts_on, "Another version begins"),
        (cohort.ends_on + timedelta(days=1), "The cohort runs"),
    ):
        with pytest.raises(Refused, match=words):
            make_version(cohort, from_on=day, numbers=numbers(), by=make.user())


def test_an_unused_version_is_changed_and_taken_back():
    cohort, _trainee, _session = a_rolled_session()
    made = make_version(cohort, from_on=SECOND, numbers=numbers(late_from=10), by=make.user())

    changed = change_version(made, from_on=SECOND, numbers=numbers(late_from=7))
    assert AuditEntry.objects.order_by("-pk").first().after == {"late_from": 7}
    remove_version(changed)

    assert [each.number for each in versions_of(cohort)] == [1]


@pytest.mark.django_db(transaction=True)
def test_whoever_changes_the_rules_waits_for_a_roll_that_is_being_called():
    of = make.training_class()
    make.trainee(in_class=of)
    session, by = make.session(classes=[of], on=FIRST), make.user()
    rules = make_version(of.cohort, from_on=date(2026, 9, 2), numbers=numbers(), by=by)
    marked, result = Event(), []

    def change():
        marked.wait(timeout=PATIENCE)
        try:
            change_version(rules, from_on=rules.from_on, numbers=numbers(late_from=9))
        except Refused as refusal:
            result.append(refusal)
        finally:
            connections.close_all()

    thread = Thread(target=change)
    thread.start()
    with transaction.atomic():
        call_roll(session, exceptions={}, by=by)
        marked.set()
        thread.join(timeout=1)
        assert result == []
    thread.join(timeout=PATIENCE)

    assert [type(each) for each in result] == [Refused]
    rules.refresh_from_db()
    assert rules.late_from == DEFAULT.late_from


def fields(**changed):
    return {"from_on": "2026-09-15"} | {key: str(value) for key, value in numbers(**changed).items()}


def test_the_page_shows_each_version_in_words_and_takes_a_new_one(client):
    cohort, _trainee, _session = a_rolled_session()
    client.force_login(make.user(Role.ORGANIZER, cohort))

    response = client.post(
        reverse("learning:attendancerules_create", kwargs={"cohort": cohort.pk}), fields(lates_per_absence=2)
    )
    page = client.get(response.url).content.decode()

    assert "2 late arrivals make one absence." in page
    assert page.count("Version") == 2 + 1  # the message says which one ends
    assert "Version 1 ends on" in page
    assert AuditEntry.objects.filter(action="learning.make_rules").count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"late_from": 0},
        {"late_from": 31},
        {"absent_from": 601},
        {"least_percent": 101},
        {"most_absences": -1},
        {"warn_drop": "lots"},
        {"late_from": "9" * 5000},
    ],
)
def test_the_form_says_what_is_wrong_with_a_number(client, changed):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))

    response = client.post(reverse("learning:attendancerules_create", kwargs={"cohort": cohort.pk}), fields(**changed))

    assert response.status_code == 422
    assert not AttendanceRules.objects.exists()


def test_an_officer_reads_the_rules_and_changes_nothing(client):
    of = make.training_class()
    client.force_login(make.user(Role.OFFICER, of))

    page = client.get(reverse("learning:attendancerules_list", kwargs={"cohort": of.cohort_id}))
    form = client.get(reverse("learning:attendancerules_create", kwargs={"cohort": of.cohort_id}))

    assert (page.status_code, form.status_code) == (200, 403)
