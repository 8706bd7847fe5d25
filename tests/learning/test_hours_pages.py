from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import CreditEntry, HourRule, HourTable
from learning.services.hours import reverse_credit
from learning.tasks import reconcile_hours
from tests import make
from trainee_mgmt.kit.sheets import read_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainee():
    cohort = make.cohort(starts_on=date(2026, 1, 1))
    trainee = make.trainee(in_class=make.training_class(cohort), work_unit="Harbour Works")
    make.hour_table(cohort.program.unit)
    return trainee


@pytest.fixture
def office(client, trainee):
    user = make.user(Role.ORGANIZER, trainee.cohort.program.unit)
    client.force_login(user)
    return user


def url(name, **kwargs):
    return reverse(f"learning:{name}", kwargs=kwargs)


def test_a_table_is_made_from_a_preset_changed_and_put_to_use(client):
    unit = make.unit()
    client.force_login(make.user(Role.ORGANIZER, unit))
    today = timezone.localdate()
    client.post(url("hour_table_create"), {"name": "Ours", "unit": unit.pk, "starts_on": today, "begin_with": "online"})
    table = HourTable.objects.get()
    course = table.rules.get(name="Online course")
    fields = {
        "name": "Net",
        "measure": "minute",
        "per_unit": 0,
        "multiplier": 1,
        "steps": "0: 0.25\n20: 1",
        "counts": "course",
    }

    client.post(url("hour_rule_update", pk=course.pk), fields | {"year_cap": 50, "together": "Online study"})
    page = client.get(url("hour_table_detail", pk=table.pk)).content.decode()
    client.post(url("hour_table_release", pk=table.pk))

    assert "less than 20 minutes: 0.25 h, 20 minutes or more: 1 h; at most 50 hours a year" in page
    table.refresh_from_db()
    assert table.released_at is not None
    assert client.post(url("hour_rule_update", pk=course.pk), fields).status_code == 422
    actions = AuditEntry.objects.filter(object_id=table.pk).order_by("pk").values_list("action", flat=True)
    assert list(actions) == [f"learning.{verb}_hour_table" for verb in ("make", "change", "release")]


@pytest.mark.parametrize("steps", ["15", "a: b", "30: 1\n15: 0.5"])
def test_a_step_that_makes_no_sense_is_named_at_its_field(client, steps):
    table = make.hour_table(released=False)
    client.force_login(make.user(Role.ORGANIZER, table.unit))
    fields = {"name": "Net", "measure": "minute", "per_unit": 0, "multiplier": 1, "counts": ""}

    answer = client.post(url("hour_rule_create", pk=table.pk), fields | {"steps": steps})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["steps"])


def test_hours_are_entered_and_taken_back_on_the_page(client, office, trainee):
    rule = HourRule.objects.get(name="Teaching")
    data = {"rule": rule.pk, "quantity": "2", "happened_on": "2026-09-03", "evidence": "letter 7"}

    client.post(url("credit_create", pk=trainee.pk), data)
    twice = client.post(url("credit_create", pk=trainee.pk), data)
    entry = CreditEntry.objects.get()
    client.post(url("credit_reverse", pk=entry.pk), {"reason": "not this person"})

    assert twice.status_code == 422
    assert list(CreditEntry.objects.order_by("pk").values_list("hours", flat=True)) == [10, -10]
    assert "not this person" in client.get(url("credit_detail", pk=entry.pk)).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"happened_on": (timezone.localdate() + timedelta(days=2)).isoformat()},
        {"happened_on": "2027-02-29"},
        {"quantity": "0"},
        {"quantity": "-3"},
        {"quantity": "NaN"},
        {"quantity": "1.005"},
        {"evidence": " "},
        {"rule": "999999"},
    ],
)
def test_hours_that_make_no_sense_are_refused(client, office, trainee, wrong):
    rule = HourRule.objects.get(name="Teaching")
    data = {"rule": rule.pk, "quantity": "2", "happened_on": "2026-09-03", "evidence": "letter 7"}

    answer = client.post(url("credit_create", pk=trainee.pk), data | wrong)

    assert (answer.status_code, CreditEntry.objects.count()) == (422, 0)


def test_more_hours_than_a_row_holds_are_refused(client, office, trainee):
    rule = HourRule.objects.get(name="Training abroad, long")
    data = {"rule": rule.pk, "quantity": "99999.99", "happened_on": "2026-09-03", "evidence": "letter 7"}

    answer = client.post(url("credit_create", pk=trainee.pk), data)

    assert (answer.status_code, CreditEntry.objects.count()) == (422, 0)
    assert "That makes more hours than anybody can have." in answer.content.decode()


def test_the_ledger_is_filtered_and_exported(client, office, trainee):
    make.credit(trainee, "Teaching", 2, evidence="letter")
    make.credit(trainee, "Study of the centre group", on=date(2025, 9, 2))
    ledger = url("credit_list", cohort=trainee.cohort_id)

    rows = client.get(ledger, {"form": "Teaching", "year": "2026", "source": "hand", "q": trainee.number}).context[
        "table"
    ]
    sheet = client.post(f"{ledger}?year=2026", {"export": "xlsx", "purpose": "year's end"})
    (read,) = read_book(b"".join(sheet.streaming_content), "x.xlsx").sheets

    assert [row.evidence for row in rows.ordered] == ["letter"]
    assert [row[5:9] for row in read.rows[1:]] == [[10, 10, "entered by the office", "letter"]]


@pytest.mark.parametrize("count", [1, 3])
def test_the_ledger_takes_the_same_number_of_queries_for_any_number_of_rows(
    client, office, trainee, count, django_assert_num_queries
):
    for at in range(count):
        make.credit(trainee, "Teaching", at + 1)
    client.get(url("credit_list", cohort=trainee.cohort_id))

    with django_assert_num_queries(9):
        client.get(url("credit_list", cohort=trainee.cohort_id))


def test_a_transcript_re_adds_to_its_sum_and_says_what_is_missing(client, office, trainee):
    make.credit(trainee, "Training elsewhere", 5, on=date(2026, 3, 3))
    make.credit(trainee, "Training elsewhere", 5, on=date(2026, 3, 4))
    reverse_credit(make.credit(trainee, "Teaching", 4, on=date(2026, 3, 5)), reason="x", by=office)

    page = client.get(url("trainee_hours", pk=trainee.pk), {"year": 2026})
    shown = page.context["transcript"]

    assert [(line.form, line.raw, line.hours, line.lost) for line in shown.lines] == [
        ("Training elsewhere", 60, 48, 12)
    ]
    assert (shown.standing.hours, shown.standing.missing, shown.standing.missing_required) == (48, 36, 8)
    assert len(page.context["table"].ordered) == 4


@pytest.mark.parametrize("year", ["x", "0", "99999", "²⁰²⁶"])
def test_a_year_that_is_none_is_a_bad_request(client, office, trainee, year):
    assert client.get(url("trainee_hours", pk=trainee.pk), {"year": year}).status_code == 400


def test_a_year_of_a_unit_names_each_person_once_with_all_hours(client, office, trainee):
    again = make.trainee(make.cohort(program=trainee.cohort.program, starts_on=date(2026, 2, 1)), of=trainee.person)
    other = make.trainee(in_class=trainee.memberships.get().training_class)
    make.trainee()
    make.credit(trainee, "Training elsewhere", 8, on=date(2026, 3, 3))
    make.credit(again, "Teaching", 8, on=date(2026, 3, 3))
    make.credit(trainee, "Study of the centre group", 3, on=date(2026, 3, 3))

    table = client.get(url("unit_hours", pk=trainee.cohort.program.unit_id), {"year": 2026}).context["table"]

    shown = {row.pk: (row.year_hours, row.required_year_hours, row.hours_missing, row.is_met) for row in table.ordered}
    assert shown == {
        again.pk: (Decimal(97), Decimal(48), Decimal(0), False),
        other.pk: (Decimal(0), Decimal(0), Decimal(84), False),
    }


@pytest.mark.parametrize("count", [1, 3])
def test_a_year_of_a_cohort_takes_the_same_number_of_queries(client, office, trainee, count, django_assert_num_queries):
    for _each in range(count):
        make.credit(make.trainee(trainee.cohort), "Teaching")
    page = url("cohort_hours", cohort=trainee.cohort_id)
    client.get(page, {"year": 2026})

    with django_assert_num_queries(6):
        client.get(page, {"year": 2026})


def test_a_trainee_sees_the_own_hours_and_nobody_elses(client, trainee):
    other = make.trainee(in_class=trainee.memberships.get().training_class)
    make.credit(trainee, "Teaching", 2, evidence="mine")
    make.credit(other, "Teaching", 2, evidence="not mine")
    client.force_login(make.trainee_account(trainee))

    page = client.get(url("my_hours"), {"year": 2026})

    assert [row.evidence for row in page.context["rows"]] == ["mine"]
    assert client.get(url("trainee_hours", pk=trainee.pk)).status_code == 403


def test_rolls_are_counted_by_the_button_and_by_the_task(client, office, trainee):
    session = make.session(classes=[trainee.memberships.get().training_class], on=date(2026, 9, 8))
    make.mark(session, trainee, "present")

    client.post(url("credit_reconcile", pk=trainee.cohort_id))

    assert (reconcile_hours(), list(CreditEntry.objects.values_list("hours", flat=True))) == (0, [3])


@pytest.mark.parametrize(
    ("query", "day"), [("?year=2025", date(2025, 12, 31)), ("?year=9999", None), ("?year=x&rule=x", None)]
)
def test_hours_are_entered_from_the_ledger_of_a_person_with_year_and_form_filled_in(
    client, office, trainee, query, day
):
    entry = make.credit(trainee, "Teaching", 2, evidence="letter")

    first = client.get(url("credit_create", pk=trainee.pk) + query).context["form"].initial
    page = client.get(url("credit_detail", pk=entry.pk)).content.decode()

    assert first == {"happened_on": day or timezone.localdate()}
    assert f"{url('credit_create', pk=trainee.pk)}?rule={entry.rule_id}" in page
