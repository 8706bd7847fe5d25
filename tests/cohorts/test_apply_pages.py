"""Applying by the public link, as somebody on a phone without an account."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry
from cohorts.models import Application, ProfileField
from cohorts.services.applications.links import link_key
from tests import make
from trainee_mgmt.kit import formats

pytestmark = pytest.mark.django_db

BORN = date(1992, 5, 6)


def field(cohort, key, **fields):
    fields = {"label": key.title(), "asked_of_applicants": True} | fields
    return ProfileField.objects.create(cohort=cohort, key=key, **fields)


@pytest.fixture
def round():
    round = make.application_round()
    field(round.cohort, "servant", label="Civil servant", kind="yes_no")
    field(round.cohort, "major", needed_of_applicants=True)
    make.eligibility_rule(round, "age", "at_most", "40")
    make.eligibility_rule(round, "servant", "one_of", [True])
    return round


def too_old():
    with translation.override("zh-hans"):
        return f"{formats.day(date(2026, 9, 1))}时不超过 40 周岁"


def start(client, round, **data):
    data = {"born_on": "1992-05-06", "profile_servant": "yes"} | data
    return client.post(reverse("cohorts:apply_start", kwargs={"token": round.token}), data)


REST = {
    "name": "陈晨",
    "phone": "13900000001",
    "work_unit": "县商务局",
    "position": "科员",
    "profile_major": "法学",
    "do": "hand_in",
}


def test_the_first_page_asks_only_what_the_rules_need(client, round):
    form = client.get(reverse("cohorts:apply_start", kwargs={"token": round.token})).context["form"]

    assert list(form.fields) == ["born_on", "profile_servant"]


def test_whoever_is_not_eligible_is_told_the_rule_before_typing_the_rest(client, round):
    response = start(client, round, born_on="1970-01-01", profile_servant="no")

    assert response.status_code == 422
    assert response.context["lacking"] == [
        too_old(),
        "Civil servant：须为“是”",
    ]
    assert Application.objects.count() == 0


def test_from_the_first_question_to_the_receipt(client, round):
    response = start(client, round)
    application = Application.objects.get()
    edit = reverse("cohorts:apply_form", kwargs={"key": link_key(application)})
    assert response.url == edit
    form = client.get(edit).context["form"]
    assert list(form.fields) == ["name", "id_number", "phone", "work_unit", "position", "profile_major"]

    response = client.post(edit, REST | {"id_number": make.id_number_of(BORN)}, follow=True)

    application.refresh_from_db()
    assert application.state == "submitted"
    assert application.answers == {"servant": True, "major": "法学"}
    assert response.redirect_chain[-1][0] == reverse("cohorts:apply_receipt", kwargs={"key": link_key(application)})
    assert application.id_mask in response.content.decode()
    assert application.id_number.open() not in response.content.decode()


def test_a_draft_is_found_again_after_the_tab_was_closed(client, round):
    start(client, round)
    application = Application.objects.get()
    edit = reverse("cohorts:apply_form", kwargs={"key": link_key(application)})
    client.post(edit, {"name": "陈晨", "do": "keep"})

    response = client.get(reverse("cohorts:apply_start", kwargs={"token": round.token}))

    assert response.context["begun_key"] == link_key(application)
    assert client.get(edit).context["form"]["name"].value() == "陈晨"


def test_what_is_missing_is_named_beside_its_field(client, round):
    start(client, round)
    edit = reverse("cohorts:apply_form", kwargs={"key": link_key(Application.objects.get())})

    response = client.post(edit, {"do": "hand_in"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"name", "id_number", "phone", "work_unit", "profile_major"}


def test_the_applicant_changes_and_withdraws_by_the_link(client, round):
    start(client, round)
    application = Application.objects.get()
    key = {"key": link_key(application)}
    client.post(reverse("cohorts:apply_form", kwargs=key), REST | {"id_number": make.id_number_of(BORN)})

    client.post(reverse("cohorts:apply_form", kwargs=key), REST | {"work_unit": "市商务局"})
    application.refresh_from_db()
    assert (application.work_unit, application.state) == ("市商务局", "submitted")
    again = reverse("cohorts:apply_start", kwargs={"token": round.token})
    assert again not in client.get(reverse("cohorts:apply_receipt", kwargs=key)).text
    client.post(reverse("cohorts:apply_withdraw", kwargs=key))

    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert again in client.get(reverse("cohorts:apply_receipt", kwargs=key)).text


def test_a_draft_that_is_erased_leaves_nothing(client, round):
    start(client, round)
    key = {"key": link_key(Application.objects.get())}

    client.post(reverse("cohorts:apply_withdraw", kwargs=key))

    assert Application.objects.count() == 0


def test_after_the_close_the_link_shows_the_state_and_changes_nothing(client, round):
    application = make.application(round)
    round.closed_at = timezone.now()
    round.save()
    key = {"key": link_key(application)}

    assert client.get(reverse("cohorts:apply_form", kwargs=key)).url == reverse("cohorts:apply_receipt", kwargs=key)
    receipt = client.get(reverse("cohorts:apply_receipt", kwargs=key))
    assert not receipt.context["may_change"]
    assert 'id="confirm"' in receipt.content.decode()  # what asks before it withdraws
    assert start(client, round).status_code == 422


def test_answers_of_the_rules_are_corrected_and_asked_again(client, round):
    start(client, round)
    url = reverse("cohorts:apply_answers", kwargs={"key": link_key(Application.objects.get())})

    refused = client.post(url, {"born_on": "1960-01-01", "profile_servant": "yes"})
    client.post(url, {"born_on": "1993-01-01", "profile_servant": "yes"})

    assert refused.context["lacking"] == [too_old()]
    assert Application.objects.get().born_on == date(1993, 1, 1)


def test_whoever_is_signed_in_is_asked_nothing_that_is_known(client, round):
    number = make.id_number_of(BORN)
    person = make.person(id_number=number, phone="13900000002", born_on=BORN, sex="m", name="李安")
    before = make.trainee(of=person, work_unit="县商务局", profile={"servant": True, "major": "法学"})
    client.force_login(make.trainee_account(before))

    first = client.get(reverse("cohorts:apply_start", kwargs={"token": round.token})).context["form"]
    start(client, round)
    application = Application.objects.get()
    form = client.get(reverse("cohorts:apply_form", kwargs={"key": link_key(application)})).context["form"]

    assert list(first.fields) == ["profile_servant"]
    assert first["profile_servant"].value() == "yes"
    assert set(form.fields) == {"phone", "work_unit", "position", "profile_major"}
    assert form["work_unit"].value() == "县商务局"
    assert form["profile_major"].value() == "法学"
    assert application.id_index == person.id_index


def test_a_link_that_was_never_made_is_not_found(client, round):
    application = make.application(round)

    for key in (f"{application.pk}-{'0' * 32}", "x", "9" * 40, f"{application.pk}"):
        assert client.get(reverse("cohorts:apply_receipt", kwargs={"key": key})).status_code == 404
    assert client.get(reverse("cohorts:apply_start", kwargs={"token": "x"})).status_code == 404


def test_too_many_tries_from_one_address_rest_for_a_while(client, round, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}}

    codes = [start(client, round, born_on="1960-01-01").status_code for _each in range(42)]

    assert (codes[0], codes[39], codes[40]) == (422, 422, 429)


def test_each_page_that_writes_makes_one_entry_without_numbers(client, round):
    number = make.id_number_of(BORN)
    start(client, round)
    edit = reverse("cohorts:apply_form", kwargs={"key": link_key(Application.objects.get())})
    client.post(edit, REST | {"id_number": number})

    entries = AuditEntry.objects.filter(action__startswith="cohorts.")
    assert list(entries.order_by("pk").values_list("action", flat=True)) == [
        "cohorts.begin_application",
        "cohorts.hand_in_application",
    ]
    assert not any(number in f"{entry.before}{entry.after}{entry.object_label}" for entry in entries)
