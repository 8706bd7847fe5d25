from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role, SecretLook
from cohorts.models import Cohort, Consent, Person
from cohorts.services import merging, people
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
ID = "110101199003072316"


def organizer_and_person(**fields):
    trainee = make.trainee(of=make.person(**fields))
    return make.user(Role.ORGANIZER, trainee.cohort), trainee.person


# Editing --------------------------------------------------------------------------------------------------------------


def test_editing_seals_the_numbers_and_remembers_the_hand(client):
    user, person = organizer_and_person(name="王方", name_key="wang fang  王方")
    client.force_login(user)

    client.post(
        reverse("cohorts:person_update", kwargs={"pk": person.pk}),
        {"name": "王芳", "name_key": "wang fang  王方", "sex": "m", "phone": "+86 138-1234-5678", "id_number": ID},
    )

    person.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (person.name, person.name_key) == ("王芳", "wang fang  王芳")
    assert (person.phone.open(), person.phone_mask) == ("13812345678", "138****5678")
    assert (person.id_number.open(), person.id_mask) == (ID, "110*************16")
    assert person.hand_set == ["id_number", "name", "phone", "sex"]
    assert "138" not in str(entry.after)
    assert ID not in str(entry.after)
    assert Cohort.objects.get(trainees__person=person).roster_version == 1


def test_a_blank_number_is_kept_and_a_tick_erases_it(client):
    user, person = organizer_and_person(name="王芳", phone="13812345678")
    client.force_login(user)
    url = reverse("cohorts:person_update", kwargs={"pk": person.pk})

    client.post(url, {"name": "王芳", "email": "wf@example.org"})
    kept = Person.objects.get(pk=person.pk).phone_mask
    client.post(url, {"name": "王芳", "erase_phone": "on"})

    person.refresh_from_db()
    assert (kept, person.phone, person.phone_index) == ("138****5678", None, None)


def test_a_mended_reading_stays_when_the_name_changes():
    person = make.person(name="单伟", name_key="dan wei")

    people.edit_person(person, {"name": "单伟", "name_key": "shan wei  单伟"})
    people.edit_person(person, {"name": "单玮"})

    person.refresh_from_db()
    assert person.name_key == "shan wei  单伟"


def test_the_id_number_of_another_person_is_refused():
    make.person(id_number=ID)

    with pytest.raises(Refused):
        people.edit_person(make.person(), {"id_number": ID})


def test_the_form_refuses_what_contradicts_the_id_number(client):
    user, person = organizer_and_person(name="王芳")
    client.force_login(user)

    answer = client.post(
        reverse("cohorts:person_update", kwargs={"pk": person.pk}),
        {"name": "王芳", "sex": "f", "born_on": "1990-03-08", "id_number": ID},
    )

    assert sorted(answer.context["form"].errors) == ["born_on", "sex"]


# Secrets --------------------------------------------------------------------------------------------------------------


def test_a_number_is_shown_once_for_a_reason_that_is_kept(client):
    user, person = organizer_and_person(id_number=ID)
    client.force_login(user)
    url = reverse("cohorts:person_secret", kwargs={"pk": person.pk})

    without = client.post(url, {"field": "id_number", "reason": " "})
    shown = client.post(url, {"field": "id_number", "reason": "certificate"})
    again = client.get(url)

    look = SecretLook.objects.get()
    assert [ID in page.content.decode() for page in (without, shown, again)] == [False, True, False]
    assert (look.user, look.object_id, look.field, look.reason) == (user, person.pk, "id_number", "certificate")
    assert "no-store" in shown.headers["Cache-Control"]


def test_nobody_else_sees_the_page_of_the_numbers(client):
    _user, person = organizer_and_person(id_number=ID)
    url = reverse("cohorts:person_secret", kwargs={"pk": person.pk})
    outcomes = []

    for other in (make.user(Role.ORGANIZER, make.cohort()), make.user(Role.LEADER)):
        client.force_login(other)
        outcomes.append(client.post(url, {"field": "id_number", "reason": "x"}).status_code)

    assert (outcomes, SecretLook.objects.count()) == ([404, 403], 0)


def test_a_list_of_people_finds_by_a_whole_number_and_shows_no_number(client):
    user, person = organizer_and_person(name="王芳", id_number=ID, phone="13812345678")
    client.force_login(user)
    url = reverse("cohorts:person_list")

    found = [
        list(client.get(url, {"q": typed}).context["table"].ordered) == [person]
        for typed in ("王", ID, "13812345678", "1381234567")
    ]

    text = client.get(url).content.decode()
    assert found == [True, True, True, False]
    assert (ID in text, "13812345678" in text) == (False, False)


# One page over all cohorts --------------------------------------------------------------------------------------------


def test_the_archive_shows_the_places_within_reach(client):
    person = make.person()
    mine = make.trainee(of=person, in_class=make.training_class())
    make.trainee(of=person)
    client.force_login(make.user(Role.ORGANIZER, mine.cohort))

    archive = client.get(person.get_absolute_url()).context["archive"]

    assert list(archive.places) == [mine]


@pytest.mark.parametrize("items", [1, 3])
def test_people_pages_need_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    cohort = make.cohort()
    first = make.training_class(cohort)
    person = make.person()
    for number in range(items):
        make.trainee(in_class=first)
        other = make.cohort(program=cohort.program)
        make.trainee(in_class=make.training_class(other), of=person)
        make.officer(make.training_class(other), person, starts_on=date(2026, 9, number + 1))
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    with django_assert_num_queries(3):
        client.get(reverse("cohorts:person_list"))
    with django_assert_num_queries(7):
        client.get(person.get_absolute_url())


# Merging --------------------------------------------------------------------------------------------------------------


def test_merging_moves_everything_and_loses_nothing(client):
    cohort = make.cohort()
    kept = make.trainee(cohort, of=make.person(name="王芳", phone="13812345678", sex="f")).person
    other = make.trainee(make.cohort(program=cohort.program), of=make.person(name="王方", id_number=ID)).person
    make.officer(make.training_class(cohort), other)
    kept.consents.create(purpose="directory")
    other.consents.create(purpose="directory")
    other.consents.create(purpose="profile")
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    url = reverse("cohorts:person_merge", kwargs={"pk": kept.pk, "other": other.pk})

    preview = {line["field"]: line["is_same"] for line in client.get(url).context["lines"]}
    client.post(url, {"name": "theirs"})

    (person,) = Person.objects.all()
    assert preview == {"name": False, "sex": False, "phone": False, "id_number": False}  # the rest is blank in both
    assert (person.pk, person.name, person.sex) == (kept.pk, "王方", "f")
    assert (person.phone.open(), person.id_number.open()) == ("13812345678", ID)
    assert (person.traineeships.count(), person.offices.count(), person.consents.count()) == (2, 1, 3)
    assert Consent.objects.filter(withdrawn_at=None).count() == 2
    assert AuditEntry.objects.get().action == "cohorts.merge_people"


def test_two_places_in_one_cohort_are_not_merged():
    cohort = make.cohort()
    one, two = make.trainee(cohort).person, make.trainee(cohort).person

    with pytest.raises(Refused):
        merging.merge_people(one, two)

    assert Person.objects.count() == 2


def test_two_accounts_are_not_merged():
    with pytest.raises(Refused):
        merging.merge_people(make.person(user=make.user()), make.person(user=make.user()))


def test_the_account_goes_to_the_row_that_stays_with_its_rights():
    of = make.training_class()
    kept, other = make.person(), make.person(user=make.user())
    officer = make.officer(of, kept)

    merging.merge_people(kept, other)

    officer.refresh_from_db()
    kept.refresh_from_db()
    assert officer.grant.user == kept.user


@pytest.mark.parametrize("has_account", ["kept", "other"])
def test_a_place_that_meets_an_account_opens_to_it(has_account):
    cohort, user = make.cohort(), make.user()
    without, with_account = make.trainee(cohort).person, make.person(user=user)
    kept, other = (with_account, without) if has_account == "kept" else (without, with_account)

    merging.merge_people(kept, other)

    grant = user.grants.get()
    assert (grant.role, grant.scope_id) == (Role.TRAINEE, cohort.pk)


def test_somebody_out_of_reach_is_not_merged(client):
    trainee, stranger = make.trainee(), make.trainee()
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))

    answer = client.post(
        reverse("cohorts:person_merge", kwargs={"pk": trainee.person_id, "other": stranger.person_id}), {}
    )

    assert (answer.status_code, Person.objects.count()) == (404, 2)
