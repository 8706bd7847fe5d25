"""Spreadsheets as people send them, and as attackers do: built byte by byte where no library would write them."""

import io
import struct
import zipfile

import openpyxl
import xlwt
from xlwt.CompoundDoc import XlsDoc

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(rows=(("姓名", "电话"), ("张三", "13800000000")), title="名册") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return saved(book)


def xls(rows=(("姓名", "电话"), ("张三", "13800000000")), title="名册") -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(title)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    return saved(book)


def archive(parts: dict[str, bytes | str], method=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def with_parts(data: bytes, **changes) -> bytes:
    """The same archive with parts exchanged or added (names as given in ``changes['parts']``)."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    return archive({**parts, **changes["parts"]})


def with_sheet(body: str, head: str = "", **parts) -> bytes:
    """A workbook whose only sheet has this XML inside <sheetData>."""
    sheet = f"<?xml version='1.0' encoding='UTF-8'?>{head}<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"
    return with_parts(xlsx(), parts={SHEET: sheet, **parts})


def ods(rows: str, title="名册", manifest="", styles="", content_head="") -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{content_head}<office:document-content {names}>{styles}<office:body>'
        f'<office:spreadsheet><table:table table:name="{title}" table:style-name="ta1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    listing = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry></manifest:manifest>'
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": listing,
        "content.xml": content,
    }
    return archive(parts)


def ods_text(text: str, attributes="") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def bof(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def biff(sheet: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A compound file with one worksheet made of these records."""
    title = "名册".encode("utf-16-le")
    bound = struct.pack("<IBBBB", 0, 0, 0, 2, 1) + title
    end = record(0x0A)
    start = len(bof(5) + before + record(0x85, bound) + after + end)
    bound = struct.pack("<I", start) + bound[4:]
    stream = bof(5) + before + record(0x85, bound) + after + end + bof(0x10) + sheet + end
    out = io.BytesIO()
    XlsDoc().save(out, stream.ljust(4096, b"\0"))
    return out.getvalue()


def number_cell(row: int, column: int, value: float = 1.0) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def renamed_stream(data: bytes, name: str) -> bytes:
    """The compound file with its workbook stream under another name."""
    old = "Workbook".encode("utf-16-le").ljust(40, b"\0")
    return data.replace(old, name.encode("utf-16-le").ljust(40, b"\0"))


def zeros(size: int) -> bytes:
    return b"0" * size
