"""What people send is read as they see it in their own program."""

import datetime as dt
import io
import pathlib

import openpyxl
import pytest
import xlwt
from django.utils import translation

from tests.kit import nasty
from trainee_mgmt.kit.sheets import BadFile, column_letter, read_book

FILES = pathlib.Path(__file__).parent.parent / "files"
HEAD = ["姓名", "单位"]
PEOPLE = [HEAD, ["龚䶮", "新湖街道"], ["赵𬭎", "西乡街道"]]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def read(name):
    return read_book((FILES / name).read_bytes(), name)


def test_check_in_form_gives_four_sheets_with_the_rows_as_they_stand():
    book = read("check-in-form.xls")

    assert (book.kind, book.encoding, book.notes) == ("xls", None, [])
    assert [sheet.name for sheet in book.sheets] == ["县干1班", "县干2班", "青干班", "乡镇班"]
    assert [(sheet.first_row, len(sheet.rows), sheet.hidden) for sheet in book.sheets] == [
        (1, 60, False),
        (1, 58, False),
        (1, 55, False),
        (1, 55, False),
    ]
    first = book.sheets[0]
    assert first.rows[0] == ["2026年春季县干1班学员报到表（53人）", *[None] * 11]
    assert first.rows[2][:3] == ["序号", "姓名", "性别"]
    assert [type(cell) for cell in first.rows[4][:5]] == [int, str, str, str, int]


def test_phones_stored_as_numbers_come_as_whole_numbers():
    phones = [row[8] for sheet in read("check-in-form.xls").sheets for row in sheet.rows if isinstance(row[0], int)]

    assert {type(phone) for phone in phones} == {int, str}
    assert {len(str(phone)) for phone in phones} == {11}
    assert len(phones) == 200


def test_street_roster_gives_title_header_and_450_people():
    book = read("street-roster-450.xlsx")
    [sheet] = book.sheets

    assert (book.kind, sheet.name, sheet.first_row, len(sheet.rows), book.notes) == ("xlsx", "学员名册", 1, 452, [])
    assert sheet.rows[1][16] == "身份证号"
    assert {len(row[16]) for row in sheet.rows[2:]} == {18}


def test_other_fixtures_are_read_whole():
    assert len(read("applications-60.xlsx").sheets[0].rows) == 61
    assert len(read("hosts-23.xlsx").sheets[0].rows) == 31


def test_gbk_export_is_recognised_and_announced():
    book = read("online-progress-gbk.csv")

    assert (book.kind, book.encoding) == ("csv", "gbk")
    assert book.notes == ["The file was read in the encoding GBK. Check that the names look right."]
    assert book.sheets[0].rows[0] == ["手机号", "姓名", "课程名称", "学习进度", "学习时长(分钟)", "完成时间"]
    assert len(book.sheets[0].rows) == 365


def test_rows_and_columns_are_counted_as_in_the_spreadsheet_when_it_starts_at_c5():
    source = openpyxl.Workbook()
    source.active["C5"] = "姓名"
    source.active["D7"] = "张三"

    [sheet] = read_book(nasty.saved(source), "a.xlsx").sheets

    assert sheet.first_row == 5
    assert sheet.rows == [[None, None, "姓名", None], [None] * 4, [None, None, None, "张三"]]
    assert column_letter(sheet.rows[2].index("张三")) == "D"


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (199, "GR"), (701, "ZZ"), (702, "AAA")]
)
def test_column_letters(index, letters):
    assert column_letter(index) == letters


def test_xls_that_starts_at_c5_is_counted_the_same():
    source = xlwt.Workbook()
    source.add_sheet("a").write(4, 2, "x")

    [sheet] = read_book(nasty.saved(source), "a.xls").sheets

    assert (sheet.first_row, sheet.rows) == (5, [[None, None, "x"]])


def test_ods_that_starts_at_c5_is_counted_the_same():
    empty = '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
    margin = '<table:table-cell table:number-columns-repeated="2"/>'
    row = f"<table:table-row>{margin}{nasty.ods_text('x')}</table:table-row>"
    tail = '<table:table-row table:number-rows-repeated="1048571"><table:table-cell/></table:table-row>'

    book = read_book(nasty.ods(empty + row + tail), "a.ods")

    assert book.kind == "ods"
    assert (book.sheets[0].name, book.sheets[0].first_row, book.sheets[0].rows) == ("名册", 5, [[None, None, "x"]])


def test_repeated_rows_and_cells_of_ods_are_written_out():
    cell = nasty.ods_text("甲", 'table:number-columns-repeated="2"')
    row = f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-row>'
    gap = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'

    [sheet] = read_book(nasty.ods(row + gap + row), "a.ods").sheets

    assert sheet.rows == [["甲", "甲"], ["甲", "甲"], [None, None], [None, None], ["甲", "甲"], ["甲", "甲"]]


def test_values_keep_their_kind():
    row = [
        1.0,
        2.5,
        True,
        dt.date(1999, 6, 1),
        dt.datetime.fromisoformat("2026-05-01 20:15"),
        dt.time(9, 30),
        dt.timedelta(hours=30),
    ]

    [sheet] = read_book(nasty.xlsx([row]), "a.xlsx").sheets

    assert sheet.rows == [
        [1, 2.5, True, dt.date(1999, 6, 1), dt.datetime.fromisoformat("2026-05-01 20:15"), dt.time(9, 30), "30:00:00"]
    ]
    assert [type(cell) for cell in sheet.rows[0][:4]] == [int, float, bool, dt.date]


def test_numbers_of_more_than_fifteen_digits_stay_as_excel_kept_them():
    body = '<row r="1"><c r="A1"><v>990000198801210143</v></c><c r="B1"><v>990000880121014</v></c></row>'

    [sheet] = read_book(nasty.with_sheet(body), "a.xlsx").sheets

    assert sheet.rows == [[9.900001988012101e17, 990000880121014]]
    assert [type(cell) for cell in sheet.rows[0]] == [float, int]


def test_merged_cells_hold_their_value_once():
    source = openpyxl.Workbook()
    source.active["A1"] = "名册"
    source.active.merge_cells("A1:C1")
    source.active["C2"] = "x"

    assert read_book(nasty.saved(source), "a.xlsx").sheets[0].rows == [["名册", None, None], [None, None, "x"]]


def test_hidden_and_very_hidden_sheets_are_read_and_announced():
    source = openpyxl.Workbook()
    source.active.append(["a"])
    for title, state in [("旧名单", "hidden"), ("机密", "veryHidden")]:
        sheet = source.create_sheet(title)
        sheet.append(["x"])
        sheet.sheet_state = state

    book = read_book(nasty.saved(source), "a.xlsx")

    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("Sheet", False), ("旧名单", True), ("机密", True)]
    assert book.notes == [
        "Sheet “旧名单” is hidden. Look whether it belongs to the list.",
        "Sheet “机密” is hidden. Look whether it belongs to the list.",
    ]


def test_hidden_sheets_of_xls_and_ods_are_announced():
    source = xlwt.Workbook()
    source.add_sheet("a").write(0, 0, "x")
    source.add_sheet("b").write(0, 0, "x")
    source.get_sheet(1).visibility = 2
    styles = (
        '<office:automatic-styles><style:style style:name="ta1" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    table = f"<table:table-row>{nasty.ods_text('x')}</table:table-row>"

    assert [sheet.hidden for sheet in read_book(nasty.saved(source), "a.xls").sheets] == [False, True]
    assert [sheet.hidden for sheet in read_book(nasty.ods(table, styles=styles), "a.ods").sheets] == [True]


def test_macros_are_ignored_and_announced():
    data = nasty.with_parts(nasty.xlsx(), parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros"})

    book = read_book(data, "a.xlsm")

    assert (book.kind, book.notes) == ("xlsm", ["The file holds macros. They were ignored."])


def test_links_to_other_files_are_announced_and_never_followed():
    link = '<externalLink xmlns="x"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    data = nasty.with_parts(nasty.xlsx(), parts={"xl/externalLinks/externalLink1.xml": link})

    assert read_book(data, "a.xlsx").notes == [
        "The file refers to other files or databases. They were not opened; the values saved last count."
    ]


def test_formulas_without_a_saved_result_and_error_cells_are_announced():
    body = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1+1</f></c><c r="C1"><f>A1+2</f><v>3</v></c>'
        '<c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1" t="str"><f>""</f><v></v></c><c r="F1"><f>A1</f><v/></c></row>'
    )

    book = read_book(nasty.with_sheet(body), "a.xlsx")

    assert book.sheets[0].rows[0][:3] == [1, None, 3]
    assert book.notes == [
        "2 formulas hold no saved result and were read as empty. Open and save the file in Excel or WPS.",
        "1 cells show an error such as #N/A and were read as empty.",
    ]


TEXT = "姓名,单位\r\n龚䶮,新湖街道\r\n赵𬭎,西乡街道\r\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.xls", "noname"])
def test_encoding_is_found_from_the_bytes(data, encoding, name):
    book = read_book(data, name)

    assert (book.kind, book.encoding, book.sheets[0].rows) == ("csv", encoding, PEOPLE)


def test_gbk_text_keeps_plain_names():
    text = "姓名\t单位\n张三\t新湖街道\n"

    book = read_book(text.encode("gbk"), "名单.txt")

    assert (book.kind, book.encoding, book.sheets[0].name) == ("tab", "gbk", "名单")
    assert book.sheets[0].rows == [HEAD, ["张三", "新湖街道"]]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separator_is_found_from_the_lines(separator):
    text = separator.join(["姓名", "备注", "电话"]) + "\n" + separator.join(["张三", "a b", "1"]) + "\n"

    assert read_book(text.encode(), "a.csv").sheets[0].rows == [["姓名", "备注", "电话"], ["张三", "a b", "1"]]


def test_csv_rows_are_counted_as_a_spreadsheet_counts_them():
    text = '\n\n姓名,备注\n张三,"两\n行"\n\n李四,\n\n'

    [sheet] = read_book(text.encode(), "a.csv").sheets

    assert (sheet.first_row, sheet.rows) == (3, [["姓名", "备注"], ["张三", "两\n行"], [], ["李四", None]])


def test_text_kept_from_excel_and_our_own_guard_are_taken_off():
    text = '电话,备注\n"=""013800"",""x""",x\n"=""013800""",\'=1+1\n'

    [sheet] = read_book(text.encode(), "a.csv").sheets

    assert sheet.rows[2] == ["013800", "=1+1"]


def test_cells_that_look_like_formulas_stay_text():
    text = "姓名,备注\n=cmd|'/c calc'!A0,+1\n@SUM(1),-2\n"

    assert read_book(text.encode(), "a.csv").sheets[0].rows[1:] == [["=cmd|'/c calc'!A0", "+1"], ["@SUM(1)", "-2"]]


def test_quotation_marks_that_belong_to_the_text_survive():
    tab = '项目\t单位\n"点燃"学习计划\t甲\n'
    comma = '项目,单位\n"点燃"学习计划,甲\n'

    assert read_book(tab.encode(), "a.txt").sheets[0].rows[1] == ['"点燃"学习计划', "甲"]
    assert read_book(comma.encode(), "a.csv").sheets[0].rows[1] == ["点燃学习计划", "甲"]


def test_quotation_mark_that_swallows_lines_is_refused():
    text = '姓名,单位\n"张三,甲\n李四,乙\n'

    with pytest.raises(BadFile, match=r"^A quotation mark in or before line 3 is never closed"):
        read_book(text.encode(), "a.csv")


PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{0}"><style>td {{color: red}}</style>
<!-- <table><tr><td>no</td></tr></table> --></head><body><table border=1>
<tr><th colspan=3>名册</th></tr>
<tr><td>姓名</td><td>电话<br>手机</td><td>备注</td></tr>
<tr><td rowspan="2">张&nbsp;三</td><td x:str>="013800"</td><td>&lt;b&gt; A &amp; B</td></tr>
<tr><td>2</td><td><table><tr><td>inner</td></tr></table></td></tr>
</table><script>document.write("<table>")</script></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_web_page_named_xls_gives_its_table(encoding):
    book = read_book(PAGE.format(encoding).encode(encoding), "名册.xls")

    assert (book.kind, book.encoding, [sheet.name for sheet in book.sheets]) == ("html", encoding, ["Table 1"])
    assert book.notes[0] == "The file is a web page that is named like a workbook. The tables in it were read."
    assert book.sheets[0].rows == [
        ["名册", None, None],
        ["姓名", "电话\n手机", "备注"],
        ["张 三", "013800", "<b> A & B"],
        [None, "2", "inner"],
    ]


def test_text_named_xls_is_announced():
    assert read_book(TEXT.encode(), "a.xls").notes == [
        "The file is plain text that is named like a workbook. It was read as text."
    ]


def test_reader_closes_what_it_was_given_and_keeps_the_order_of_sheets():
    source = openpyxl.Workbook()
    source.active.title = "二班"
    source.active.append([2])
    source.create_sheet("一班", 0).append([1])

    book = read_book(io.BytesIO(nasty.saved(source)).getvalue(), "a.xlsx")

    assert [(sheet.name, sheet.rows) for sheet in book.sheets] == [("一班", [[1]]), ("二班", [[2]])]
