"""The file of 60 applications as it is; a second run; a unit's own file; the chosen as trainees."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import ExportRecord, Plan, Role
from accounts.services import plan_payload
from cohorts.models import Application, Person, ProfileField, Trainee
from tests import make
from trainee_mgmt.kit.sheets import ListSheet, read_book, xlsx_lists

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent.parent / "files" / "applications-60.xlsx"
HEADER = ["姓名", "性别", "身份证号", "手机号码", "工作单位", "职务", "推荐单位", "报名方式"]


class Office:
    """Somebody at the import pages; the worker does at once what is asked of it."""

    def __init__(self, client, committed):
        self.client, self.committed = client, committed

    def post(self, address, data=None):
        with self.committed(execute=True):
            return self.client.post(address, data or {})

    def send(self, address, data: bytes, name="applications.xlsx") -> Plan:
        response = self.post(address, {"file": SimpleUploadedFile(name, data)})
        assert response.status_code == 302, response.context["form"].errors
        return Plan.objects.latest("pk")

    def apply(self, plan: Plan) -> Plan:
        self.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
        plan.refresh_from_db()
        return plan


@pytest.fixture
def office(client, django_capture_on_commit_callbacks):
    return Office(client, django_capture_on_commit_callbacks)


@pytest.fixture
def round(client):
    program = make.program()
    round = make.application_round(make.cohort(program=program), seats=46)
    for name in ("县委组织部", "市直单位"):
        make.unit_quota(round, make.unit(name, parent=program.unit), seats=25)
    client.force_login(make.user(Role.ORGANIZER, program))
    return round


def imports(round):
    return reverse("cohorts:applications_import", kwargs={"cohort": round.cohort_id})


def book(*rows, header=HEADER) -> bytes:
    file = BytesIO()
    xlsx_lists(file, [ListSheet("报名推荐表", header, rows, text_columns=(2, 3))])
    return file.getvalue()


def test_the_file_of_sixty_comes_in_as_it_is_and_a_second_run_changes_nothing(office, round):
    plan = office.send(imports(round), FILE.read_bytes())
    assert plan.summary == {"rows": 60, "new": 60, "changed": 0, "same": 0, "problems": 0}
    assert Application.objects.count() == 0

    assert office.apply(plan).outcome == {"new": 60}
    again = office.send(imports(round), FILE.read_bytes())

    assert again.summary == {"rows": 60, "new": 0, "changed": 0, "same": 60, "problems": 0}
    assert Application.objects.values_list("state", flat=True).distinct().get() == "submitted"
    origins = {origin: Application.objects.filter(origin=origin).count() for origin in ("self", "nominated")}
    assert origins == {"self": 25, "nominated": 35}
    one = Application.objects.get(name="郭亮")
    assert one.answers == {
        **one.answers,
        "zai_chan_ye_yuan_qu_gong_zuo": True,
        "you_da_wan_qu_gong_zuo_jing_li": False,
    }
    fields = dict(ProfileField.objects.filter(cohort=round.cohort).values_list("label", "kind"))
    assert fields["在产业园区工作"] == "yes_no"
    assert fields["工作领域"] == "text"
    assert ProfileField.objects.filter(cohort=round.cohort, asked_of_applicants=True).count() == 9


def test_rows_that_cannot_be_used_are_named_by_sheet_row_and_column_and_handed_back(office, round, client):
    good, bad = make.id_number_of(), "990000199001011111"
    plan = office.send(
        imports(round),
        book(
            ("陈晨", "", good, "19900000001", "县商务局", "科员", "", "个人申报"),
            ("李安", "", bad, "19900000002", "", "", "", "个人申报"),
            ("王芳", "", good, "19900000003", "", "", "", "个人申报"),
            ("赵敏", "", make.id_number_of(), "", "", "", "不存在的单位", "单位推荐"),
            ("", "", make.id_number_of(), "", "", "", "", "个人申报"),
        ),
    )

    payload = plan_payload(plan)
    assert plan.summary == {"rows": 5, "new": 1, "changed": 0, "same": 0, "problems": 4}
    assert [(each["sheet"], each["row"], each["column"]) for each in payload["problems"]] == [
        ("报名推荐表", 3, "C 身份证号"),
        ("报名推荐表", 4, "C 身份证号"),
        ("报名推荐表", 5, "G 推荐单位"),
        ("报名推荐表", 6, "A 姓名"),
    ]
    assert bad not in str(payload["problems"])
    response = client.post(reverse("cohorts:application_problems", kwargs={"pk": plan.pk}))
    rows = read_book(response.content, "x.xlsx").sheets[0].rows
    assert len(rows) == 5
    assert ExportRecord.objects.count() == 1


def test_a_quota_is_never_exceeded_by_a_file(office, round):
    round.quotas.filter(unit__name="县委组织部").update(seats=1)
    rows = [(f"陈{name}", "", make.id_number_of(), "", "", "", "县委组织部", "单位推荐") for name in "一二三"]

    plan = office.send(imports(round), book(*rows))

    assert plan.summary == {"rows": 3, "new": 1, "changed": 0, "same": 0, "problems": 2}


def test_slots_that_were_taken_since_make_the_plan_stale(office, round):
    quota = round.quotas.get(unit__name="县委组织部")
    rows = [("陈晨", "", make.id_number_of(), "", "", "", "县委组织部", "单位推荐")]
    plan = office.send(imports(round), book(*rows))
    make.application(round, nominating_unit=quota.unit)

    assert office.apply(plan).state == "stale"
    assert Application.objects.count() == 1


def test_a_file_changes_what_differs_and_blanks_nothing(office, round):
    number = make.id_number_of()
    row = make.application(round, id_number=number, name="陈晨", work_unit="县商务局", position="科员")
    plan = office.send(imports(round), book(("陈晨", "", number, "19900000001", "市商务局", "", "", "")))

    assert plan_payload(plan)["lines"][0]["changes"] == [
        ["Works at", "县商务局", "市商务局"],
        ["Phone", "", "199****0001"],
    ]
    office.apply(plan)

    row.refresh_from_db()
    assert (row.work_unit, row.position, row.phone.open()) == ("市商务局", "科员", "19900000001")


def test_whoever_was_sent_back_is_not_brought_in_again_by_a_file(office, round):
    number = make.id_number_of()
    make.application(round, id_number=number, state="returned", reason="Too young.")

    plan = office.send(imports(round), book(("陈晨", "", number, "", "", "", "", "")))

    assert plan.summary == {"rows": 1, "new": 0, "changed": 0, "same": 0, "problems": 1}
    assert "Too young." in plan_payload(plan)["problems"][0]["why"]


def test_a_unit_imports_into_its_own_quota_and_makes_no_fields(office, client):
    unit = make.unit("县委组织部")
    quota = make.unit_quota(make.application_round(), unit, seats=2)
    make.eligibility_rule(quota.round, "age", "at_most", "40")
    client.force_login(make.user(Role.ORGANIZER, unit))
    rows = [
        ("陈晨", "", make.id_number_of(), "", "", "", "别的单位", "个人申报", "是"),
        ("李老", "", make.id_number_of(date(1960, 1, 1)), "", "", "", "", "", "是"),
    ]

    plan = office.send(
        reverse("cohorts:nominees_import", kwargs={"pk": quota.pk}), book(*rows, header=[*HEADER, "需要住宿"])
    )
    office.apply(plan)

    assert plan.summary == {"rows": 2, "new": 1, "changed": 0, "same": 0, "problems": 1}
    nominee = Application.objects.get()
    assert (nominee.origin, nominee.nominating_unit, nominee.answers) == ("nominated", unit, {})
    assert ProfileField.objects.count() == 0


def test_a_unit_out_of_reach_is_not_found(client):
    quota = make.unit_quota()
    client.force_login(make.user(Role.ORGANIZER, make.unit()))

    for name in ("nomination_detail", "nominee_create", "nominees_import", "nominees_template"):
        assert client.get(reverse(f"cohorts:{name}", kwargs={"pk": quota.pk})).status_code == 404


def test_the_chosen_become_trainees_with_their_answers(office, round):
    now = timezone.now()
    round.opens_at, round.closes_at, round.decided_at = now.replace(year=2020), now, now
    round.save()
    number = make.id_number_of()
    known = make.person(id_number=number, name="李安")
    ProfileField.objects.create(cohort=round.cohort, key="major", label="Major", asked_of_applicants=True)
    answers = {"major": "法学"}
    old = make.application(round, id_number=number, name="李安", state="chosen", answers=answers)
    new = make.application(round, name="陈晨", state="chosen", phone="19900000001", work_unit="县商务局")
    make.application(round, state="waiting")

    office.post(reverse("cohorts:applications_enroll", kwargs={"cohort": round.cohort_id}))
    plan = Plan.objects.latest("pk")
    assert plan.summary == {"new": 2, "linked": 0, "problems": 0}
    assert Trainee.objects.count() == 0
    office.apply(plan)

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.person, old.trainee.person, old.trainee.profile) == (known, known, answers)
    assert (new.person.phone.open(), new.trainee.work_unit) == ("19900000001", "县商务局")
    assert Person.objects.count() == 2
    office.post(reverse("cohorts:applications_enroll", kwargs={"cohort": round.cohort_id}))
    assert plan_payload(Plan.objects.latest("pk"))["lines"] == []


def test_somebody_of_another_name_under_the_same_id_number_is_left_to_a_person(office, round):
    number = make.id_number_of()
    make.person(id_number=number, name="李安")
    make.application(round, id_number=number, name="陈晨", state="chosen")

    office.post(reverse("cohorts:applications_enroll", kwargs={"cohort": round.cohort_id}))

    assert Plan.objects.latest("pk").summary == {"new": 0, "linked": 0, "problems": 1}
