"""An import of units: read into a plan, and applied as it was read."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEntry, Grant, Plan, Role, Unit
from accounts.services import make_plan, start_apply
from tests import make
from tests.accounts.desk import as_, text, url
from tests.races import race, refusals
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

pytestmark = pytest.mark.django_db


def sheet(*rows, header=("上级单位", "名称", "级别", "编码")) -> bytes:
    file = io.BytesIO()
    xlsx_lists(file, [ListSheet("单位", header, rows)])
    return file.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_code_that_somebody_took_meanwhile_makes_the_plan_stale(client, office):
    plan = import_units(client, office[2], sheet(("Xixiang", "固戍社区", "社区", "C1")))
    make.unit("Another city", code="C1")

    client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    plan.refresh_from_db()
    assert plan.state == "stale"
    assert not Unit.objects.filter(name="固戍社区").exists()


def import_units(client, unit, data, name="units.xlsx") -> Plan:
    client.post(url("unit_import", unit.pk), {"file": SimpleUploadedFile(name, data)})
    return Plan.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_a_sheet_of_units_is_read_into_a_plan_and_the_plan_is_applied_as_it_was_read(client, office):
    district, street = office[2], office[3]
    data = sheet(
        ("Xixiang", "固戍社区", "社区", "C1"),
        ("", "新安街道", "", ""),
        ("新安街道", "Office 7", "", ""),
        ("", "Xixiang", "街道", ""),
        ("Nowhere", "Lost", "", ""),
    )

    plan = import_units(client, district, data)
    page = text(client.get(plan.get_absolute_url()))
    client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    plan.refresh_from_db()
    assert plan.summary == {"rows": 5, "new": 3, "changed": 1, "same": 0, "problems": 1}
    assert "No unit of this name exists here or in the file." in page
    assert (plan.state, plan.outcome) == ("applied", {"new": 3, "changed": 1, "same": 0})
    made = Unit.objects.get(name="Office 7")
    assert (made.parent.name, made.level, made.parent.level) == ("新安街道", "office", "street")
    assert made.path == f"{district.pk}.{made.parent_id}.{made.pk}."
    street.refresh_from_db()
    assert street.level == "street"
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_sheet_again_changes_nothing(client, office):
    data = sheet(("", "新安街道", "街道", "X1"), ("新安街道", "海裕社区", "社区", ""))
    first = import_units(client, office[2], data)
    client.post(url("plan_apply", first.pk), {"digest": first.digest})

    second = import_units(client, office[2], data)

    assert second.summary == {"rows": 2, "new": 0, "changed": 0, "same": 2, "problems": 0}
    assert "there is nothing to write" in text(client.get(second.get_absolute_url()))


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_stale_once_the_tree_has_changed(client, office):
    plan = import_units(client, office[2], sheet(("", "新安街道", "", "")))
    client.post(url("unit_create", office[2].pk), {"name": "Other", "level": "street"})

    client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    plan.refresh_from_db()
    assert (plan.state, Unit.objects.filter(name="新安街道").exists()) == ("stale", False)
    assert "Something changed since this plan was computed" in text(client.get(plan.get_absolute_url()))
    client.post(url("plan_recompute", plan.pk))
    plan.refresh_from_db()
    assert plan.state == "ready"


@pytest.mark.django_db(transaction=True)
def test_a_file_without_our_headers_is_refused_with_a_sentence(client, office):
    plan = import_units(client, office[2], sheet(("a", "b"), header=("foo", "bar")))

    assert plan.state == "failed"
    assert "No sheet has a row of headers" in text(client.get(plan.get_absolute_url()))


@pytest.mark.django_db(transaction=True)
def test_only_the_plan_that_was_read_is_applied(client, office):
    plan = import_units(client, office[2], sheet(("", "新安街道", "", "")))

    client.post(url("plan_apply", plan.pk), {"digest": "another"})

    plan.refresh_from_db()
    assert (plan.state, Unit.objects.filter(name="新安街道").exists()) == ("ready", False)


@pytest.mark.django_db(transaction=True)
def test_a_plan_applied_twice_at_once_is_applied_once(client, office):
    plan = import_units(client, office[2], sheet(("", "新安街道", "", "")))

    results = race(*[lambda: start_apply(plan, digest=plan.digest)] * 2)

    assert refusals(results) == 1
    assert Unit.objects.filter(name="新安街道").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_plan_outlives_the_right_over_its_subject_unread_and_unapplied(office):
    _admin, scoped, district, _street, _elsewhere = office
    client = as_(scoped)
    plan = import_units(client, district, sheet(("", "新安街道", "", "")))
    Grant.objects.filter(user=scoped).update(ended_at=timezone.now())
    make.give(scoped, Role.ORGANIZER, district)

    page = client.get(plan.get_absolute_url())
    applied = client.post(url("plan_apply", plan.pk), {"digest": plan.digest})

    assert "新安街道" not in text(page)
    assert applied.status_code == 404


def test_a_discarded_plan_keeps_its_line_and_loses_its_data(client, office):
    admin = office[0]
    with actor.acting(actor.Actor(admin.pk, admin.name)):
        plan = make_plan("accounts.units", office[2], source=b"x", given={"name": "x"}, compute=False)

    client.post(url("plan_discard", plan.pk))

    plan.refresh_from_db()
    assert (plan.state, plan.source, plan.given) == ("discarded", None, None)


def test_the_template_has_the_four_columns(client, office):
    response = client.get(url("unit_template"))

    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.content.startswith(b"PK")
