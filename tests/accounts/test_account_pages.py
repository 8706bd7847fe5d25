"""Pages of accounts, their roles, jobs, and the first administrator."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import SCOPES
from accounts.models import AuditEntry, Grant, Job, Role, ScopeKind, Unit, User
from accounts.services.setup import new_setup_token
from tests import make
from tests.accounts.desk import as_, text, url

pytestmark = pytest.mark.django_db


def test_a_job_and_its_file_are_for_whoever_asked(client, office):
    admin, scoped, *_rest = office
    job = Job.objects.create(
        task="x",
        title="Year-end",
        made_by=admin,
        state="done",
        result_name="年终.xlsx",
        result_file=ContentFile(b"PK", "a.xlsx"),
    )

    file = client.get(url("job_file", job.pk))

    assert url("job_file", job.pk) in text(client.get(url("job_detail", job.pk)))
    assert b"".join(file.streaming_content) == b"PK"
    assert "filename*=utf-8''%E5%B9%B4" in file.headers["Content-Disposition"]
    assert as_(scoped).get(url("job_file", job.pk)).status_code == 404
    assert as_(scoped).get(url("job_detail", job.pk)).status_code == 404


def test_a_page_that_waits_for_a_job_is_sent_to_the_result(client, office):
    job = Job.objects.create(task="x", title="Import", made_by=office[0], state="running", result_url="/plans/5/")
    waiting = client.get(url("job_detail", job.pk), headers={"HX-Request": "true"})
    Job.objects.update(state="done")

    done = client.get(url("job_detail", job.pk), headers={"HX-Request": "true"})

    assert "hx-get" in text(waiting)
    assert done.headers["HX-Redirect"] == "/plans/5/"


def test_an_account_is_opened_printed_changed_suspended_and_reactivated(client, office):
    _admin, _scoped, district, street, _elsewhere = office
    client.post(url("user_create"), {"name": "曾伟", "phone": "13800138000", "username": "", "unit": "Xixiang"})
    user = User.objects.get(username="zengwei")

    slip = client.post(url("user_slip", user.pk))
    client.post(url("user_update", user.pk), {"name": "曾伟", "phone": "", "username": "zeng", "unit": "Baoan"})
    client.post(url("user_suspend", user.pk))
    suspended = User.objects.get(pk=user.pk)
    client.post(url("user_reactivate", user.pk))

    assert user.first_password.open() in text(slip)
    assert user.unit == street
    user = User.objects.get(pk=user.pk)
    assert (user.username, user.unit, user.phone_mask, user.is_active) == ("zeng", district, "138****8000", True)
    assert not suspended.is_active
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "accounts.open_account",
        "accounts.show_first_passwords",
        "accounts.change_account",
        "accounts.suspend",
        "accounts.reactivate",
    ]


def test_a_phone_can_be_taken_away(client, office):
    user = make.user(phone="13800138000", unit=office[2])

    client.post(
        url("user_update", user.pk),
        {"name": "X", "phone": "", "without_phone": "on", "username": "xx", "unit": "Baoan"},
    )

    user.refresh_from_db()
    assert (user.phone, user.phone_index, user.phone_mask) == (None, None, "")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "138 0013 8000"}, ["Zhang"]),
        ({"q": "1380013800"}, []),
        ({"q": "zhang"}, ["Zhang"]),
        ({"role": "leader"}, ["Li"]),
        ({"view": "suspended"}, ["Wang"]),
    ],
)
def test_accounts_are_found_by_name_whole_phone_role_and_state(client, office, query, found):
    street = office[3]
    make.user(name="Zhang", username="zhang", phone="13800138000", unit=street)
    make.user(Role.LEADER, street, name="Li", unit=street)
    make.user(name="Wang", is_active=False, unit=street)

    page = text(client.get(url("user_list", **query)))

    assert [name for name in ("Zhang", "Li", "Wang") if f">{name}</a>" in page] == found


def test_the_list_of_accounts_never_loads_or_shows_a_phone(client, office, django_assert_num_queries):
    make.user(phone="13800138000", unit=office[3])

    with django_assert_num_queries(3) as asked:
        page = text(client.get(url("user_list")))

    assert "138****8000" in page
    assert "13800138000" not in page
    assert not any('"phone",' in query["sql"] for query in asked.captured_queries)


def test_a_role_is_given_over_a_scope_that_is_typed(client, office):
    user, cohort = (
        make.user(unit=office[2]),
        make.cohort(program=make.program(unit=office[2], name="Ignite"), name="2026"),
    )
    days = {"starts_on": timezone.localdate(), "ends_on": "", "reason": "new term"}

    for data in [
        {"role": "leader", "scope_kind": "all", "scope": ""},
        {"role": "organizer", "scope_kind": "unit", "scope": "Baoan / Xixiang"},
        {"role": "evaluator", "scope_kind": "cohort", "scope": "Ignite · 2026"},
    ]:
        assert client.post(url("grant_give", user.pk), data | days).status_code == 302
    missing = client.post(
        url("grant_give", user.pk), {"role": "evaluator", "scope_kind": "cohort", "scope": "1999"} | days
    )

    assert list(user.grants.order_by("pk").values_list("scope_label", "scope_id")) == [
        ("", None),
        ("Xixiang", None),
        ("Ignite · 2026", cohort.pk),
    ]
    assert "Nothing of this name lies within your scope." in text(missing)
    assert 'value="Ignite · 2026"' in text(client.get(url("scope_options", scope_kind="cohort", scope="20")))


def test_a_scoped_administrator_is_offered_nothing_beyond_the_scope(office):
    _admin, scoped, *_rest = office
    client = as_(scoped)
    make.cohort(program=make.program(unit=office[4]), name="2026 far")

    assert "2026" not in text(client.get(url("scope_options", scope_kind="cohort", scope="2026")))
    assert "Elsewhere" not in text(client.get(url("scope_options", scope_kind="unit", scope="e")))
    form = text(client.get(url("grant_give", make.user(unit=office[3]).pk)))
    assert 'value="all"' not in form


def test_an_organizer_lends_a_role_and_the_deputy_gives_it_up(client, office):
    owner, deputy = make.user(Role.ORGANIZER, office[2]), make.user(username="deputy")
    grant = owner.grants.get()
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate() + timedelta(days=7)}

    response = as_(owner).post(url("grant_delegate", grant.pk), {"to": "Deputy", "reason": "on leave"} | days)
    lent = Grant.objects.get(delegated_from=grant)

    assert response.status_code == 302
    assert "standing in for" in text(as_(deputy).get(url("me")))
    as_(deputy).post(url("grant_end", lent.pk))
    assert Grant.objects.get(pk=lent.pk).ended_at is not None
    assert as_(deputy).post(url("grant_end", grant.pk)).status_code == 403
    assert as_(make.user(Role.ORGANIZER, office[2])).post(url("grant_end", grant.pk)).status_code == 404


def test_the_first_administrator_comes_by_a_link_that_works_once():
    client, link = Client(), reverse("accounts:setup", kwargs={"token": new_setup_token()})
    data = {
        "unit": "宝安区",
        "name": "何静姝",
        "username": "he",
        "password1": "three blue boats",
        "password2": "three blue boats",
    }

    weak = client.post(link, data | {"password1": "12345678", "password2": "12345678"})
    done = client.post(link, data)

    assert (weak.status_code, done.status_code, done.url) == (422, 302, "/")
    assert client.get(url("user_list")).status_code == 200
    assert Client().get(link).status_code == 404
    assert Unit.objects.get().users.get().role_set == {"admin"}


@pytest.mark.parametrize(
    "token", ["forged", signing.dumps("first administrator", salt="another")], ids=["no token", "of another purpose"]
)
def test_a_link_that_this_server_did_not_print_opens_nothing(token):
    assert Client().get(reverse("accounts:setup", kwargs={"token": token})).status_code == 404


def test_opening_an_account_offers_the_unit_one_came_from(client, office):
    assert 'value="Baoan / Xixiang"' in text(client.get(url("user_create", unit=office[3].pk)))


def test_every_kind_of_scope_but_everything_has_its_rows():
    assert set(SCOPES) == set(ScopeKind) - {ScopeKind.ALL}
