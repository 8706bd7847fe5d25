from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Grant, Role, User
from cohorts.models import ClassOfficer, Person
from cohorts.services import accounts, officers
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
SEP = date(2026, 9, 1)


def running_class():
    today = timezone.localdate()
    return make.training_class(make.cohort(starts_on=today - timedelta(days=10), ends_on=today + timedelta(days=90)))


def test_an_officer_with_an_account_gets_the_rights_of_the_class_and_loses_them_with_the_term():
    of = running_class()
    today = timezone.localdate()
    person = make.person(user=make.user())

    officer = officers.appoint(of, person=person, office="monitor", starts_on=today - timedelta(days=3))
    rights_before = User.objects.get(pk=person.user_id).role_set
    officers.end_office(officer, on=today - timedelta(days=1))

    assert rights_before == {Role.OFFICER}
    assert User.objects.get(pk=person.user_id).role_set == frozenset()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "cohorts.appoint",
        "cohorts.end_office",
    ]


def test_a_term_that_has_not_begun_is_taken_back_with_its_right():
    of = running_class()
    today = timezone.localdate()
    officer = officers.appoint(
        of, person=make.person(user=make.user()), office="study", starts_on=today + timedelta(days=5)
    )

    officers.end_offices(ClassOfficer.objects.filter(pk=officer.pk), last_day=today)

    assert not ClassOfficer.objects.exists()
    assert Grant.objects.get().ended_at is not None


def test_two_offices_in_one_class_end_one_by_one():
    of = running_class()
    today = timezone.localdate()
    person = make.person(user=make.user())
    first = officers.appoint(of, person=person, office="monitor", starts_on=today - timedelta(days=3))
    officers.appoint(of, person=person, office="study", starts_on=today - timedelta(days=3))

    officers.end_office(first, on=today - timedelta(days=1))

    assert User.objects.get(pk=person.user_id).role_set == {Role.OFFICER}


def test_the_same_office_is_not_held_twice():
    of = running_class()
    person = make.person()
    officers.appoint(of, person=person, office="monitor", starts_on=SEP)

    with pytest.raises(Refused):
        officers.appoint(of, person=person, office="monitor", starts_on=SEP)


# Accounts -------------------------------------------------------------------------------------------------------------


def test_accounts_are_opened_linked_or_left_and_never_doubled():
    of = running_class()
    new = make.trainee(in_class=of, of=make.person(name="New", phone="13800000001")).person
    has = make.trainee(in_class=of, of=make.person(name="Has", user=make.user())).person
    same = make.user(name="Same", phone="13800000002")
    linked = make.trainee(in_class=of, of=make.person(name="Same", phone="13800000002")).person
    make.user(name="Somebody", phone="13800000003")
    foreign = make.trainee(in_class=of, of=make.person(name="Else", phone="13800000003")).person
    without = make.trainee(in_class=of).person
    outsider = make.person(name="Outsider", phone="13800000004")
    everybody = [person.pk for person in (new, has, linked, foreign, without, outsider)]

    done = accounts.open_for_people(of.cohort, everybody)
    again = accounts.open_for_people(of.cohort, everybody)

    users = dict(Person.objects.values_list("name", "user"))
    assert done.as_dict() == {"opened": 1, "linked": 1, "had": 1, "without_phone": 1, "foreign": 1}
    assert (again.opened, again.linked, again.had) == (0, 0, 3)
    assert (users["Same"], users["Else"], users["Outsider"]) == (same.pk, None, None)
    assert User.objects.get(pk=users["New"]).must_change_password is True
    assert Grant.objects.filter(role=Role.TRAINEE, scope_id=of.cohort_id).count() == 3


def test_two_people_with_one_phone_get_one_account():
    of = running_class()
    people = [make.trainee(in_class=of, of=make.person(phone="13800000001")).person.pk for _ in range(2)]

    done = accounts.open_for_people(of.cohort, people)

    assert (done.opened, done.foreign) == (1, 1)


def test_an_account_brings_the_rights_of_an_office_held_before():
    of = running_class()
    head = make.person(phone="13800000001")
    make.officer(of, head, office="head_teacher")

    accounts.open_for_people(of.cohort, [head.pk])

    officer = ClassOfficer.objects.get()
    assert (officer.grant.role, officer.grant.scope_id) == (Role.OFFICER, of.pk)
    assert officer.grant.user == Person.objects.get(pk=head.pk).user


@pytest.mark.parametrize(("days_left", "opened"), [(0, 1), (30, 1), (-1, 0)])
def test_an_office_with_a_last_day_brings_an_account_until_that_day(days_left, opened):
    of = running_class()
    last_day = timezone.localdate() + timedelta(days=days_left)
    head = make.person(phone="13800000001")
    make.officer(of, head, office="head_teacher", ends_on=last_day)

    done = accounts.open_for_people(of.cohort, [head.pk])

    assert done.opened == opened
    assert Grant.objects.filter(role=Role.OFFICER, scope_id=of.pk, ends_on=last_day).count() == opened
