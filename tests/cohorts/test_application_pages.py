"""The office at its applications; a unit at its nominees and at nobody else's."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, ExportRecord, Role
from cohorts.models import Application, ApplicationRound, ProfileField
from reports.selectors.home import home
from tests import make
from trainee_mgmt.kit import formats

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    """An organizer of a cohort that has a round; answers the round."""
    round = make.application_round()
    client.force_login(make.user(Role.ORGANIZER, round.cohort))
    return round


def at(name, **kwargs):
    return reverse(f"cohorts:{name}", kwargs=kwargs)


def test_a_round_is_made_and_changed_on_one_page(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    data = {"opens_at": "2026-08-01T08:00", "closes_at": "2026-08-20T18:00", "seats": 46, "self_application": "on"}

    client.post(at("round_update", cohort=cohort.pk), data)
    client.post(at("round_update", cohort=cohort.pk), data | {"seats": 50})

    round = ApplicationRound.objects.get()
    assert (round.seats, round.self_application, round.nomination) == (50, True, False)
    assert timezone.localtime(round.opens_at).isoformat() == "2026-08-01T08:00:00+08:00"
    assert AuditEntry.objects.filter(action="cohorts.set_round").count() == 2


def test_rules_are_added_in_words_and_taken_out(client, office):
    ProfileField.objects.create(cohort=office.cohort, key="servant", label="Civil servant", kind="yes_no")
    add = at("rule_create", cohort=office.cohort_id)

    client.post(add, {"field": "age", "operator": "at_most", "value": "40"})
    client.post(add, {"field": "servant", "operator": "one_of", "value": "是"})
    client.post(add, {"field": "sex", "operator": "none_of", "value": "男"})
    wrong = client.post(add, {"field": "servant", "operator": "at_least", "value": "3"})

    assert wrong.status_code == 422
    context = client.get(at("round_detail", cohort=office.cohort_id)).context
    assert [words for _rule, words in context["rules"]] == [
        f"At most 40 years old on {formats.day(date(2026, 9, 1))}",
        "Civil servant: must be yes",
        "Sex: not male",
    ]
    client.post(at("rule_end", pk=context["rules"][0][0].pk))
    context = client.get(at("round_detail", cohort=office.cohort_id)).context
    assert (len(context["rules"]), len(context["old_rules"])) == (2, 1)


def test_a_quota_is_given_by_name_and_taken_away(client, office):
    unit = make.unit("县委组织部", parent=office.cohort.program.unit)

    client.post(at("quota_update", cohort=office.cohort_id), {"unit": "县委组织部", "seats": 3})
    quota = office.quotas.get()
    assert (quota.unit, quota.seats) == (unit, 3)
    client.post(at("quota_delete", pk=quota.pk))

    assert not office.quotas.exists()


def test_an_organizer_of_a_program_is_offered_the_units_that_a_quota_takes(client, office):
    make.unit("县委组织部", parent=office.cohort.program.unit)
    make.unit("县委党校")

    page = client.get(at("quota_update", cohort=office.cohort_id)).content.decode()
    offered = client.get(at("quota_units", cohort=office.cohort_id), {"unit": "县委"}).content.decode()

    assert f'hx-get="{at("quota_units", cohort=office.cohort_id)}"' in page
    assert (offered.count("<option"), "县委组织部" in offered) == (1, True)


def test_a_round_is_closed_and_opened_again(client, office):
    client.post(at("round_close", pk=office.pk))
    office.refresh_from_db()
    assert office.closed_at is not None
    until = timezone.localtime() + timedelta(days=3)

    client.post(at("round_reopen", cohort=office.cohort_id), {"until": until.strftime("%Y-%m-%dT%H:%M")})

    office.refresh_from_db()
    assert office.closed_at is None


def test_the_list_is_searched_by_number_filtered_and_exported_masked(client, office):
    number = make.id_number_of()
    make.application(office, id_number=number, name="陈晨", phone="13900000001")
    make.application(office, name="李安", state="chosen")
    make.application(name="Elsewhere")
    make.application(office, name="Draft", state="draft")
    url = at("application_list", cohort=office.cohort_id)

    def names(query=""):
        return client.get(url + query).context["table"].queryset.values_list("name", flat=True)

    assert sorted(names()) == ["李安", "陈晨"]
    assert list(names(f"?q={number}")) == ["陈晨"]
    assert list(names("?view=chosen")) == ["李安"]
    assert client.post(url, {"export": "csv"}).status_code == 422
    sheet = b"".join(client.post(url, {"export": "csv", "purpose": "Meeting"}).streaming_content).decode()
    assert number not in sheet
    assert "13900000001" not in sheet
    assert "139****0001" in sheet
    assert ExportRecord.objects.get().purpose == "Meeting"


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, office, django_assert_num_queries, items):
    unit = make.unit()
    make.unit_quota(office, unit, seats=9)
    for _each in range(items):
        make.application(office, nominating_unit=unit)
        make.application(office, state="waiting")
    url = at("application_list", cohort=office.cohort_id)
    client.get(url)

    with django_assert_num_queries(10):
        client.get(url)


def test_chosen_rows_are_accepted_at_once_and_whoever_does_not_fit_is_named(client, office):
    make.eligibility_rule(office, "age", "at_most", "30")
    young = make.application(office, born_on=date(2000, 1, 1), name="Young")
    old = make.application(office, born_on=date(1970, 1, 1), name="Old")

    page = client.post(at("applications_accept", cohort=office.cohort_id), {"pk": [young.pk, old.pk]}, follow=True)

    young.refresh_from_db()
    old.refresh_from_db()
    assert (young.state, old.state) == ("accepted", "submitted")
    assert "Not accepted, because a rule is not met or something speaks against it: Old." in [
        str(each) for each in page.context["messages"]
    ]


@pytest.mark.parametrize(
    ("name", "state", "becomes"),
    [
        ("application_return", "submitted", "returned"),
        ("application_return", "accepted", "returned"),
        ("application_withdraw", "chosen", "withdrawn"),
        ("application_pass_over", "waiting", "declined"),
        ("application_choose_anyway", "waiting", "chosen"),
        ("application_accept_anyway", "submitted", "accepted"),
    ],
)
def test_acts_that_need_a_reason_keep_it(client, office, name, state, becomes):
    one = make.application(office, state=state)

    assert client.post(at(name, pk=one.pk), {"reason": ""}).status_code == 422
    client.post(at(name, pk=one.pk), {"reason": "Because."})

    one.refresh_from_db()
    assert (one.state, one.reason) == (becomes, "Because.")
    assert client.get(one.get_absolute_url()).status_code == 200


def test_the_office_corrects_an_application(client, office):
    one = make.application(office, name="陈晨", work_unit="县商务局")

    client.post(at("application_update", pk=one.pk), {"name": "陈晨", "phone": "13900000009", "work_unit": "市商务局"})

    one.refresh_from_db()
    assert (one.work_unit, one.phone.open()) == ("市商务局", "13900000009")


def test_drafts_of_applicants_are_not_the_offices(client, office):
    draft = make.application(office, state="draft")

    assert client.get(draft.get_absolute_url()).status_code == 404


def test_when_somebody_drops_out_the_next_is_proposed_and_a_person_decides(client, office):
    office.decided_at, office.seats, office.closed_at = timezone.now(), 1, timezone.now()
    office.save()
    out = make.application(office, state="chosen")
    first = make.application(office, state="waiting", waiting_rank=1)
    make.application(office, state="waiting", waiting_rank=2)
    client.post(at("application_withdraw", pk=out.pk), {"reason": "Ill."})
    page = at("application_list", cohort=office.cohort_id)
    assert client.get(page).context["proposed"] == [first]

    client.post(at("application_choose", pk=first.pk))

    first.refresh_from_db()
    assert first.state == "chosen"
    assert client.get(page).context["proposed"] == []


# Units ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def unit_desk(client):
    """An organizer of a unit with two slots; answers the quota."""
    quota = make.unit_quota(seats=2)
    client.force_login(make.user(Role.ORGANIZER, quota.unit))
    return quota


def test_a_unit_nominates_in_two_steps_within_its_live_quota(client, unit_desk):
    make.eligibility_rule(unit_desk.round, "age", "at_most", "40")
    refused = client.post(at("nominee_create", pk=unit_desk.pk), {"born_on": "1960-01-01"})
    assert refused.context["lacking"] == [f"At most 40 years old on {formats.day(date(2026, 9, 1))}"]

    client.post(at("nominee_create", pk=unit_desk.pk), {"born_on": "1992-05-06"})
    nominee = Application.objects.get()
    data = {
        "name": "陈晨",
        "id_number": make.id_number_of(),
        "phone": "13900000001",
        "work_unit": "县商务局",
        "do": "hand_in",
    }
    client.post(at("nominee_update", pk=nominee.pk), data)

    context = client.get(at("nomination_detail", pk=unit_desk.pk)).context
    assert (context["taken"], context["free"]) == (1, 1)
    assert list(context["table"].queryset.values_list("name", "state")) == [("陈晨", "submitted")]


def test_a_unit_sees_its_own_nominees_only(client, unit_desk):
    mine = make.application(unit_desk.round, nominating_unit=unit_desk.unit, name="Mine")
    theirs = make.application(unit_desk.round, nominating_unit=make.unit(), name="Theirs")
    alone = make.application(unit_desk.round, name="Alone")

    shown = client.get(at("nomination_detail", pk=unit_desk.pk)).content.decode()

    assert "Mine" in shown
    assert "Theirs" not in shown
    assert "Alone" not in shown
    assert client.get(at("nominee_detail", pk=mine.pk)).status_code == 200
    for other in (theirs, alone):
        assert client.get(at("nominee_detail", pk=other.pk)).status_code == 404
        assert client.get(at("application_detail", pk=other.pk)).status_code == 404
    assert client.get(at("application_list", cohort=unit_desk.round.cohort_id)).status_code == 404


def test_a_unit_withdraws_a_nominee_and_has_the_slot_again(client, unit_desk):
    nominee = make.application(unit_desk.round, nominating_unit=unit_desk.unit)

    client.post(at("nominee_withdraw", pk=nominee.pk), {"reason": "Changed her mind."})

    assert client.get(at("nomination_detail", pk=unit_desk.pk)).context["free"] == 2


@pytest.mark.parametrize("items", [1, 3])
def test_the_quotas_of_my_units_need_the_same_queries_for_any_number(client, django_assert_num_queries, items):
    unit = make.unit()
    for _each in range(items):
        quota = make.unit_quota(make.application_round(), unit)
        make.application(quota.round, nominating_unit=unit)
    client.force_login(make.user(Role.ORGANIZER, unit))
    client.get(at("nomination_list"))

    with django_assert_num_queries(3):
        client.get(at("nomination_list"))


def test_home_says_what_waits_for_the_office_and_what_a_unit_may_still_do():
    round = make.application_round(seats=5)
    make.application(round)
    make.application(round)
    quota = make.unit_quota(round, make.unit("County"), seats=3)
    office, unit = make.user(Role.ORGANIZER, round.cohort), make.user(Role.ORGANIZER, quota.unit)

    def lines(user):
        return [need.what for need in home(user, now=timezone.now()).needs]

    assert "2 applications to be read" in lines(office)
    assert "3 free slots for nominations" in lines(unit)
    assert "3 free slots for nominations" not in lines(office)


def test_ones_own_applications_lead_to_their_links(client):
    user = make.user()
    mine = make.application(account=user)
    make.application()
    client.force_login(user)

    shown = client.get(at("my_applications")).context["applications"]

    assert [each for each, _address in shown] == [mine]
    assert client.get(shown[0][1]).status_code == 200


def test_a_draft_is_nobodys_but_the_applicants(client, office):
    draft = make.application(office, name="Not Yet Told", state="draft")

    answers = [client.get(at(name, pk=draft.pk)) for name in ("application_detail", "exemption_create")]
    answers += [client.post(at(name, pk=draft.pk)) for name in ("application_accept", "application_choose")]

    assert [answer.status_code for answer in answers] == [404] * 4
