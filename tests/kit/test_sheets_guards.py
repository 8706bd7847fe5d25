"""What must not be opened is refused with a sentence, before the reader of workbooks sees a byte of it."""

import contextlib
import io
import pathlib
import struct
import zipfile

import openpyxl
import pytest
import xlwt
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rustpy_xlsxwriter import FastExcel
from xlsxwriter import Workbook

from tests.kit import nasty
from tests.kit.memory import measured
from trainee_mgmt.kit.sheets import BadFile, read_book, reading
from trainee_mgmt.kit.sheets.book import MAX_FILE_BYTES

FILES = pathlib.Path(__file__).parent.parent / "files"
DAMAGED = "The file is damaged or incomplete"
BOMB = "The file unpacks to far more than a spreadsheet holds"
PASSWORD = "The file is protected by a password"
UNSAFE = "The file asks to load other data"
ROWS = "Sheet “%s” has content below row 50,000"
COLUMNS = "Sheet “%s” has content beyond column GR"
CELLS = "The file has more than 2,000,000 cells"
OTHER = "This kind of workbook is not read"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def no_reader(monkeypatch):
    """The reader of workbooks is out of reach: a refusal has to come from the guards."""

    def never(_file):
        raise AssertionError("the reader was called")

    monkeypatch.setattr(reading, "load_workbook", never)


def refusal(data: bytes, name="a.xlsx") -> str:
    with pytest.raises(BadFile) as caught:
        read_book(data, name)
    return str(caught.value)


def marked_encrypted(data: bytes) -> bytes:
    """Set the encryption flag of each part, in the directory and in front of the part."""
    data = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def overlapping() -> bytes:
    """Two entries of the directory lead to the same packed bytes."""
    data = nasty.archive({"xl/workbook.xml": b"x" * 5000, "xl/copy00000.xml": b"y"}, zipfile.ZIP_STORED)
    second = data.rindex(b"PK\x01\x02")
    first = data.index(b"PK\x01\x02")
    entry = bytearray(data[first : first + 46])
    entry[42:46] = struct.pack("<I", 0)
    entry[28:30] = struct.pack("<H", 16)
    return data[:second] + bytes(entry) + data[second + 46 :]


def lying_about_size() -> bytes:
    """The directory declares less than the part unpacks to."""
    data = bytearray(nasty.with_parts(nasty.xlsx(), parts={nasty.SHEET: nasty.zeros(5_000_000)}))
    at = data.rindex(nasty.SHEET.encode()) - 46
    data[at + 24 : at + 28] = struct.pack("<I", 4096)
    return bytes(data)


def loop_in_table() -> bytes:
    """A compound file whose chain of sectors bites its own tail."""
    data = bytearray(nasty.xls([("x",)] * 2000))
    fat = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
    data[fat : fat + 40] = struct.pack("<10I", 1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
    return bytes(data)


def directory_of_many() -> bytes:
    return nasty.archive({f"xl/{number}.xml": b"" for number in range(2_500)})


DOCTYPE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FULL = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR_ROW = FULL + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
FAR_ROW_WITHOUT_REFERENCE = FULL + '<row r="1048576"><c><v>1</v></c></row>'
FAR_ROW_ONLY_IN_CELL = FULL + '<row r="2"><c r="B60000"><v>1</v></c></row>'
FAR_COLUMN = '<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'
COUNTED_COLUMNS = "<row>" + "<c><v>1</v></c>" * 201 + "</row>"
COUNTED_ROWS = "<row><c><v>1</v></c></row>" * 50_001
HIDDEN_BY_COMMENT = '<!-- <row r="1" x=" --><row r="99999"><c a="&gt;>" r="A99999"><v>1</v></c></row><!-- "> -->'
FAR_LARGE_AREA = (
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="30000"><c r="GR30000"><v>1</v></c></row>'  # 6,000,000 cells
)
LONG_TEXT = f'<sst xmlns="{nasty.MAIN[7:-1]}"><si><t>{"很" * 30_000}</t></si></sst>'
REPEATED_TEXT = "".join(f'<row r="{row}"><c t="s"><v>0</v></c></row>' for row in range(1, 3_001))
COMMENTED = "很很很很很<!--<si/>-->" * 6_000
COMMENTED_TEXT = f"<sst {nasty.MAIN}><si><t>{COMMENTED}</t></si></sst>"
PREFIXED_TEXT = f'<x:sst xmlns:x="{nasty.MAIN[7:-1]}"><x:si><x:t>{"很" * 30_000}</x:t></x:si><si xmlns="{nasty.MAIN[7:-1]}"/></x:sst>'
ODS_CELL = nasty.ods_text("x")
ODS_LONG = nasty.ods_text("很" * 10_000, 'table:number-columns-repeated="100"')


def ods_rows(cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


REFUSED = {
    "empty": (b"", "The file is empty."),
    "too large": (b"a" * (MAX_FILE_BYTES + 1), "The file is larger than 20 MB."),
    "zip signature alone": (b"PK\x03\x04", DAMAGED),
    "ole signature alone": (nasty.xls()[:8], DAMAGED),
    "xlsx cut in the middle": (nasty.xlsx()[:3000], DAMAGED),
    "xls cut in the middle": (nasty.xls([("名" * 50, n) for n in range(500)])[:20_000], DAMAGED),
    "something behind the archive": (nasty.xlsx() + b"\0", DAMAGED),
    "something before the archive": (nasty.xlsx() + nasty.xlsx([("other",)]), DAMAGED),
    "encrypted xlsx": (nasty.renamed_stream(nasty.xls(), "EncryptedPackage"), PASSWORD),
    "encrypted xls": (nasty.biff(b"", before=nasty.record(0x2F, b"\1\0" * 27)), PASSWORD),
    "encrypted zip": (marked_encrypted(nasty.xlsx()), PASSWORD),
    "encrypted ods": (nasty.ods(ods_rows(ODS_CELL), manifest="<manifest:encryption-data/>"), PASSWORD),
    "docx": (nasty.archive({"word/document.xml": "<w/>"}), "This is a Word document, not a spreadsheet."),
    "doc": (nasty.renamed_stream(nasty.xls(), "WordDocument"), "This is a Word document, not a spreadsheet."),
    "pptx": (nasty.archive({"ppt/presentation.xml": "<p/>"}), "This is a presentation, not a spreadsheet."),
    "other compound file": (nasty.renamed_stream(nasty.xls(), "Contents"), "This is a file of another program"),
    "jar": (nasty.archive({"META-INF/MANIFEST.MF": "x"}), "This is a compressed archive or another program's document"),
    "xlsb": (nasty.archive({"xl/workbook.bin": b"x"}), OTHER),
    "zip of spreadsheets": (nasty.archive({"a/名册.xlsx": nasty.xlsx()}), "This is a compressed archive. Unpack it"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "This is a PDF, not a spreadsheet."),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is a picture, not a spreadsheet."),
    "rar": (b"Rar!\x1a\x07\x01\0\xff", "This is a compressed archive, not a spreadsheet."),
    "program": (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "This is a program, not a spreadsheet."),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is a file of another program"),
    "json": (b'{"a": 1}', "This is a file of another program"),
    "workbook of Excel 2003 in XML": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        OTHER,
    ),
    "web archive": (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", OTHER),
    "binary": (bytes(range(256)) * 10, "This is a file of another program"),
    "utf-8 with a fault": ("姓名,电话\n张三,1\n".encode() * 30 + b"\xe5\xbc,2\n", "Line 61 of the file is damaged"),
    "utf-8 cut in a character": ("姓名,电话\n张三,1\n李四".encode()[:-1], "Line 3 of the file is damaged"),
    "no encoding at all": ("姓名".encode("gbk") + b"\xff\xff\n" * 20, "The text of the file cannot be read"),
    "utf-16 cut in a character": ("姓名,电话".encode("utf-16")[:-1], "The text of the file cannot be read"),
    "only empty rows": (b",,,\n,,\n", "The file holds no rows."),
    "workbook without rows": (nasty.xlsx([]), "The file holds no rows."),
    "page without tables": (b"<html><body>404</body></html>", "The file holds no rows."),
    "dense part": (nasty.with_parts(nasty.xlsx(), parts={"xl/media/a.bin": b"0" * 30_000_000}), BOMB),
    "large whole": (nasty.with_parts(nasty.xlsx(), parts={"xl/a.xml": b"0" * 110_000_000}), BOMB),
    "overlapping parts": (overlapping(), BOMB),
    "too many parts": (directory_of_many(), BOMB),
    "part larger than declared": (lying_about_size(), BOMB),
    "endless tag": (nasty.with_parts(nasty.xlsx(), parts={nasty.SHEET: "<a " + "b" * 6_000_000}), BOMB),
    "endless names": (
        nasty.with_parts(nasty.xlsx(), parts={"docProps/a.xml": "".join(f"<q{n}>" for n in range(20_000))}),
        BOMB,
    ),
    "two sheets from one part": (
        nasty.with_parts(
            nasty.xlsx(),
            parts={
                "xl/workbook.xml": f'<workbook {nasty.MAIN} xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
                '<sheet name="b" sheetId="2" r:id="rId1"/></sheets></workbook>'
            },
        ),
        DAMAGED,
    ),
    "sheet outside the judged parts": (
        nasty.with_parts(
            nasty.xlsx(),
            parts={
                "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="media/a.png"/></Relationships>'
            },
        ),
        UNSAFE,
    ),
    "document type in the sheet": (nasty.with_sheet(FULL, head=DOCTYPE), UNSAFE),
    "entities in the sheet": (nasty.with_sheet(FULL, head=LAUGHS), UNSAFE),
    "document type in the relations": (
        nasty.with_parts(nasty.xlsx(), parts={"xl/_rels/workbook.xml.rels": DOCTYPE + "<Relationships/>"}),
        UNSAFE,
    ),
    "document type in the properties": (
        nasty.with_parts(nasty.xlsx(), parts={"docProps/core.xml": DOCTYPE + "<x>&a;</x>"}),
        UNSAFE,
    ),
    "document type in ods": (nasty.ods(ods_rows(ODS_CELL), content_head=DOCTYPE), UNSAFE),
    "sheet in utf-16": (
        nasty.with_parts(nasty.xlsx(), parts={nasty.SHEET: f"<worksheet {nasty.MAIN}/>".encode("utf-16")}),
        DAMAGED,
    ),
    "sheet that is no xml": (nasty.with_sheet("<row><c></row>"), DAMAGED),
    "far row": (nasty.with_sheet(FAR_ROW), ROWS % "名册"),
    "far row without reference": (nasty.with_sheet(FAR_ROW_WITHOUT_REFERENCE), ROWS % "名册"),
    "far row only in the cell": (nasty.with_sheet(FAR_ROW_ONLY_IN_CELL), ROWS % "名册"),
    "far row behind a comment": (nasty.with_sheet(HIDDEN_BY_COMMENT), ROWS % "名册"),
    "far column": (nasty.with_sheet(FAR_COLUMN), COLUMNS % "名册"),
    "too many rows, uncounted": (nasty.with_sheet(COUNTED_ROWS), ROWS % "名册"),
    "too many columns, uncounted": (nasty.with_sheet(COUNTED_COLUMNS), COLUMNS % "名册"),
    "wide and long at once": (nasty.with_sheet(FAR_LARGE_AREA), CELLS),
    "million empty elements": (nasty.with_sheet("<row>" + "<c/>" * 2_000_100 + "</row>"), CELLS),
    "long text used often": (nasty.with_sheet(REPEATED_TEXT, **{"xl/sharedStrings.xml": LONG_TEXT}), CELLS),
    "long text cut by comments": (nasty.with_sheet(REPEATED_TEXT, **{"xl/sharedStrings.xml": COMMENTED_TEXT}), CELLS),
    "long text under a prefix": (nasty.with_sheet(REPEATED_TEXT, **{"xl/sharedStrings.xml": PREFIXED_TEXT}), CELLS),
    "long text in another part": (nasty.with_sheet(REPEATED_TEXT, **{"xl/texts.xml": LONG_TEXT}), CELLS),
    "sheet outside the workbook's folder": (
        nasty.with_parts(
            nasty.xlsx(),
            parts={
                "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="/customXml/a.xml"/>'
                "</Relationships>"
            },
        ),
        UNSAFE,
    ),
    "document type in utf-16": (
        nasty.with_parts(nasty.xlsx(), parts={"customXml/a.xml": (DOCTYPE + "<x>&a;</x>").encode("utf-16")}),
        UNSAFE,
    ),
    "sheet that is the shared texts": (
        nasty.with_parts(
            nasty.xlsx(),
            parts={
                "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="sharedStrings.xml"/>'
                "</Relationships>"
            },
        ),
        DAMAGED,
    ),
    "wrong reference": (nasty.with_sheet('<row r="1"><c r="A0"><v>1</v></c></row>'), DAMAGED),
    "wrong row": (nasty.with_sheet('<row r="-1"><c><v>1</v></c></row>'), DAMAGED),
    "ods far row": (nasty.ods(ods_rows("<table:table-cell/>", 60_000) + ods_rows(ODS_CELL)), ROWS % "名册"),
    "ods row repeated": (nasty.ods(ods_rows(ODS_CELL, 1_000_000)), ROWS % "名册"),
    "ods cell repeated": (
        nasty.ods(ods_rows(nasty.ods_text("x", 'table:number-columns-repeated="16384"'))),
        COLUMNS % "名册",
    ),
    "ods text repeated": (nasty.ods(ods_rows(ODS_LONG, 100)), CELLS),
    "ods endless repeat": (nasty.ods(ods_rows(ODS_CELL, 99_999_999)), BOMB),
    "ods wrong repeat": (nasty.ods('<table:table-row table:number-rows-repeated="-1"/>'), DAMAGED),
    "xls far row": (nasty.biff(nasty.number_cell(0, 0) + nasty.number_cell(65_535, 0)), ROWS % "名册"),
    "xls far column": (nasty.biff(nasty.number_cell(0, 255)), COLUMNS % "名册"),
    "xls without sheets": (nasty.biff(b"").replace(b"\x85\0", b"\x86\0", 1), DAMAGED),
    "xls with a claim of texts": (nasty.biff(b"", after=nasty.record(0xFC, struct.pack("<II", 1, 1 << 30))), DAMAGED),
    "xls with a loop": (loop_in_table(), DAMAGED),
    "csv too long": (b"a,b\n" * 50_001, ROWS % "1"),
    "csv too wide": (b"a," * 200 + b"a\n", COLUMNS % "1"),
    "csv of commas": (b"," * 3_000_000, CELLS),
    "page too long": (b"<table>" + b"<tr><td>1" * 50_001, ROWS % "1"),
    "csv of one line": (b"a,b\n" + b"c" * 200_000, CELLS),
    "page of empty cells": (b"<table><tr>" + b"<td>" * 600_000, "The file is a very large web page."),
    "page too large": (b"<table>" + b" " * 11_000_000, "The file is a very large web page."),
}


@pytest.mark.usefixtures("no_reader")
@pytest.mark.parametrize("case", [case for case in REFUSED if case != "workbook without rows"])
def test_refused_before_the_reader_is_called(case):
    data, sentence = REFUSED[case]

    told = refusal(data)

    assert told.startswith(sentence), told
    assert told.endswith(".")


def test_workbook_without_rows_is_refused():
    assert refusal(nasty.xlsx([])).startswith("The file holds no rows.")


@pytest.mark.parametrize("name", ["street-roster-450.xlsx", "check-in-form.xls"])
def test_every_file_cut_short_is_refused(name):
    data = (FILES / name).read_bytes()

    for cut in range(8, len(data) - 1, len(data) // 97):
        assert refusal(data[:cut], name)


def test_part_inside_a_part_is_never_unpacked():
    inner = nasty.archive({"a.xml": nasty.zeros(1_000_000)})
    data = nasty.with_parts(nasty.xlsx(), parts={"xl/embeddings/book.xlsx": inner})

    assert read_book(data, "a.xlsx").sheets[0].rows == [["姓名", "电话"], ["张三", "13800000000"]]


def test_a_sheet_that_only_claims_a_million_rows_is_read():
    sheet = f'<worksheet {nasty.MAIN}><dimension ref="A1:XFD1048576"/><sheetData>{FULL}</sheetData></worksheet>'

    book = read_book(nasty.with_parts(nasty.xlsx(), parts={nasty.SHEET: sheet}), "a.xlsx")

    assert book.sheets[0].rows == [[1]]


def test_formatted_but_empty_rows_far_below_are_no_content():
    body = FULL + '<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"></c></row>'

    assert read_book(nasty.with_sheet(body), "a.xlsx").sheets[0].rows == [[1]]


@pytest.mark.parametrize(
    "claim",
    [
        struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0),
        struct.pack("<IIHHH", 0, 65_536, 0, 256, 0),
        struct.pack("<IIHHH", 9, 0, 9, 0, 0),
        struct.pack("<HHHHH", 0, 0xFFFF, 0, 0xFFFF, 0),
    ],
)
def test_an_xls_that_claims_more_than_it_holds_is_read_for_what_it_holds(claim):
    data = nasty.biff(nasty.record(0x200, claim) + nasty.number_cell(1, 2, 7))

    [sheet] = read_book(data, "a.xls").sheets

    assert (sheet.first_row, sheet.rows) == (2, [[None, None, 7]])


def test_text_used_often_is_read_when_it_is_short():
    shared = f"<sst {nasty.MAIN}><si><t>{'长' * 5_000}</t></si><si><t>汉族</t></si></sst>"
    body = '<row r="1"><c t="s"><v>0</v></c></row>' + '<row><c t="s"><v>1</v></c></row>' * 20_000

    [sheet] = read_book(nasty.with_sheet(body, **{"xl/sharedStrings.xml": shared}), "a.xlsx").sheets

    assert (sheet.rows[0], sheet.rows[-1], len(sheet.rows)) == (["长" * 5_000], ["汉族"], 20_001)


def test_notes_of_other_programs_in_utf_16_pass():
    note = "<?xml version='1.0' encoding='UTF-16'?><note>甲</note>".encode("utf-16")

    assert len(read_book(nasty.with_parts(nasty.xlsx(), parts={"customXml/item1.xml": note}), "a").sheets[0].rows) == 2


def test_workbooks_of_other_writers_pass(tmp_path):
    target = tmp_path / "a.xlsx"
    FastExcel(str(target)).sheet("一", [{"姓名": "张三"}]).save()
    other = io.BytesIO()
    with Workbook(other) as book:
        book.add_worksheet("一").write_column(0, 0, ["姓名", "张三"])
    write_only = openpyxl.Workbook(write_only=True)
    sheet = write_only.create_sheet("一")
    sheet.append(["姓名"])
    sheet.append(["张三"])

    for data in (target.read_bytes(), other.getvalue(), nasty.saved(write_only)):
        assert [(sheet.name, sheet.rows) for sheet in read_book(data, "a.xlsx").sheets] == [
            ("一", [["姓名"], ["张三"]])
        ]


def test_texts_of_xls_that_cross_its_records_pass():
    source = xlwt.Workbook(encoding="utf-8")
    sheet = source.add_sheet("a")
    texts = [f"{'很长的备注' * (number % 400)}{number}" for number in range(900)]
    for row, text in enumerate(texts):
        sheet.write(row, 0, text)

    assert [row[0] for row in read_book(nasty.saved(source), "a.xls").sheets[0].rows] == texts


REFUSE_ALL = """
from trainee_mgmt.kit.sheets import BadFile, read_book
folder = pathlib.Path(sys.argv[1])
read_book((folder / "warm.xlsx").read_bytes(), "warm.xlsx")
def refuse(data):
    try:
        read_book(data, "a.xlsx")
    except BadFile:
        return
    raise AssertionError("not refused")
print(json.dumps({path.stem: growth(lambda data=path.read_bytes(): refuse(data)) for path in folder.glob("*.bad")}))
"""


def test_no_refusal_grows_memory_by_fifty_mebibytes(tmp_path):
    (tmp_path / "warm.xlsx").write_bytes(nasty.xlsx())
    for case, (data, _sentence) in REFUSED.items():
        (tmp_path / f"{case}.bad").write_bytes(data)

    grown = measured(REFUSE_ALL, str(tmp_path))

    assert grown.keys() == REFUSED.keys()
    assert {case: kib for case, kib in grown.items() if kib > 50 * 1024} == {}


FIXTURES = [path.read_bytes() for path in sorted(FILES.iterdir())] + [
    nasty.xls(),
    nasty.ods(ods_rows(ODS_CELL)),
    nasty.biff(nasty.number_cell(0, 0)),
]


def read_or_refuse(data: bytes) -> None:
    """Rows or one sentence; any other exception fails the test."""
    with contextlib.suppress(BadFile):
        assert any(sheet.rows for sheet in read_book(data, "a.xls").sheets)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
@example(b"PK\x05\x06" + b"\0" * 18)
def test_any_bytes_are_read_or_refused(data):
    read_or_refuse(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(FIXTURES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
)
def test_any_real_file_with_some_bytes_changed_is_read_or_refused(data, changes):
    changed = bytearray(data)
    for place, piece in changes:
        at = int(place * len(data))
        changed[at : at + len(piece)] = piece

    read_or_refuse(bytes(changed))
