"""Whose eyes one sees with, why one sees a page, and what is written down about it."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Complaint, Grant, Role, Unit
from accounts.services import record
from tests import make
from tests.accounts.desk import as_, text, url

pytestmark = pytest.mark.django_db


def test_seeing_it_as_another_is_read_only_and_written_down_at_both_ends(client, office):
    admin, _scoped, _district, street, _elsewhere = office
    other = make.user(Role.LEADER, street, name="Leader", unit=street)

    client.post(url("view_as", other.pk), {"reason": "cannot find the page"})
    page = client.get(url("me"))
    write = client.post(url("complaint_create"), {"text": "as somebody else"})
    password = client.get(reverse("account_change_password"))
    shut = client.get(url("user_list"))
    client.post(url("view_as_end"))

    assert "You see this as Leader does" in text(page)
    assert (write.status_code, password.status_code, shut.status_code) == (403, 403, 403)
    assert Complaint.objects.count() == 0
    assert client.get(url("user_list")).status_code == 200
    entries = AuditEntry.objects.exclude(outcome="denied").order_by("pk").values_list("action", "actor", "seen_as")
    assert list(entries) == [
        ("accounts.start_view_as", admin.pk, None),
        ("accounts.end_view_as", admin.pk, other.pk),
    ]
    assert AuditEntry.objects.filter(action="accounts.write_while_viewing", actor=admin).count() == 2


def test_nobody_looks_through_the_eyes_of_somebody_with_more_rights(office):
    admin, scoped, *_rest = office

    response = as_(scoped).post(url("view_as", admin.pk), {"reason": "curious"})

    assert response.status_code == 422
    assert AuditEntry.objects.filter(action="accounts.start_view_as").count() == 0


def test_a_borrowed_view_ends_when_the_other_gains_rights(office):
    _admin, scoped, _district, street, _elsewhere = office
    other = make.user(Role.LEADER, street, name="Leader", unit=street)
    client = as_(scoped)
    client.post(url("view_as", other.pk), {"reason": "cannot find the page"})
    make.give(other, Role.LEADER)

    assert "You see this as" not in text(client.get(url("me")))


def test_why_names_the_permission_the_grant_and_the_rows(office):
    _admin, scoped, *_rest = office
    Grant.objects.filter(user=scoped).update(granted_by=office[0], scope_label="Baoan")

    page = text(as_(scoped).get(url("why", path=url("user_detail", 5))))

    assert "accounts.view_user" in page
    assert "rows that belong to a unit in the scope of the role" in page
    assert "granted by Admin" in page
    assert "Baoan" in page


@pytest.mark.parametrize("path", ["/nowhere/", "https://evil.example/", "", "/account/login/"])
def test_why_answers_for_any_address(client, office, path):
    assert client.get(url("why", path=path)).status_code == 200


def test_the_audit_log_is_searched_by_words_of_the_page(client, office):
    client.post(url("unit_create", office[2].pk), {"name": "Xinan", "level": "street"})
    client.post(url("unit_close", Unit.objects.get(name="Xinan").pk))

    page = text(client.get(url("audit_list", action="created a unit")))
    detail = text(client.get(url("audit_detail", AuditEntry.objects.get(action="accounts.create_unit").pk)))

    assert (page.count("created a unit<"), page.count("took a unit out of use<")) == (1, 0)
    assert "Baoan" in detail


def test_a_scoped_administrator_sees_the_acts_of_people_of_the_scope_only(client, office):
    far = make.user(Role.ADMIN, office[4], unit=office[4])
    as_(far).post(url("unit_create", office[4].pk), {"name": "Far away", "level": "street"})
    entry = AuditEntry.objects.get()

    assert "Far away" in text(client.get(url("audit_list")))
    assert "Far away" not in text(as_(office[1]).get(url("audit_list")))
    assert as_(office[1]).get(url("audit_detail", entry.pk)).status_code == 404


def test_an_entry_leads_to_the_others_about_the_same_row(client, office):
    unit = office[2]
    entries = [record("accounts.change_unit", each) for each in (unit, unit, office[3])]
    others = client.get(url("audit_detail", entries[0].pk)).context["others"]

    table = client.get(others).context["table"]

    assert set(table.ordered.values_list("pk", flat=True)) == {entries[0].pk, entries[1].pk}
