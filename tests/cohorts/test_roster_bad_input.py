"""Files and cells as people really send them, and as attackers do. Nothing is written, and the page says why."""

import io
import time
import zipfile

import openpyxl
import pytest
import xlwt
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Plan
from accounts.services import plan_payload
from cohorts.models import Person, Trainee
from tests.cohorts.rosters import id_number
from tests.kit import nasty

pytestmark = pytest.mark.django_db
ROWS = [("姓名", "手机号", "工作单位"), ("王琳", "13800000001", "科创公司"), ("刘晶", "13800000002", "精铸公司")]
TABLE = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
CSV = "\r\n".join(",".join(row) for row in ROWS)


def protected() -> bytes:
    """The outside of a workbook with a password: an OLE container with an encrypted package."""
    return nasty.renamed_stream(nasty.xls(), "EncryptedPackage")


def bomb() -> bytes:
    return nasty.with_parts(nasty.xlsx(), parts={"xl/media/image1.xml": nasty.zeros(120 * 1024 * 1024)})


def many_rows() -> bytes:
    return nasty.with_sheet('<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>')


def hidden() -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("旧名单").append(("姓名", "手机号"))
    book["旧名单"].append(("不要", "13900000009"))
    book["旧名单"].sheet_state = "hidden"
    return nasty.saved(book)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("名单.xlsx", nasty.xlsx(ROWS)),
        ("名单.xls", nasty.xls(ROWS)),
        ("名单.csv", CSV.encode()),
        ("名单.csv", CSV.encode("utf-8-sig")),
        ("名单.csv", CSV.encode("gbk")),
        ("名单.csv", CSV.encode("gb18030")),
        ("名单.csv", CSV.encode("utf-16")),
        ("名单.txt", CSV.replace(",", "\t").encode()),
        ("网页.xls", f"<html><meta charset=utf-8><table>{TABLE}</table></html>".encode()),
        ("文本.xls", CSV.encode("gbk")),
        ("名单.xlsm", nasty.with_parts(nasty.xlsx(ROWS), parts={"xl/vbaProject.bin": b"macros"})),
        ("两张.xlsx", hidden()),
    ],
)
def test_a_roster_is_read_whatever_it_is_called(desk, name, data):
    plan = desk.apply(desk.plan(name, data))

    assert sorted(Person.objects.values_list("name", flat=True)) == ["刘晶", "王琳"]
    assert plan.summary["new"] == 2


@pytest.mark.parametrize("data", [hidden(), nasty.with_parts(nasty.xlsx(ROWS), parts={"xl/vbaProject.bin": b"x"})])
def test_hidden_sheets_and_macros_are_announced(desk, data):
    plan = desk.send("x.xlsx", data)

    page = desk.get("roster_columns", plan)

    (note,) = page.context["notes"]
    assert note in page.content.decode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("truncated.xlsx", nasty.xlsx(ROWS)[:-200]),
        ("truncated.xls", nasty.xls(ROWS)[:1500]),
        ("protected.xlsx", protected()),
        ("word.xlsx", nasty.archive({"word/document.xml": "<w/>", "[Content_Types].xml": "<t/>"})),
        ("scan.xlsx", b"%PDF-1.7 \xe2\xe3"),
        ("photo.xls", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("bomb.xlsx", bomb()),
        ("rows.xlsx", many_rows()),
        ("entity.xlsx", nasty.with_sheet("<row/>", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
        ("empty.csv", b"\r\n\r\n"),
        ("nul.csv", bytes(1000)),
    ],
)
def test_a_file_that_must_not_be_opened_is_refused_at_once_with_a_reason(desk, name, data):
    started = time.process_time()  # of this process: how busy the machine is says nothing

    plan = desk.send(name, data)

    assert time.process_time() - started < 2
    page = desk.get("roster_plan", plan)
    assert plan.state == Plan.State.FAILED
    assert plan.job.error in page.content.decode().replace("&#x27;", "'")
    assert "Something went wrong" not in plan.job.error
    assert Trainee.objects.count() == 0


def test_a_file_without_names_says_what_to_do(desk):
    plan = desk.send("x.xlsx", nasty.xlsx([("项目", "金额"), ("差旅", 100)]))

    response = desk.post("roster_columns", plan, desk.columns(plan))

    assert response.status_code == 422
    assert plan.state == Plan.State.DRAFT


@pytest.mark.parametrize("data", [b"", None])
def test_a_missing_or_empty_file_is_a_form_error(desk, data):
    response = desk.post("roster_import", data={} if data is None else {"file": SimpleUploadedFile("x.xlsx", data)})

    assert (response.status_code, Plan.objects.count()) == (422, 0)


def test_an_upload_beyond_the_limit_is_refused_before_it_is_kept(desk):
    response = desk.post("roster_import", data={"file": SimpleUploadedFile("x.csv", bytes(21 * 1024 * 1024))})

    assert (response.status_code, Plan.objects.count()) == (422, 0)


def read(desk, *rows, head=("姓名", "手机号", "身份证号")):
    plan = desk.plan("x.xlsx", nasty.xlsx([head, *rows]))
    return plan, [(one["code"], one["row"], one["column"]) for one in plan_payload(plan)["problems"]]


def test_titles_totals_and_notes_are_no_people(desk):
    rows = [
        ("某区培训班花名册",),
        ("班主任：杨旭 13911112222",),
        ("序号", "姓名", "手机号"),
        ("第一组（1人）",),
        (1, "王琳", "13800000001"),
        ("合计", "1人"),
        ("备注：请于8月30日前报送",),
    ]

    plan = desk.plan("x.xlsx", nasty.xlsx(rows))

    assert [row["name"] for row in plan_payload(plan)["rows"]] == ["王琳"]
    assert len(desk.get("roster_plan", plan, {"view": "ignored"}).context["section"].drawn) >= 4


@pytest.mark.parametrize(
    "phone",
    ["１３８０００００００１", "138-0000-0001", "+86 13800000001", "0086-138-0000-0001", 13800000001, 13800000001.0],
)
def test_phones_in_any_dress_are_the_same_number(desk, phone):
    desk.apply(read(desk, ("王琳", phone, ""))[0])

    assert Person.objects.get().phone.open() == "13800000001"


def test_spaces_and_rare_characters_in_names(desk):
    names = {"王  琳": "王琳", "䶮䶮": "䶮䶮", "𬭎铭": "𬭎铭", "买买提·艾力": "买买提·艾力", "ＡＮＮＡ": "ANNA"}

    desk.apply(read(desk, *[(name, f"1380000000{at}", "") for at, name in enumerate(names)])[0])

    assert set(Person.objects.values_list("name", flat=True)) == set(names.values())


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)"])
def test_what_looks_like_a_formula_stays_text(desk, text):
    book = openpyxl.Workbook()
    book.active.append(("姓名", "工作单位", "身份证号"))
    book.active.append(("王琳", "", id_number()))
    book.active["B2"].value = text
    book.active["B2"].data_type = "s"

    desk.apply(desk.plan("x.xlsx", nasty.saved(book)))

    assert Trainee.objects.get().work_unit == text


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (990000199005170000, "digits_lost"),
        (9.90000199005170e17, "digits_lost"),
        ("9.9E+17", "digits_lost"),
        ("99000019900517001", "id_length"),
        ("990000199013170011", "id_date"),
        ("123456789012345", "id_old"),
        ("9900**********0011", "id_masked"),
    ],
)
def test_an_id_number_that_is_not_sure_is_an_error_and_never_a_guess(desk, number, code):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名册")
    for at, row in enumerate([("姓名", "身份证号"), ("王琳", number)]):
        for column, value in enumerate(row):
            sheet.write(at, column, value)

    plan = desk.plan("x.xls", nasty.saved(book))

    (problem,) = plan_payload(plan)["problems"]
    assert (problem["code"], problem["row"], problem["column"], plan.summary["out"]) == (code, 2, "B", 1)


def test_two_people_of_one_name_both_come(desk):
    plan, problems = read(desk, ("王琳", "", id_number()), ("王琳", "", id_number("19910517")))

    desk.apply(plan)

    assert (Person.objects.filter(name="王琳").count(), [code for code, *_place in problems]) == (2, ["same_name"])


def test_one_person_twice_comes_once(desk):
    number = id_number()

    plan, problems = read(desk, ("王琳", "", number), ("王琳", "", number))
    desk.apply(plan)

    assert Person.objects.count() == 1
    assert problems == [("twice_person", 3, "A")]


def test_one_number_on_two_names_stops_both(desk):
    number = id_number()

    plan, problems = read(desk, ("王琳", "", number), ("刘晶", "", number))

    assert (plan.summary["out"], {code for code, *_place in problems}) == (2, {"twice_id"})


def test_markup_in_a_cell_is_shown_as_text(desk):
    script = "<script>alert(1)</script>"

    plan = desk.plan(
        "x.xlsx", nasty.xlsx([("姓名", "手机号", "工作单位"), ("王琳", "13800000001", script), (script, "1", "")])
    )

    for view in ("", "new"):
        assert script not in desk.get("roster_plan", plan, {"view": view}).content.decode()


def test_an_archive_with_overlapping_parts_is_refused(desk):
    data = nasty.xlsx(ROWS)
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        assert len(source.namelist()) > 3

    plan = desk.send("x.xlsx", b"junk in front" + data)

    assert plan.state == Plan.State.FAILED
