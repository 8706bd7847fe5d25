from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry, ExportRecord, Plan, Role
from accounts.services.plans import plan_payload
from placements.models import Host, HostContact, Offer, Post, Seat
from placements.services.seats import claim_seat
from tests import make
from trainee_mgmt.kit.sheets import ListSheet, read_book, xlsx_lists

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parent.parent / "files" / "hosts-23.xlsx"
HEADER = ["企业名称", "统一社会信用代码", "行业", "岗位", "名额", "企业导师", "导师电话", "可提供住宿"]


@pytest.fixture
def desk(client, django_capture_on_commit_callbacks):
    cohort = make.cohort(starts_on=date(2026, 9, 1))
    client.force_login(make.user(Role.ORGANIZER, cohort.program, language="en"))
    return Desk(cohort, client, django_capture_on_commit_callbacks)


class Desk:
    def __init__(self, cohort, client, capture):
        self.cohort, self.client, self.capture = cohort, client, capture

    def send(self, *rows, file=None):
        if file is None:
            out = BytesIO()
            xlsx_lists(out, [ListSheet("Sheet", HEADER, rows)])
            file = SimpleUploadedFile("hosts.xlsx", out.getvalue())
        with self.capture(execute=True):
            url = reverse("placements:host_import", kwargs={"cohort": self.cohort.pk})
            self.client.post(url, {"file": file})
        return Plan.objects.latest("pk")

    def apply(self, plan):
        with self.capture(execute=True):
            self.client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
        plan.refresh_from_db()
        return plan


def the_file():
    return SimpleUploadedFile("hosts-23.xlsx", FILE.read_bytes())


def test_the_file_of_23_hosts_is_taken_as_it_is_and_changes_nothing_the_second_time(desk):
    plan = desk.send(file=the_file())
    desk.apply(plan)
    again = desk.send(file=the_file())

    summary = {"rows": 30, "hosts": 23, "posts": 30, "seats": 50, "changed": 0, "problems": 0}
    assert plan.summary == summary | {"new": 23, "new_posts": 30, "new_seats": 50, "same": 0}
    assert again.summary == summary | {"new": 0, "new_posts": 0, "new_seats": 0, "same": 23}
    assert (Host.objects.count(), Post.objects.count(), Seat.objects.count()) == (23, 30, 50)
    assert HostContact.objects.filter(is_mentor=True, phone__isnull=False).count() == 23
    assert plan_payload(again)["hosts"] == []
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


def test_the_rows_of_the_file_keep_what_they_say_about_lodging(desk):
    desk.apply(desk.send(file=the_file()))

    first = Host.objects.get(name="顺德精铸1有限公司")
    assert first.has_lodging
    assert {post.name: post.lodges for post in first.posts.all()} == {"总经理助理": True, "人力资源助理": False}


def test_made_up_credit_codes_are_told_and_taken(desk):
    plan = desk.send(file=the_file())

    warnings = plan_payload(plan)["warnings"]
    assert {each["column"] for each in warnings} == {"统一社会信用代码"}
    assert {each["why"] for each in warnings} == {"The check digit is wrong. Compare the code with the licence."}
    page = desk.client.get(plan.get_absolute_url())
    assert "198****0000" in page.content.decode()
    assert "19800000000" not in page.content.decode()


def test_rows_with_problems_are_left_out_and_handed_back(desk):
    plan = desk.send(
        ("甲公司", "", "物流", "助理", 2, "李导师", "13800138000", "是"),
        ("甲公司", "", "物流", "助理", 1, "", "", ""),
        ("乙公司", "123", "物流", "助理", 0, "", "", ""),
    )
    desk.apply(plan)
    url = reverse("placements:host_problems", kwargs={"cohort": desk.cohort.pk, "pk": plan.pk})
    book = read_book(desk.client.post(url).content, "rows.xlsx")

    told = [(each["row"], each["column"]) for each in plan_payload(plan)["problems"]]
    assert told == [(3, "岗位"), (4, "名额"), (4, "统一社会信用代码")]
    assert [row[2] for row in book.sheets[0].rows[1:]] == ["甲公司", "乙公司"]
    assert Host.objects.get().name == "甲公司"
    assert ExportRecord.objects.get().unmasked


def test_a_file_changes_what_it_names_and_never_takes_a_held_seat(desk):
    desk.apply(desk.send(("甲公司", "", "物流", "助理", 3, "李导师", "13800138000", "是")))
    Host.objects.update(state=Host.State.CHECKED, checked_on=date(2026, 9, 1))
    offer = Offer.objects.get()
    for _n in range(2):
        claim_seat(offer, make.trainee(desk.cohort))

    fewer = desk.send(("甲公司", "", "", "助理", 1, "", "", ""))
    changed = desk.apply(desk.send(("甲公司", "", "电子", "助理", 2, "王导师", "", "")))

    assert [each["why"] for each in plan_payload(fewer)["problems"]] == [
        "2 seats are or were held; there cannot be fewer."
    ]
    assert changed.outcome == {"new": 0, "changed": 1, "new_posts": 0, "new_seats": -1}
    assert (Host.objects.get().industry, offer.seats.count()) == ("电子", 2)
    assert Post.objects.get().mentor.name == "王导师"
    assert Host.objects.get().has_lodging


def test_a_plan_is_stale_once_the_register_changed(desk):
    plan = desk.send(("甲公司", "", "物流", "助理", 2, "", "", ""))
    make.host(desk.cohort.program.unit, name="甲公司")

    desk.apply(plan)

    assert plan.state == Plan.State.STALE
    assert not Post.objects.exists()


def test_who_has_no_right_on_the_program_imports_nothing(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    assert client.get(reverse("placements:host_import", kwargs={"cohort": cohort.pk})).status_code == 404
