"""Reads whatever offices call a spreadsheet. The bytes decide what it is, never the name."""

import math
import pathlib
from datetime import date, datetime, time, timedelta
from io import BytesIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from trainee_mgmt.kit.sheets import ods, text, webpage, xls, xlsx
from trainee_mgmt.kit.sheets.archive import Archive
from trainee_mgmt.kit.sheets.book import (
    MAX_FILE_BYTES,
    BadFile,
    Book,
    Cell,
    Sheet,
    column_letter,
    damaged,
    wrong_kind,
)
from trainee_mgmt.kit.sheets.ole import MAGIC as OLE
from trainee_mgmt.kit.sheets.problems import without_remarks

ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
EXACT_FLOAT = 10**15  # whole numbers of more digits may have lost some on their way through Excel
WORKBOOK_NAMES = (".xls", ".xlsx", ".xlsm", ".et", ".ods")
MAC_WORKBOOK = "Index/Document.iwa"


def read_book(data: bytes, name: str) -> Book:
    """Read a whole file. Everything is judged before a reader sees it; BadFile says why and what to do."""
    if not data:
        raise BadFile(_("The file is empty. Choose the file again."))
    if len(data) > MAX_FILE_BYTES:
        raise BadFile(
            _("The file is larger than %(limit)s MB. Delete pictures and what is not part of the list.")
            % {"limit": MAX_FILE_BYTES // 1024 // 1024}
        )
    if data.startswith(b"PK"):
        return _read_archive(data, name)
    if data.startswith(OLE):
        judged, notes = xls.judge(data)
        return _read_workbook(judged, Book(name, "xls", notes=notes))
    _refuse_other_formats(data)
    return _read_text(data, name)


def _read_archive(data: bytes, name: str) -> Book:
    archive = Archive(data)
    parts = archive.parts
    if "xl/workbook.xml" in parts:
        notes = xlsx.judge(archive)
        kind = "xlsm" if any(part.lower().endswith("vbaproject.bin") for part in parts) else "xlsx"
        return _read_workbook(data, Book(name, kind, notes=notes))
    if archive.read("mimetype").startswith(ODS_TYPE) and {"content.xml", "META-INF/manifest.xml"} <= parts.keys():
        return _read_workbook(data, Book(name, "ods", notes=ods.judge(archive)))
    raise _other_archive(archive)


def _other_archive(archive: Archive) -> BadFile:
    names = archive.parts.keys()
    if "xl/workbook.bin" in names or MAC_WORKBOOK in names:
        return BadFile(_("This kind of workbook is not read. Open it and save it as .xlsx."))
    if any(name.startswith("word/") for name in names):
        return wrong_kind(_("a Word document"))
    if any(name.startswith("ppt/") for name in names):
        return wrong_kind(_("a presentation"))
    if any(name.lower().endswith((".xlsx", ".xls", ".xlsm", ".ods", ".csv")) for name in names):
        return BadFile(_("This is a compressed archive. Unpack it and send the spreadsheets in it one by one."))
    return wrong_kind(_("a compressed archive or another program's document"))


def _refuse_other_formats(data: bytes) -> None:
    signatures = (
        ((b"%PDF",), _("a PDF")),
        ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"), _("a picture")),
        ((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"), _("a compressed archive")),
        ((b"MZ", b"\x7fELF"), pgettext("file", "a program")),
        ((b"{\\rtf",), _("a Word document")),
    )
    for beginnings, what in signatures:
        if data.startswith(beginnings) and not data[:512].isascii():
            raise wrong_kind(what)
    if data.startswith((b"%PDF-", b"{\\rtf")):
        raise wrong_kind(_("a PDF") if data.startswith(b"%") else _("a Word document"))


def _read_workbook(data: bytes, book: Book) -> Book:
    """Hand the judged bytes to the reader; whatever still goes wrong in there means a damaged file."""
    try:
        with load_workbook(BytesIO(data)) as workbook:
            for index, sheet in enumerate(workbook.sheets_metadata):
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    hidden = sheet.visible != SheetVisibleEnum.Visible
                    book.sheets.append(_sheet(sheet.name, hidden, workbook.get_sheet_by_index(index)))
                elif sheet.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba):
                    book.notes.append(_("Sheet “%(sheet)s” holds macros and was left out.") % {"sheet": sheet.name})
    except (CalamineError, OSError, ValueError, OverflowError, IndexError, KeyError, TypeError):
        raise damaged() from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the Rust reader is no Exception of Python
            raise
        raise damaged() from None
    _announce_hidden(book)
    return _with_content(book)


def _announce_hidden(book: Book) -> None:
    for sheet in book.sheets:
        if sheet.hidden:
            book.notes.append(
                _("Sheet “%(sheet)s” is hidden. Look whether it belongs to the list.") % {"sheet": sheet.name}
            )


def _with_content(book: Book) -> Book:
    book.sheets = [without_remarks(sheet) for sheet in book.sheets]
    if not any(sheet.rows for sheet in book.sheets):
        raise BadFile(_("The file holds no rows. Check that this is the right file."))
    return book


def _sheet(name: str, hidden: bool, sheet) -> Sheet:
    if sheet.start is None:
        return Sheet(name, hidden, [])
    top, left = sheet.start
    margin = [None] * left
    rows = [margin + [_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=True)]
    return _trimmed(Sheet(name, hidden, rows, top + 1))


def _trimmed(sheet: Sheet) -> Sheet:
    """Without the empty rows at both ends; the number of the first row moves along."""
    full = [index for index, row in enumerate(sheet.rows) if any(cell is not None for cell in row)]
    if not full:
        return Sheet(sheet.name, sheet.hidden, [])
    return Sheet(sheet.name, sheet.hidden, sheet.rows[full[0] : full[-1] + 1], sheet.first_row + full[0])


def _cell(value) -> Cell:
    """Plain values: no empty texts, whole numbers as int where every digit is sure, durations as text."""
    if value == "" or value is None:
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < EXACT_FLOAT else value
    if isinstance(value, timedelta):
        return _duration(value)
    return value if isinstance(value, str | int | datetime | date | time) else str(value)


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"


def _read_text(data: bytes, name: str) -> Book:
    encoding, guessed = text.detect(data)
    start = text.open_text(data, encoding).read(text.SAMPLE)
    if webpage.looks_like(start):
        book = _read_page(data, Book(name, "html", encoding.removesuffix("-sig")))
    else:
        _refuse_markup(start)
        kind, rows = text.rows(data, encoding)
        sheet = _trimmed(Sheet(pathlib.PurePath(name).stem, hidden=False, rows=rows))
        book = Book(name, kind, encoding.removesuffix("-sig"), [sheet])
        if pathlib.PurePath(name).suffix.lower() in WORKBOOK_NAMES:
            book.notes.append(_("The file is plain text that is named like a workbook. It was read as text."))
    if guessed:
        book.notes.append(
            _("The file was read in the encoding %(encoding)s. Check that the names look right.")
            % {"encoding": book.encoding.upper()}
        )
    return _with_content(book)


def _read_page(data: bytes, book: Book) -> Book:
    if len(data) > webpage.MAX_PAGE_BYTES:
        raise webpage.page_too_large()
    for number, rows in enumerate(webpage.tables(text.open_text(data, book.encoding).read()), start=1):
        title = _("Table %(number)s") % {"number": number}
        book.sheets.append(_trimmed(Sheet(title, hidden=False, rows=rows)))
    if pathlib.PurePath(book.name).suffix.lower() in WORKBOOK_NAMES:
        book.notes.append(_("The file is a web page that is named like a workbook. The tables in it were read."))
    return book


def _refuse_markup(start: str) -> None:
    start = start[:2000].lstrip("\ufeff \t\r\n").lower()
    if "urn:schemas-microsoft-com:office:spreadsheet" in start or start.startswith("mime-version:"):
        raise BadFile(_("This kind of workbook is not read. Open it and save it as .xlsx."))
    if start.startswith(("<?xml", "<!doctype", "<svg", "{")):
        raise wrong_kind(_("a file of another program"))


__all__ = ["BadFile", "Book", "Cell", "Sheet", "column_letter", "read_book"]
