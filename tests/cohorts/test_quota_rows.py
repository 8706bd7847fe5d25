"""Quotas of many units, typed or pasted as rows: checked at once, then one plan."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Notice, Plan, Role
from cohorts.models import UnitQuota
from cohorts.services.applications.quotas import decide_quotas
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(client):
    city = make.unit("City")
    office = make.unit("Office", parent=city)
    round = make.application_round(make.cohort(program=make.program(unit=office)))
    for name in ("East", "West", "North"):
        make.unit(name, parent=city)
    client.force_login(make.user(Role.ORGANIZER, round.cohort, language="en"))
    return round


def unit(round, name):
    return round.cohort.program.unit.parent.children.get(name=name)


def rows_of(*rows, **more):
    return {f"{name}-{at}": text for at, row in enumerate(rows, 1) for name, text in zip(("unit", "seats"), row)} | more


def post(client, round, *rows, **more):
    url = reverse("cohorts:quota_rows", kwargs={"cohort": round.cohort_id})
    return client.post(url, rows_of(*rows, **more))


def wrong(answer):
    return {
        (number, name): error
        for number, cells, _told in answer.context["rows"]
        for name, _label, _text, error in cells
        if error
    }


def typed(answer):
    rows = (tuple(text for _name, _label, text, _error in cells) for _number, cells, _told in answer.context["rows"])
    return [row for row in rows if any(row)]


def test_rows_become_one_plan_and_one_entry_and_each_unit_is_told(client, round, django_capture_on_commit_callbacks):
    nominator = make.user(Role.ORGANIZER, unit(round, "West"))
    make.unit_quota(round, unit(round, "East"), seats=3)
    with django_capture_on_commit_callbacks(execute=True):
        post(client, round, ("East", "5"), ("City / West", "２"), ("North", ""))
    plan = Plan.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})

    assert (plan.summary["new"], plan.summary["changed"], plan.summary["left"]) == (1, 1, 1)
    assert sorted(UnitQuota.objects.values_list("unit__name", "seats")) == [("East", 5), ("West", 2)]
    assert AuditEntry.objects.get(action="accounts.apply_plan").after["quotas"] == "East 5; City / West 2"
    assert list(Notice.objects.filter(user=nominator).values_list("params__seats", flat=True)) == [2]


def test_every_problem_stands_at_its_row_and_field_and_nothing_typed_is_lost(client, round):
    make.unit("East", parent=unit(round, "West"))
    quota = make.unit_quota(round, unit(round, "North"), seats=3)
    make.application(round, nominating_unit=quota.unit)
    rows = [("Nowhere", "1"), ("East", "1"), ("North", "0"), ("West", "1.5"), ("", "7"), ("West", "2"), ("Office", "4")]

    answer = post(client, round, *rows)

    assert answer.status_code == 422
    assert wrong(answer) == {
        (1, "unit"): "No open unit of the program's tree has this name.",
        (2, "unit"): "Several have this name: City / East; City / West / East. Write the way to it.",
        (3, "seats"): "1 are nominated already. Send some back first.",
        (4, "seats"): "A whole number from 0 to 9999.",
        (5, "unit"): "Which unit?",
        (6, "unit"): "This unit stands in row 4 already.",
    }
    assert typed(answer) == rows
    assert Plan.objects.count() == 0


def test_the_page_begins_with_the_quotas_and_adds_the_units_below_one(client, round):
    make.unit_quota(round, unit(round, "East"), seats=3)

    begun = client.get(reverse("cohorts:quota_rows", kwargs={"cohort": round.cohort_id}))
    filled = post(client, round, *typed(begun), fill="1", below="City")
    nothing = post(client, round, ("East", "3"), fill="1", below="East")

    assert typed(begun) == [("East", "3")]
    assert typed(filled) == [("East", "3"), ("North", ""), ("Office", ""), ("West", "")]
    assert (typed(nothing), nothing.status_code) == ([("East", "3")], 422)


def test_a_unit_of_another_tree_is_not_found(client, round):
    make.unit("Elsewhere")

    assert list(wrong(post(client, round, ("Elsewhere", "1")))) == [(1, "unit")]


@pytest.mark.parametrize("units", [1, 3])
def test_rows_are_decided_in_the_same_queries_for_any_number(round, django_assert_num_queries, units):
    rows = {at: {"unit": name, "seats": "2"} for at, name in enumerate(("East", "West", "North")[:units], 1)}

    with django_assert_num_queries(5):
        assert len(decide_quotas(round, rows).rows) == units
