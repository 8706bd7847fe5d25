from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry, ExportRecord, Plan, Role
from accounts.services.plans import plan_payload
from learning.models import CreditEntry, HourRule
from learning.selectors.hours import balance
from learning.services.hours import reverse_credit
from tests import make
from trainee_mgmt.kit.sheets import ListSheet, read_book, xlsx_lists

pytestmark = pytest.mark.django_db
HEADER = ("学号", "姓名", "学习形式", "日期", "数量", "依据", "冲销原因")


@pytest.fixture
def of():
    cohort = make.cohort(starts_on=date(2026, 1, 1))
    make.hour_table(cohort.program.unit)
    return make.training_class(cohort)


@pytest.fixture
def someone(of):
    return make.trainee(in_class=of, of=make.person(name="张三", phone="13800138000"), number="0001")


@pytest.fixture
def desk(of, client, django_capture_on_commit_callbacks):
    client.force_login(make.user(Role.ORGANIZER, of.cohort, language="en"))
    return Desk(of.cohort, client, django_capture_on_commit_callbacks)


class Desk:
    def __init__(self, cohort, client, capture):
        self.cohort, self.client, self.capture = cohort, client, capture

    def send(self, *rows, header=HEADER, file=None):
        before = Plan.objects.count()
        with self.capture(execute=True):
            url = reverse("learning:credit_import", kwargs={"cohort": self.cohort.pk})
            self.answer = self.client.post(url, {"file": file or a_sheet(header, *rows)})
        return Plan.objects.latest("pk") if Plan.objects.count() > before else None

    def apply(self, plan):
        with self.capture(execute=True):
            self.client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
        plan.refresh_from_db()
        return plan

    def problems(self, plan):
        url = reverse("learning:credit_problems", kwargs={"cohort": self.cohort.pk, "pk": plan.pk})
        return self.client.post(url).content


def a_sheet(header, *rows, name="学时.xlsx"):
    file = BytesIO()
    xlsx_lists(file, [ListSheet("学时", header, rows, text_columns=())])
    return SimpleUploadedFile(name, file.getvalue())


def counts(plan) -> tuple:
    return tuple(plan.summary[name] for name in ("new", "changed", "taken_back", "same", "problems"))


def whys(plan) -> list[tuple]:
    return [(each["row"], each["column"], each["value"], each["why"]) for each in plan_payload(plan)["problems"]]


TALK = ("0001", "张三", "Teaching", "2026-09-03", 2, "园区讲座", None)


def test_a_file_becomes_a_plan_and_the_plan_becomes_entries_once(someone, desk):
    plan = desk.send(TALK, ("0001", None, "Training abroad, long", "2026/9/10", None, "出国批件 7 号", None))
    desk.apply(plan)
    again = desk.send(TALK, ("0001", None, "Training abroad, long", "2026/9/10", None, "出国批件 7 号", None))

    assert (counts(plan), plan.state) == ((2, 0, 0, 0, 0), "applied")
    assert list(CreditEntry.objects.order_by("happened_on").values_list("source", "quantity", "hours", "evidence")) == [
        ("file", 2, 10, "园区讲座"),
        ("file", 1, 48, "出国批件 7 号"),
    ]
    assert counts(again) == (0, 0, 0, 2, 0)
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


def test_a_fact_entered_by_hand_is_not_entered_again(someone, desk):
    make.credit(someone, "Teaching", 2, on=date(2026, 9, 3), evidence="园区讲座")

    assert counts(desk.send(TALK)) == (0, 0, 0, 1, 0)


def test_another_quantity_is_a_reverse_row_and_a_new_one(someone, desk):
    desk.apply(desk.send(TALK))

    plan = desk.send((*TALK[:4], 3, *TALK[5:]))
    page = desk.client.get(plan.get_absolute_url()).content.decode()
    desk.apply(plan)

    assert [words in page for words in ('<span class="old">2</span> → 3', "reverse row and new row", "15")] == [
        True
    ] * 3
    assert (counts(plan), plan.state) == ((0, 1, 0, 0, 0), "applied")
    rows = CreditEntry.objects.order_by("pk").values_list("hours", "in_force", "reverse_of__hours")
    assert list(rows) == [(10, False, None), (-10, False, 10), (15, True, None)]
    assert balance(someone.person_id, 2026) == 15
    assert counts(desk.send((*TALK[:4], 3, *TALK[5:]))) == (0, 0, 0, 1, 0)


def test_a_row_with_a_reason_takes_the_hours_back_once(someone, desk):
    desk.apply(desk.send(TALK))

    plan = desk.apply(desk.send((*TALK[:6], "重复登记")))
    again = desk.send((*TALK[:6], "重复登记"))
    unknown = desk.send((*TALK[:5], "别的讲座", "重复登记"))

    assert (counts(plan), balance(someone.person_id, 2026)) == ((0, 0, 1, 0, 0), 0)
    assert CreditEntry.objects.get(reverse_of__isnull=False).evidence == "重复登记"
    assert counts(again) == (0, 0, 0, 1, 0)
    assert whys(unknown) == [(2, "G 冲销原因", "重复登记", "No such hours stand in the ledger.")]


def test_what_cannot_be_used_is_named_with_row_column_value_and_reason_and_is_handed_back(of, someone, desk):
    make.trainee(in_class=of, of=make.person(name="张三"), number="0002")
    rows = [
        ("0009", None, "Teaching", "2026-09-03", 1, "a", None),
        (None, "张三", "Teaching", "2026-09-03", 1, "a", None),
        ("0001", "李四", "Teaching", "2026-09-03", 1, "a", None),
        ("0001", None, "Dancing", "2026-09-03", 1, "a", None),
        ("0001", None, "Teaching", "2026-02-29", 1, "a", None),
        ("0001", None, "Teaching", "2999-01-01", 1, "a", None),
        ("0001", None, "Teaching", "1999-09-03", 1, "a", None),
        ("0001", None, "Teaching", "2026-09-03", 0, "a", None),
        ("0001", None, "Teaching", "2026-09-03", "many", "a", None),
        ("0001", None, "Teaching", "2026-09-03", 1, None, None),
        (None, None, "Teaching", "2026-09-03", 1, "a", None),
        TALK,
        (*TALK[:4], 7, *TALK[5:]),
        ("0001", None, "Training abroad, long", "2026-09-03", 99999, "a", None),
    ]

    plan = desk.send(*rows)
    back = read_book(desk.problems(plan), "back.xlsx")
    desk.apply(plan)

    assert counts(plan) == (1, 0, 0, 0, 13)
    assert [(row, column, value) for row, column, value, _why in whys(plan)] == [
        (2, "A 学号", "0009"),
        (3, "B 姓名", "张三"),
        (4, "A 学号", "0001"),
        (5, "C 学习形式", "Dancing"),
        (6, "D 日期", "2026-02-29"),
        (7, "D 日期", "2999-01-01"),
        (8, "D 日期", "1999-09-03"),
        (9, "E 数量", "0"),
        (10, "E 数量", "many"),
        (11, "F 依据", ""),
        (12, "A 学号", ""),
        (14, "F 依据", "园区讲座"),
        (15, "E 数量", "99999"),
    ]
    assert len(back.sheets[0].rows) == 14
    assert back.sheets[0].rows[1][2:6] == ["0009", None, "Teaching", "2026-09-03"]
    assert ExportRecord.objects.count() == 1
    assert CreditEntry.objects.get().quantity == Decimal(2)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_text_file_is_read_in_its_encoding_and_people_are_found_by_phone(someone, desk, encoding):
    text = "某办公室学时登记,,,,\n手机号,学习形式,日期,次数,证明材料\n138-0013-8000,Teaching,2026年9月3日,2,园区讲座\n"

    plan = desk.apply(desk.send(file=SimpleUploadedFile("学时.csv", text.encode(encoding))))

    assert (counts(plan), CreditEntry.objects.get().evidence) == ((1, 0, 0, 0, 0), "园区讲座")


def test_hours_that_come_by_themselves_are_not_entered_from_a_file(someone, desk):
    of_rolls = HourRule.objects.get(table__unit=someone.cohort.program.unit, counts="session").name

    plan = desk.send(("0001", None, of_rolls, "2026-09-03", 1, "a", None))

    assert [why for *_rest, why in whys(plan)] == [
        "Hours of this form come by themselves, from rolls or online courses."
    ]


def test_a_plan_is_stale_when_an_entry_was_taken_back_meanwhile(someone, desk):
    desk.apply(desk.send(TALK))
    plan = desk.send((*TALK[:4], 3, *TALK[5:]))
    reverse_credit(CreditEntry.objects.get(), reason="x", by=make.user())

    assert desk.apply(plan).state == "stale"


def test_of_two_plans_of_one_file_the_second_is_stale(someone, desk):
    plans = [desk.send(TALK), desk.send(TALK)]

    assert [desk.apply(plan).state for plan in plans] == ["applied", "stale"]
    assert CreditEntry.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "没有表头\n1,2".encode()])
def test_a_file_without_hours_is_answered_with_a_sentence(desk, content):
    plan = desk.send(file=SimpleUploadedFile("x.csv", content))

    assert plan is None or (plan.state, bool(plan.job.error)) == ("failed", True)


def test_450_rows_cost_a_constant_number_of_queries(of, desk, django_assert_max_num_queries):
    people = [make.trainee(in_class=of, number=f"{n:04}") for n in range(450)]
    rows = [(each.number, None, "Teaching", "2026-09-03", 1, "大讲堂", None) for each in people]

    with django_assert_max_num_queries(60):
        plan = desk.send(*rows)
    with django_assert_max_num_queries(60):
        desk.apply(plan)

    assert CreditEntry.objects.count() == 450


def test_only_whoever_enters_hours_imports_and_takes_rows_back(of, someone, desk, client):
    plan = desk.send(("0009", None, "Teaching", "2026-09-03", 1, "a", None))
    client.force_login(make.user(Role.LEADER, of.cohort.program.unit))

    for name, more in (("credit_import", {}), ("credit_template", {}), ("credit_problems", {"pk": plan.pk})):
        url = reverse(f"learning:{name}", kwargs={"cohort": of.cohort.pk} | more)
        assert client.post(url).status_code in (403, 404)


def test_the_template_reads_as_it_stands_once_people_are_named(someone, desk):
    url = reverse("learning:credit_template", kwargs={"cohort": desk.cohort.pk})
    book = read_book(desk.client.get(url).content, "t.xlsx")

    plan = desk.send(*[("0001", *row[1:5], f"依据 {n}", None) for n, row in enumerate(book.sheets[0].rows[1:])])

    assert plan.summary["problems"] == 0
    assert plan.summary["new"] == len(book.sheets[0].rows) - 1 > 3
