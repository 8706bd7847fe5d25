"""Pages of the tree of units."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Complaint, Job, Plan, Role, Unit
from accounts.services import record
from tests import make
from tests.accounts.desk import as_, text, url
from trainee_mgmt.kit import actor

pytestmark = pytest.mark.django_db


def test_a_unit_is_made_below_another_edited_moved_closed_and_opened_again(client, office):
    _admin, _scoped, district, street, _elsewhere = office

    made = client.post(url("unit_create", district.pk), {"name": "Xinan", "level": "street", "code": "X1"})
    xinan = Unit.objects.get(name="Xinan")
    client.post(url("unit_update", xinan.pk), {"name": "Xin'an", "level": "street", "code": ""})
    client.post(url("unit_move", xinan.pk), {"to": "Baoan / Xixiang"})
    client.post(url("unit_close", xinan.pk))
    closed = Unit.objects.get(pk=xinan.pk)
    client.post(url("unit_reopen", xinan.pk))

    xinan.refresh_from_db()
    assert made.url == xinan.get_absolute_url()
    assert (xinan.name, xinan.code, xinan.parent, xinan.closed_on) == ("Xin'an", "", street, None)
    assert closed.closed_on == timezone.localdate()
    assert AuditEntry.objects.count() == 5


def test_what_a_service_refuses_stands_above_the_form_and_nothing_typed_is_lost(client, office):
    response = client.post(url("unit_create", office[2].pk), {"name": "Xixiang", "level": "street", "code": "typed"})

    assert response.status_code == 422
    assert "A unit of this name exists there already." in text(response)
    assert 'value="typed"' in text(response)


def test_units_are_named_by_name_code_or_way_and_offered_while_one_types(client, office):
    _admin, _scoped, district, street, elsewhere = office
    make.unit("Gushu", parent=street, code="G7")
    make.unit("Gushu", parent=elsewhere)

    offered = text(client.get(url("unit_options", unit="gush")))
    twice = client.post(url("unit_move", elsewhere.pk), {"to": "Gushu"})
    client.post(url("unit_move", elsewhere.pk), {"to": "G7"})

    assert offered.count("<option") == 2
    assert 'value="Baoan / Xixiang / Gushu"' in offered
    assert "Several have this name" in text(twice)
    assert Unit.objects.get(pk=elsewhere.pk).path.startswith(f"{district.pk}.{street.pk}.")


def test_a_scoped_administrator_sees_and_moves_units_of_the_scope_only(office):
    _admin, scoped, district, street, elsewhere = office
    client = as_(scoped)

    assert "Elsewhere" not in text(client.get(url("unit_list")))
    assert client.get(url("unit_detail", elsewhere.pk)).status_code == 404
    assert client.post(url("unit_move", street.pk), {"to": "Elsewhere"}).status_code == 422
    assert client.post(url("unit_create_top"), {"name": "Top", "level": "city"}).status_code == 422
    assert client.get(url("unit_detail", district.pk)).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("page", "queries"),  # the account with its grants, the count with the tabs, the rows
    [
        ("unit_list", 4),  # and the top unit for the buttons
        ("user_list", 3),
        ("grant_list", 3),
        ("audit_list", 3),
        ("export_list", 3),
        ("complaint_list", 3),
        ("plan_list", 3),
        ("job_list", 3),
    ],
)
def test_lists_need_the_same_queries_for_any_number_of_rows(office, django_assert_num_queries, page, queries, rows):
    client = as_(office[0])
    admin = office[0]
    for number in range(rows):
        make.unit(parent=office[2])
        make.user(Role.LEADER, unit=office[3])
        with actor.acting(actor.Actor(admin.pk, admin.name)):
            record("accounts.create_unit", office[2])
        Complaint.objects.create(user=admin, text=f"too much {number}")
        Plan.objects.create(kind="accounts.units", subject_type="accounts.Unit", subject_id=office[2].pk, made_by=admin)
        Job.objects.create(task="accounts.compute_plan", title="work", made_by=admin)
        admin.exports.create(what="list", kind="xlsx", count=1)
    client.get(url(page))

    with django_assert_num_queries(queries):
        client.get(url(page))
