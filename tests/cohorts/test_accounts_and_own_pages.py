from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, ExportRecord, Job, Role, User
from accounts.services import open_account
from cohorts.models import Consent, Person, Trainee
from cohorts.services import accounts
from tests import make
from trainee_mgmt.kit.sheets import read_book

pytestmark = pytest.mark.django_db


def running_class(**fields):
    today = timezone.localdate()
    dates = {"starts_on": today - timedelta(days=10), "ends_on": today + timedelta(days=90)}
    return make.training_class(make.cohort(**dates), **fields)


# Accounts -------------------------------------------------------------------------------------------------------------


def test_the_page_opens_the_accounts_of_a_class_in_the_worker(client, django_capture_on_commit_callbacks):
    of = running_class()
    inside = make.trainee(in_class=of, of=make.person(phone="13800000001")).person
    outside = make.trainee(of.cohort, of=make.person(phone="13800000002")).person
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("cohorts:account_open", kwargs={"cohort": of.cohort.pk})

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"who": str(of.pk)})
    page = client.get(url)

    have = dict(Person.objects.filter(pk__in=[inside.pk, outside.pk]).values_list("pk", "user"))
    assert (have[inside.pk] is not None, have[outside.pk]) == (True, None)
    assert (page.context["job"].state, page.context["counts"].can_be_opened) == (Job.State.DONE, 1)


def test_the_page_says_when_there_is_nobody_left(client):
    of = running_class()
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    answer = client.post(reverse("cohorts:account_open", kwargs={"cohort": of.cohort.pk}), {"who": "officers"})

    assert (answer.status_code, Job.objects.count()) == (422, 0)


def test_accounts_are_opened_for_trainees_chosen_in_the_list(client, django_capture_on_commit_callbacks):
    of = running_class()
    chosen = make.trainee(in_class=of, of=make.person(phone="13800000001"))
    make.trainee(in_class=of, of=make.person(phone="13800000002"))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("cohorts:trainees_accounts", kwargs={"cohort": of.cohort.pk}), {"chosen": str(chosen.pk)})

    assert list(Person.objects.filter(user__isnull=False)) == [chosen.person]


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_slips_can_be_taken_until_the_first_sign_in_and_each_taking_is_recorded(client, kind):
    of = running_class(name="First")
    new = make.trainee(in_class=of, number="01", of=make.person(name="New", phone="13800000001")).person
    done = make.trainee(in_class=of, number="02", of=make.person(name="Done", phone="13800000002")).person
    accounts.open_for_people(of.cohort, [new.pk, done.pk])
    User.objects.filter(person=done).update(must_change_password=False, first_password=None)
    password = User.objects.get(person=new).first_password.open()
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("cohorts:account_slips", kwargs={"cohort": of.cohort.pk})

    without = client.post(url, {"who": "all", "kind": kind, "purpose": ""})
    answers = [client.post(url, {"who": "all", "kind": kind, "purpose": "first day"}) for _ in range(2)]

    assert [without.status_code, *(answer.status_code for answer in answers)] == [422, 200, 200]
    assert ExportRecord.objects.values_list("count", "purpose", "unmasked").distinct().get() == (1, "first day", True)
    assert ExportRecord.objects.count() == 2
    if kind == "xlsx":
        (sheet,) = read_book(answers[0].content, "slips.xlsx").sheets
        assert list(sheet.rows)[1][:5] == ["First", "01", "New", "138****0001", password]


def test_nobody_else_takes_slips(client):
    of = running_class()
    client.force_login(make.user(Role.OFFICER, of))

    answer = client.post(reverse("cohorts:account_slips", kwargs={"cohort": of.cohort.pk}), {"purpose": "x"})

    assert (answer.status_code, ExportRecord.objects.count()) == (403, 0)


# One's own profile ----------------------------------------------------------------------------------------------------


def me(client, **fields):
    trainee = make.trainee(in_class=running_class(), **fields)
    client.force_login(make.trainee_account(trainee))
    return trainee


def test_a_trainee_is_asked_only_what_is_not_known(client):
    trainee = me(client, profile={"school": "NJU"})
    for key, mine in (("school", True), ("party", True), ("street", False)):
        trainee.cohort.profile_fields.create(key=key, label=key, filled_by_trainee=mine)

    asked = list(client.get(reverse("cohorts:my_profile")).context["form"].fields)
    client.post(reverse("cohorts:my_profile"), {"profile_party": "党员", "profile_street": "x", "profile_school": "x"})
    again = list(client.get(reverse("cohorts:my_profile")).context["form"].fields)

    trainee.refresh_from_db()
    assert (asked, again) == (["profile_party"], [])
    assert trainee.profile == {"school": "NJU", "party": "中共党员"}
    assert trainee.hand_set == ["profile.party"]
    assert AuditEntry.objects.get().action == "cohorts.fill_own_profile"


def test_what_was_answered_in_an_earlier_cohort_stands_there_already(client):
    trainee = me(client)
    trainee.cohort.profile_fields.create(key="school", label="School", filled_by_trainee=True)
    make.trainee(of=trainee.person, profile={"school": "NJU"}, joined_on=trainee.joined_on - timedelta(days=300))

    form = client.get(reverse("cohorts:my_profile")).context["form"]

    assert form["profile_school"].value() == "NJU"


def test_a_trainee_sees_the_own_numbers_masked_and_nobody_elses(client):
    trainee = me(client, of=make.person(phone="13812345678", id_number="110101199003072316"))
    make.trainee(trainee.cohort, of=make.person(name="Somebody", phone="13900000001"))

    text = client.get(reverse("cohorts:my_profile")).content.decode()

    assert ("138****5678" in text, "13812345678" in text, "Somebody" in text) == (True, False, False)


def test_consent_is_given_and_taken_back_with_a_history(client):
    trainee = me(client)
    for name in ("consent_give", "consent_give", "consent_take_back", "consent_give"):
        client.post(reverse(f"cohorts:{name}"), {"purpose": "directory"})

    consents = Consent.objects.filter(person=trainee.person)
    assert (consents.count(), consents.filter(withdrawn_at=None).count()) == (2, 1)
    assert AuditEntry.objects.count() == 3
    assert client.post(reverse("cohorts:consent_give"), {"purpose": "nonsense"}).status_code == 400


# The address book -----------------------------------------------------------------------------------------------------


def book(client, of):
    page = client.get(reverse("cohorts:class_directory", kwargs={"pk": of.pk}))
    return sorted((entry.name, entry.phone) for entry in page.context["directory"].members)


def test_classmates_see_the_numbers_of_those_who_agreed(client):
    of = running_class()
    agreed = make.trainee(in_class=of, of=make.person(name="Agreed", phone="13800000001"))
    agreed.person.consents.create(purpose="directory")
    took_back = make.trainee(in_class=of, of=make.person(name="Back", phone="13800000002"))
    took_back.person.consents.create(purpose="directory", withdrawn_at=timezone.now())
    reader = make.trainee(in_class=of, of=make.person(name="Reader"))
    client.force_login(make.trainee_account(reader))

    assert book(client, of) == [("Agreed", "13800000001"), ("Back", "138****0002"), ("Reader", "")]


def test_a_class_that_is_not_mine_is_not_there(client):
    reader = make.trainee(in_class=running_class())
    client.force_login(make.trainee_account(reader))

    other = make.training_class(reader.cohort)

    assert client.get(reverse("cohorts:class_directory", kwargs={"pk": other.pk})).status_code == 404


def test_a_head_teacher_sees_all_numbers_after_giving_a_reason_and_a_monitor_does_not(client):
    of = running_class()
    make.trainee(in_class=of, of=make.person(name="A", phone="13800000001"))
    url = reverse("cohorts:class_directory_phones", kwargs={"pk": of.pk})
    outcomes = []

    for office in ("head_teacher", "monitor"):
        user = make.user(Role.OFFICER, of)
        make.officer(of, make.person(user=user), office=office)
        client.force_login(user)
        outcomes.append(
            [
                (answer.status_code, "13800000001" in answer.content.decode())
                for answer in (client.post(url, {"reason": ""}), client.post(url, {"reason": "illness"}))
            ]
        )

    assert outcomes == [[(422, False), (200, True)], [(404, False), (404, False)]]
    looked = AuditEntry.objects.get(action="cohorts.see_directory_phones", outcome="done")
    assert looked.after == {"reason": "illness", "people": 1}


@pytest.mark.parametrize("items", [1, 3])
def test_the_address_book_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    of = running_class()
    for number in range(items):
        make.trainee(in_class=of, of=make.person(phone=f"1380000000{number}"))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_assert_num_queries(5):
        client.get(reverse("cohorts:class_directory", kwargs={"pk": of.pk}))


# Search ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "people", "rooms"),
    [("王", 1, 0), ("13812345678", 1, 0), ("1381234567", 0, 0), ("007", 1, 0), ("Xin", 0, 1)],
)
def test_search_finds_people_and_classes_within_reach(client, typed, people, rooms):
    of = running_class(name="Xin'an")
    make.trainee(in_class=of, number="0071", of=make.person(name="王芳", phone="13812345678"))
    make.trainee(number="0071", of=make.person(name="王芳", phone="13812345678"))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    found = client.get(reverse("cohorts:search"), {"q": typed}).context["found"]

    assert (len(found.trainees), len(found.classes)) == (people, rooms)


def test_a_trainee_searches_nobody(client):
    me(client)

    assert client.get(reverse("cohorts:search"), {"q": "a"}).status_code == 403
    assert Trainee.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "elsewhere", "status"),
    [
        (Role.ADMIN, None, 422),
        (Role.ORGANIZER, make.program, 422),
        (Role.OFFICER, make.training_class, 422),
        (Role.TRAINEE, make.cohort, 200),
    ],
)
def test_who_has_rights_from_elsewhere_gets_no_slip_here(client, role, elsewhere, status):
    """Else an organizer who enters a colleague's name and phone as a trainee would read the colleague's first password."""
    of = running_class()
    account = open_account(name="Boss", phone="13800000009")
    make.give(account, role, elsewhere() if elsewhere else None)
    person = make.trainee(in_class=of, of=make.person(name="Boss", phone="13800000009")).person
    accounts.open_for_people(of.cohort, [person.pk])
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    answer = client.post(
        reverse("cohorts:account_slips", kwargs={"cohort": of.cohort.pk}),
        {"who": "all", "kind": "xlsx", "purpose": "first day"},
    )

    assert (User.objects.get(person=person), answer.status_code) == (account, status)
