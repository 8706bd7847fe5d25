"""What leaves the house: every text stays text, every digit stays, and the size of a list costs no memory."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.memory import measured
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.sheets import (
    ListSheet,
    ProblemRow,
    ProblemSheet,
    csv_rows,
    problem_book,
    read_book,
    report_book,
    writing,
    xlsx_lists,
    xlsx_rows,
)
from trainee_mgmt.kit.sheets.writing import column_widths, sheet_names

HEADER = ["姓名", "手机号码", "身份证号"]
NASTY = [
    "=1+1",
    "+86 138",
    "-5",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x","y")',
    "<b>&amp;",
    "龚䶮𬭎",
    " 空 ",
    "a\nb",
]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def written(header, rows, **options) -> bytes:
    out = io.BytesIO()
    xlsx_rows(out, header, rows, sheet_name="名册", **options)
    return out.getvalue()


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_nasty_text_is_a_text_cell_and_reads_back_the_same():
    data = written(["备注"], [(text,) for text in NASTY])

    cells = [row[0] for row in opened(data).iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in cells] == [(text, "s", "@") for text in NASTY]
    assert [row[0] for row in read_book(data, "a.xlsx").sheets[0].rows] == ["备注", *NASTY]
    assert [cell.quotePrefix for cell in cells] == [True] * 6 + [False] * 4


def test_no_formula_and_no_link_is_written():
    data = written(["=备注"], [(text,) for text in NASTY])

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert [name for name in archive.namelist() if "rels" in name] == ["_rels/.rels", "xl/_rels/workbook.xml.rels"]
    assert "<f>" not in sheet


def test_values_keep_their_kind():
    moment = timezone.make_aware(dt.datetime.fromisoformat("2026-05-01 20:15"))
    row = [3, 2.5, Decimal("86.50"), True, dt.date(1999, 6, 1), moment, dt.time(9, 30), None, "", float("nan"), 10**17]

    data = written([str(number) for number in range(len(row))], [row])

    assert read_book(data, "a.xlsx").sheets[0].rows[1] == [
        3,
        2.5,
        86.5,
        True,
        dt.date(1999, 6, 1),
        dt.datetime.fromisoformat("2026-05-01 20:15"),
        dt.time(9, 30),
        None,
        None,
        "nan",
        "100000000000000000",
    ]


def test_days_before_excel_can_count_stay_text():
    assert read_book(written(["日期"], [(dt.date(1899, 1, 1),)]), "a.xlsx").sheets[0].rows[1] == ["1899-01-01"]


def test_numbers_in_a_column_of_names_become_text():
    data = written(HEADER, [("张三", 13800000000, 990000198801210143)], text_columns=(1, 2))

    assert [cell.value for cell in opened(data)[2]] == ["张三", "13800000000", "990000198801210143"]


def test_signs_that_xml_cannot_hold_are_dropped_and_overlong_text_is_cut():
    data = written(["备注"], [("a\x00b\x0bc\ud800",), ("长" * 40_000,), ("\x01",)])

    values = [cell.value for cell in opened(data)["A"]]
    assert values[1] == "abc"
    assert (len(values[2]), values[2][-1]) == (32_767, "…")
    assert len(values) == 3


def test_text_that_looks_like_an_escape_of_excel_is_written_so_that_excel_shows_it():
    with zipfile.ZipFile(io.BytesIO(written(["备注"], [("_x0041_",)]))) as archive:
        assert "<t>_x005F_x0041_</t>" in archive.read("xl/worksheets/sheet1.xml").decode()


def test_head_is_frozen_filtered_repeated_and_wide_enough():
    sheet = opened(written(HEADER, [("欧阳娜娜", "13800000000", "990000198801210143")] * 3))

    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:C4", "$1:$1")
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [9, 12, 19]
    assert sheet["A1"].font.bold


def test_widths_count_a_chinese_character_as_two():
    assert column_widths(["备注", "n"], [("很长" * 50, "1\n1234567")]) == [40, 8]


def test_an_empty_list_has_its_head():
    assert read_book(written(HEADER, []), "a.xlsx").sheets[0].rows == [HEADER]


def test_sheet_names_are_made_acceptable_and_distinct():
    assert sheet_names(["县干/1班", "县干:1班", "", "x" * 40, "X" * 40]) == [
        "县干 1班",
        "县干 1班 (2)",
        "1",
        "x" * 31,
        "X" * 27 + " (2)",
    ]


def test_several_lists_make_several_sheets():
    out = io.BytesIO()

    count = xlsx_lists(out, [ListSheet("A & B's", ["n"], [(1,)]), ListSheet("二", ["n"], [(2,), (3,)])])

    book = read_book(out.getvalue(), "a.xlsx")
    assert count == 3
    assert [(sheet.name, sheet.rows) for sheet in book.sheets] == [("A & B's", [["n"], [1]]), ("二", [["n"], [2], [3]])]
    assert [sheet.auto_filter.ref for sheet in openpyxl.load_workbook(io.BytesIO(out.getvalue()))] == ["A1:A2", "A1:A3"]


def test_a_list_longer_than_a_sheet_is_refused(monkeypatch):
    monkeypatch.setattr(writing, "MAX_SHEET_ROWS", 1000)

    with pytest.raises(Refused, match=r"^The list is longer than a spreadsheet can be"):
        written(["n"], ((number,) for number in range(1200)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12), min_size=1, max_size=6))
def test_any_text_survives_the_way_through_a_workbook(texts):
    [sheet] = read_book(written(["x"] * len(texts), [texts]), "a.xlsx").sheets

    read = [cell or "" for cell in (sheet.rows[1] if len(sheet.rows) > 1 else [])]
    assert read + [""] * (len(texts) - len(read)) == texts


def test_csv_has_a_mark_and_guards_what_looks_like_a_formula():
    rows = [("=1+1", "+86", "-5", "@x", -5, None, 'a,"b"\nc', dt.date(2026, 5, 1))]

    data = b"".join(csv_rows(["a", "=b", "c", "d", "e", "f", "g", "h"], rows))

    assert data == (b'\xef\xbb\xbfa,\'=b,c,d,e,f,g,h\r\n\'=1+1,\'+86,\'-5,\'@x,-5,,"a,""b""\nc",2026-05-01\r\n')
    assert read_book(data, "a.csv").sheets[0].rows[1][:4] == ["=1+1", "+86", "-5", "@x"]


def test_csv_writes_moments_as_the_office_reads_its_clock():
    moment = dt.datetime(2026, 5, 1, 12, 15, tzinfo=dt.UTC)

    assert b"2026-05-01 20:15" in b"".join(csv_rows(["t"], [(moment,)]))


def test_csv_comes_in_pieces():
    pieces = list(csv_rows(["n"], ((number,) for number in range(1000))))

    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\r\n") == 1001


WRITE_MANY = """
from trainee_mgmt.kit.sheets import csv_rows, xlsx_rows
header = [f"column {n}" for n in range(18)]
def rows(count):
    for n in range(count):
        yield [n, *(f"value {n} {column}" for column in range(17))]
def xlsx(count):
    xlsx_rows(sys.argv[1], header, rows(count), sheet_name="x")
def csv(count):
    for _piece in csv_rows(header, rows(count)):
        pass
print(json.dumps([growth(lambda: xlsx(60_000)), growth(lambda: csv(60_000))]))
"""


def test_sixty_thousand_rows_grow_memory_by_less_than_eight_mebibytes(tmp_path):
    assert max(measured(WRITE_MANY, str(tmp_path / "a.xlsx"))) < 8 * 1024


def test_problem_rows_come_back_as_they_were_without_the_remarks():
    header = ["序号", "姓名", "出生日期", None, "手机号码"]
    cells = [1, "张三", dt.date(1999, 6, 1), "x", 13800000000.5]
    sheet = ProblemSheet("县干1班", header, [ProblemRow("手机号码少一位", "县干1班 第 5 行 E 列", cells)])

    data = problem_book([sheet])

    assert [cell.value for cell in opened(data)[1]] == [
        "Problem",
        "Place",
        "序号",
        "姓名",
        "出生日期",
        None,
        "手机号码",
    ]
    assert [cell.value for cell in opened(data)[2]][:2] == ["手机号码少一位", "县干1班 第 5 行 E 列"]
    [back] = read_book(data, "问题.xlsx").sheets
    assert (back.name, back.first_row) == ("县干1班", 1)
    assert back.rows == [[None, None, *header], [None, None, *cells]]


def test_a_problem_workbook_in_chinese_is_recognised():
    with translation.override("zh-hans"):
        data = problem_book([ProblemSheet("a", ["姓名"], [ProblemRow("x", "y", ["张三"])])])

    assert [cell.value for cell in opened(data)[1]] == ["问题", "位置", "姓名"]
    assert read_book(data, "a.xlsx").sheets[0].rows == [[None, None, "姓名"], [None, None, "张三"]]


def test_a_sheet_of_its_own_with_such_columns_is_left_alone():
    rows = [["位置", "问题"], ["甲", "乙"]]

    assert read_book(written(rows[0], rows[1:]), "a.xlsx").sheets[0].rows == rows


def test_report_has_titles_formats_print_setup_and_a_native_chart():
    report = report_book("年终报告")
    sheet = report.add_sheet("构成", landscape=True)
    top = report.write_title(sheet, "人员构成", "第三期")
    rows = [("26–40", 306, Decimal("0.68"), dt.date(2026, 9, 1), "=1+1"), ("41–60", 144, Decimal("0.32"), None, "@x")]
    end = report.write_table(
        sheet, top, ["年龄", "人数", "占比", "日期", "备注"], rows, kinds=("text", "number", "percent")
    )
    report.write(sheet, end + 1, 0, "n = 450, N = 450", "note")
    report.write_link(sheet, end + 2, 0, "https://example.com/figures/age", "打开明细")
    span = (top + 1, 0, end - 1, 0)
    report.add_chart(
        sheet, (1, 7), "column", title="年龄", categories=span, series=[("人数", (top + 1, 1, end - 1, 1))]
    )
    report.add_chart(sheet, (20, 7), "pie", title="年龄", categories=span, series=[("人数", (top + 1, 1, end - 1, 1))])
    data = report.finish()

    page = opened(data)
    assert [cell.value for cell in page[4]][:3] == ["年龄", "人数", "占比"]
    assert [(cell.value, cell.data_type) for cell in page[5]][:2] == [("26–40", "s"), (306, "n")]
    assert (page["C5"].number_format, page["E5"].value, page["E5"].data_type) == ("0.0%", "=1+1", "s")
    assert (page.page_setup.paperSize, page.page_setup.orientation, page.page_setup.fitToHeight) == (
        9,
        "landscape",
        0,
    )
    assert (page.freeze_panes, page.print_title_rows) == ("A5", "$4:$4")
    assert (page.oddFooter.center.text, page["A9"].hyperlink.target) == (
        "Page &P of &N",
        "https://example.com/figures/age",
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [name for name in archive.namelist() if "chart" in name and "rels" not in name] == [
            "xl/charts/chart1.xml",
            "xl/charts/chart2.xml",
        ]


def test_report_keeps_every_digit_of_what_is_longer_than_a_number_may_be():
    report = report_book()
    sheet = report.add_sheet("a")
    report.write_table(sheet, 0, ["身份证号", "n"], [("990000198801210143", 10**17)])

    assert [cell.value for cell in opened(report.finish())[2]] == ["990000198801210143", str(10**17)]
