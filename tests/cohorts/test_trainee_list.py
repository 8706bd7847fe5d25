import re
from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, ExportRecord, Role
from cohorts.models import ClassMembership, ClassOfficer, Consent, Trainee
from tests import make

pytestmark = pytest.mark.django_db


def url(cohort):
    return reverse("cohorts:trainee_list", kwargs={"cohort": cohort.pk})


def names(page):
    return [row[0] for row in page.context["table"].ordered.values_list("person__name")]


def test_the_list_is_ordered_by_number_and_shows_class_and_office(client):
    cohort = make.cohort()
    first = make.training_class(cohort, name="First")
    second = make.trainee(in_class=first, number="002", of=make.person(name="Bo"))
    make.trainee(in_class=first, number="001", of=make.person(name="Ai"))
    make.officer(first, second.person, office=ClassOfficer.Office.MONITOR)
    client.force_login(make.user(Role.ORGANIZER, cohort, language="en"))

    page = client.get(url(cohort))

    assert names(page) == ["Ai", "Bo"]
    assert 'Bo <span class="muted">monitor</span>' in page.content.decode()
    assert page.content.decode().count(">First<td") == 2


def test_an_officer_sees_only_the_trainees_of_the_own_class(client):
    mine, other = (
        make.training_class(cohort, name=name) for cohort, name in zip([make.cohort()] * 2, "AB", strict=True)
    )
    shown = make.trainee(in_class=mine)
    make.trainee(in_class=other)
    client.force_login(make.user(Role.OFFICER, mine))

    page = client.get(url(mine.cohort))

    assert names(page) == [shown.person.name]
    assert page.context["table"].counts["all"] == 1
    assert page.context["roster"].classes == [(mine.pk, "A")]  # the others are neither counted nor offered as a filter


def test_a_count_made_for_one_reader_is_not_shown_to_another(client):
    cohort = make.cohort()
    mine = make.training_class(cohort)
    make.trainee(in_class=mine)
    make.trainee(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort))
    assert client.get(url(cohort)).context["table"].counts["all"] == 2

    client.force_login(make.user(Role.OFFICER, mine))

    assert client.get(url(cohort)).context["table"].counts["all"] == 1


def test_as_of_a_day_shows_who_was_in_training_and_in_which_class(client):
    cohort = make.cohort(starts_on=date(2026, 9, 1))
    first, second = make.training_class(cohort, name="First"), make.training_class(cohort, name="Second")
    moved = make.trainee(cohort, of=make.person(name="Moved"))
    ClassMembership.objects.create(
        trainee=moved, training_class=first, starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 1)
    )
    ClassMembership.objects.create(trainee=moved, training_class=second, starts_on=date(2026, 10, 1))
    make.trainee(cohort, joined_on=date(2026, 11, 1))
    make.trainee(
        cohort, of=make.person(name="Left"), status="withdrawn", ended_on=date(2026, 10, 15), joined_on=date(2026, 9, 1)
    )
    client.force_login(make.user(Role.ORGANIZER, cohort))

    september = client.get(url(cohort), {"as_of": "2026-09-30"}).context["table"]
    october = client.get(url(cohort), {"as_of": "2026-10-15"}).context["table"]

    def rows(table):
        return sorted(table.ordered.values_list("person__name", "membership__training_class__name"))

    assert rows(september) == [("Left", None), ("Moved", "First")]
    assert rows(october) == [("Moved", "Second")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "王"}, ["王芳"]),
        ({"q": "07"}, ["李雷"]),
        ({"q": "Acme"}, ["李雷"]),
        ({"q": "138 1234 5678"}, ["王芳"]),
        ({"q": "13812345679"}, []),
        ({"training_class": "none"}, ["李雷"]),
        ({"status": "withdrawn"}, []),
        ({"profile_returnee": "yes"}, ["王芳"]),
        ({"profile_returnee": "no"}, []),
        ({"training_class": "nonsense", "as_of": "never"}, ["王芳", "李雷"]),
    ],
)
def test_filters(client, query, found):
    cohort = make.cohort()
    cohort.profile_fields.create(key="returnee", label="Returned", kind="yes_no", in_composition=True)
    make.trainee(
        in_class=make.training_class(cohort),
        number="01",
        of=make.person(name="王芳", phone="13812345678"),
        profile={"returnee": True},
    )
    make.trainee(cohort, number="07", of=make.person(name="李雷"), work_unit="Acme Ltd.")
    client.force_login(make.user(Role.ORGANIZER, cohort))

    assert names(client.get(url(cohort), query)) == found


def test_tabs_count_each_view_in_one_query(client):
    cohort = make.cohort()
    first = make.training_class(cohort)
    whole = {"sex": "f", "born_on": date(1990, 1, 1), "phone": "13812345678"}
    officer = make.trainee(in_class=first, of=make.person(**whole), work_unit="Acme")
    make.officer(first, officer.person)
    make.trainee(cohort)
    make.trainee(cohort, status=Trainee.Status.WITHDRAWN, ended_on=cohort.ends_on)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    counts = client.get(url(cohort)).context["table"].counts

    assert counts == {"all": 3, "tab_active": 2, "tab_officers": 1, "tab_missing": 1, "tab_withdrawn": 1}


def test_the_view_of_missing_data_says_what_is_missing(client):
    cohort = make.cohort()
    make.trainee(cohort, of=make.person(sex="f"), work_unit="Acme")
    client.force_login(make.user(Role.ORGANIZER, cohort, language="en"))

    page = client.get(url(cohort), {"view": "missing"})

    assert "phone、birth date" in page.content.decode()


def test_a_phone_is_masked_for_organizers_and_not_there_for_leaders(client):
    cohort = make.cohort()
    make.trainee(cohort, of=make.person(phone="13812345678"))
    client.force_login(make.user(Role.ORGANIZER, cohort))
    to_organizer = client.get(url(cohort)).content.decode()
    client.force_login(make.user(Role.LEADER, cohort))
    to_leader = client.get(url(cohort)).content.decode()

    assert ("138****5678" in to_organizer, "13812345678" in to_organizer) == (True, False)
    assert "5678" not in to_leader


def test_masked_fields_and_fields_without_consent_are_not_loaded(client):
    cohort = make.cohort()
    cohort.profile_fields.create(key="illness", label="Illness", is_personal=True, in_composition=True)
    cohort.profile_fields.create(key="faith", label="Faith", needs_consent=True, in_composition=True)
    profile = {"illness": "secret illness", "faith": "secret faith"}
    make.trainee(cohort, profile=profile)
    said_yes = make.trainee(cohort, profile={"faith": "open faith"})
    said_yes.person.consents.create(purpose="profile")
    client.force_login(make.user(Role.ORGANIZER, cohort))

    text = client.get(url(cohort)).content.decode()

    assert ("secret" in text, "open faith" in text) == (False, True)


def test_names_are_escaped(client):
    cohort = make.cohort()
    make.trainee(cohort, of=make.person(name="<b>x</b>"), work_unit="<i>y</i>")
    client.force_login(make.user(Role.ORGANIZER, cohort))

    text = client.get(url(cohort)).content.decode()

    assert ("<b>x" in text, "<i>y" in text) == (False, False)


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    cohort = make.cohort()
    first = make.training_class(cohort)
    group = make.group(cohort)
    cohort.profile_fields.create(key="street", label="Street", in_composition=True)
    for _ in range(items):
        trainee = make.trainee(in_class=first, profile={"street": "Xin'an"})
        make.officer(first, trainee.person)
        group.memberships.create(trainee=trainee, starts_on=cohort.starts_on)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    with django_assert_num_queries(7):
        client.get(url(cohort))
    with django_assert_num_queries(6):  # the counts are known now
        client.get(url(cohort))


def test_the_spreadsheet_asks_for_a_purpose_and_holds_no_secret(client):
    cohort = make.cohort()
    make.trainee(cohort, of=make.person(name="王芳", phone="13812345678"))
    client.force_login(make.user(Role.ORGANIZER, cohort))

    refused = client.post(url(cohort), {"export": "csv"})
    given = client.post(url(cohort), {"export": "csv", "purpose": "badges"})

    text = b"".join(given.streaming_content).decode("utf-8-sig")
    assert refused.status_code == 422
    assert ("王芳" in text, "13812345678" in text) == (True, False)


def test_a_cohort_out_of_reach_is_not_there(client):
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    assert client.get(url(make.cohort())).status_code == 404


@pytest.mark.parametrize("typed", ["13812345678", "11010519491231002X"])
@pytest.mark.parametrize(("role", "finds"), [(Role.ORGANIZER, True), (Role.OFFICER, False), (Role.LEADER, False)])
def test_a_number_finds_its_owner_only_for_who_may_open_numbers(client, role, finds, typed):
    """Else the hidden digits beside a mask could be tried out, one search after the other."""
    of = make.training_class()
    make.trainee(in_class=of, of=make.person(name="王芳", phone="13812345678", id_number="11010519491231002X"))
    client.force_login(make.user(role, of if role == Role.OFFICER else of.cohort))

    listed = names(client.get(url(of.cohort), {"q": typed}))
    searched = client.get(reverse("cohorts:search"), {"q": typed}).context["found"].trainees

    assert (listed, len(searched)) == ((["王芳"], 1) if finds else ([], 0))


def test_an_answer_without_consent_is_not_found_by_its_filter(client):
    cohort = make.cohort()
    cohort.profile_fields.create(key="party", label="Party", kind="yes_no", in_composition=True, needs_consent=True)
    silent = make.trainee(cohort, of=make.person(name="Silent"), profile={"party": True})
    agreed = make.trainee(cohort, of=make.person(name="Agreed"), profile={"party": True})
    Consent.objects.create(person=agreed.person, purpose=Consent.Purpose.PROFILE)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    found = names(client.get(url(cohort), {"profile_party": "yes"}))
    form = client.get(reverse("cohorts:trainee_update", kwargs={"pk": silent.pk})).context["form"]

    assert (found, form["profile_party"].initial) == (["Agreed"], "")


def test_saving_the_place_keeps_an_answer_that_was_not_shown(client):
    cohort = make.cohort()
    cohort.profile_fields.create(key="party", label="Party", kind="text", needs_consent=True)
    silent = make.trainee(cohort, number="01", profile={"party": "member"})
    client.force_login(make.user(Role.ORGANIZER, cohort))

    client.post(
        reverse("cohorts:trainee_update", kwargs={"pk": silent.pk}),
        {"number": "02", "joined_on": cohort.starts_on, "profile_party": ""},
    )

    silent.refresh_from_db()
    assert (silent.number, silent.profile) == ("02", {"party": "member"})


@pytest.mark.parametrize("typed", ["13812345678", "+86 138-1234-5678", "１３８１２３４５６７８", "11010519491231002X"])
def test_a_number_searched_for_is_in_no_record_of_the_file(client, typed):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))

    client.post(f"{url(cohort)}?{urlencode({'q': typed, 'as_of': '2026-10-15'})}", {"export": "csv", "purpose": "x"})

    told = ExportRecord.objects.get().query + str(AuditEntry.objects.get(action="accounts.export").after)
    assert ("2026-10-15" in told, bool(re.search(r"\d{9}|1234", told))) == (True, False)
