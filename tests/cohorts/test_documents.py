"""Papers of the first day: each made file is opened again."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from accounts.models import ExportRecord, Role
from cohorts.models import Consent, GroupMembership, ProfileField
from tests import make

pytestmark = pytest.mark.django_db
KINDS = ["check_in", "sign_in", "addresses", "names"]


@pytest.fixture
def training_class(cohort):
    """A class of three with a head teacher, a group and an officer."""
    found = make.training_class(cohort, name="一班", number=1)
    make.officer(found, make.person(name="杨旭", phone="13911112222"), office="head_teacher")
    group = make.group(cohort, training_class=found, name="第一组", number=1)
    for number, name in enumerate(["王琳", "刘晶", "=1+1"], start=1):
        who = make.person(name=name, phone=f"1380000000{number}", id_number=f"11010119900101000{number}", sex="f")
        trainee = make.trainee(in_class=found, of=who, number=f"2601-00{number}", work_unit="科创公司", position="经理")
        GroupMembership.objects.create(group=group, trainee=trainee, starts_on=cohort.starts_on)
        if number == 1:
            make.officer(found, who, office="monitor")
            Consent.objects.create(person=who, purpose="directory")
    return found


def take(client, cohort, paper="names:xlsx", **choices):
    data = {"make": paper, "training_class": "all", "day": "2026-09-01", "purpose": "报到", "blanks": "4"} | choices
    return client.post(reverse("cohorts:document_list", kwargs={"cohort": cohort.pk}), data)


def sheet_of(response):
    return openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))


def word_of(response):
    return Document(BytesIO(b"".join(response.streaming_content)))


def cells(book):
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def words(document):
    found = [paragraph.text for paragraph in document.paragraphs]
    return found + [cell.text for table in document.tables for row in table.rows for cell in row.cells]


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_is_a_workbook_for_a4_with_a_repeated_head(desk, cohort, training_class, kind):
    book = sheet_of(take(desk.client, cohort, f"{kind}:xlsx"))

    sheet = book.worksheets[0]
    assert sheet.title == "一班"
    assert sheet["A1"].value.startswith(f"{cohort.name} 一班")
    assert "杨旭" in sheet["A2"].value
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$4:$4"
    assert {"王琳", "刘晶", "=1+1"} <= set(cells(book))
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_is_a_word_document_with_a_repeated_head_and_page_numbers(desk, cohort, training_class, kind):
    document = word_of(take(desk.client, cohort, f"{kind}:docx"))

    (table,) = document.tables
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert {"王琳", "刘晶", "=1+1"} <= set(words(document))
    footer = document.sections[0].footer._element.xml
    assert "NUMPAGES" in footer
    assert round(document.sections[0].page_width.cm, 1) in (21.0, 29.7)


def test_each_class_has_a_sheet_or_a_page_of_its_own(desk, cohort, training_class):
    make.trainee(in_class=make.training_class(cohort, name="二班", number=2))
    make.trainee(cohort, of=make.person(name="未分班"))

    book = sheet_of(take(desk.client, cohort, "names:xlsx"))
    document = word_of(take(desk.client, cohort, "names:docx"))

    assert book.sheetnames[:2] == ["一班", "二班"]
    assert "未分班" in cells(book)
    assert len(document.tables) == 3


def test_one_class_alone_can_be_chosen(desk, cohort, training_class):
    make.trainee(in_class=make.training_class(cohort, name="二班", number=2), of=make.person(name="别人"))

    book = sheet_of(take(desk.client, cohort, training_class=str(training_class.pk)))

    assert book.sheetnames == ["一班"]
    assert "别人" not in cells(book)


def test_groups_are_headings_of_the_check_in_form(desk, cohort, training_class):
    assert "第一组 (3 people)" in cells(sheet_of(take(desk.client, cohort, "check_in:xlsx")))


def test_the_address_book_shows_the_phone_of_those_who_agreed_and_masks_the_others(desk, cohort, training_class):
    found = cells(sheet_of(take(desk.client, cohort, "addresses:xlsx")))

    assert "13800000001" in found
    assert "138****0002" in found
    assert not any("13800000002" in text or "13911112222" in text for text in found)


def test_numbers_in_full_are_given_when_asked_for_and_recorded_as_such(desk, cohort, training_class):
    masked = cells(sheet_of(take(desk.client, cohort, "check_in:xlsx")))
    opened = sheet_of(take(desk.client, cohort, "check_in:xlsx", open_phones="on", open_ids="on"))

    assert not any("110101199001010001" in text or "13800000001" in text for text in masked)
    assert {"110101199001010001", "13800000001", "13800000003"} <= set(cells(opened))
    number = next(
        cell for row in opened.worksheets[0].iter_rows() for cell in row if cell.value == "110101199001010001"
    )
    assert (number.data_type, number.number_format) == ("s", "@")
    assert list(ExportRecord.objects.order_by("pk").values_list("unmasked", "count", "purpose")) == [
        (False, 3, "报到"),
        (True, 3, "报到"),
    ]


def test_a_paper_needs_a_purpose(desk, cohort, training_class):
    response = take(desk.client, cohort, purpose="")

    assert response.status_code == 422
    assert ExportRecord.objects.count() == 0


def test_a_class_officer_prints_the_own_class_without_numbers_in_full(client, cohort, training_class):
    other = make.training_class(cohort, name="二班", number=2)
    make.trainee(in_class=other, of=make.person(name="别人"))
    client.force_login(make.user(Role.OFFICER, training_class))

    book = sheet_of(take(client, cohort, "check_in:xlsx", training_class=str(training_class.pk), open_ids="on"))
    refused = take(client, cohort, "check_in:xlsx", training_class=str(other.pk))

    assert book.sheetnames == ["一班"]
    assert not any("110101199001010001" in text or "13800000002" in text for text in cells(book))
    assert refused.status_code == 422
    assert "open_ids" not in client.get(reverse("cohorts:document_list", kwargs={"cohort": cohort.pk})).content.decode()


def test_a_sign_in_sheet_has_a_column_for_each_date(desk, cohort, training_class):
    book = sheet_of(take(desk.client, cohort, "sign_in:xlsx", dates="2026-09-05 2026-09-12", title="开班式"))

    found = cells(book)
    assert {"2026-09-05", "2026-09-12"} <= set(found)
    assert any("开班式" in text for text in found)


def test_a_name_list_has_the_fields_that_were_chosen(desk, cohort, training_class):
    ProfileField.objects.create(cohort=cohort, key="party", label="政治面貌")
    ProfileField.objects.create(cohort=cohort, key="health", label="健康状况", is_personal=True)
    cohort.trainees.update(profile={"party": "中共党员", "health": "秘密"})

    found = cells(sheet_of(take(desk.client, cohort, "names:xlsx", fields_chosen=["party"])))
    refused = take(desk.client, cohort, "names:xlsx", fields_chosen=["health"])

    assert "中共党员" in found
    assert refused.status_code == 422


@pytest.mark.parametrize("classes", [1, 3])
def test_a_paper_needs_the_same_queries_for_any_number_of_classes(
    desk, cohort, training_class, django_assert_num_queries, classes
):
    for number in range(classes):
        make.trainee(in_class=make.training_class(cohort, name=f"班 {number}"))
    take(desk.client, cohort, "addresses:xlsx")

    with django_assert_num_queries(16):
        take(desk.client, cohort, "addresses:xlsx")
