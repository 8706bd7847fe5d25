"""Lists out of the house, row by row in constant memory: .xlsx and csv.

The sheet is written straight into the archive; docs/decisions has the measurements. Every text is a text cell, so
nothing typed by people is ever run as a formula, and ID numbers and phones keep all their digits.
"""

import csv
import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

from django.utils import timezone
from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.sheets.book import column_letter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_SHEET_ROWS = 1_048_576
LONGEST_TEXT = 32_767  # of a cell; Excel calls a file with a longer one damaged
SURE_DIGITS = 10**15  # Excel keeps fifteen digits of a number; what is longer is written as text
SAMPLE = 200  # rows that decide the widths of the columns
NARROWEST, WIDEST = 6, 40
BATCH = 200  # rows written at once
DAY_ZERO = date(1899, 12, 30).toordinal()
FIRST_SURE_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
LOOKS_LIKE_FORMULA = "=+-@\t\r"
UNSAFE = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
SPECIAL = re.compile(rf"^[=+\-@\s]|\s$|{UNSAFE.pattern}")  # whatever cannot be written just as it is
ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}  # whatever else is unsafe is dropped
PLAIN, TEXT, DATE, MOMENT, TIME, HEAD, LITERAL, REMARK = range(8)  # places in the list of styles below

STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="3">\
<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>\
<numFmt numFmtId="166" formatCode="hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="等线"/></font>\
<font><b/><sz val="11"/><name val="等线"/></font></fonts><fills count="4"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/></patternFill></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFFDECEA"/></patternFill></fill></fills><borders count="1"><border/>\
</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="8"><xf/>\
<xf numFmtId="49" applyNumberFormat="1"/>\
<xf numFmtId="164" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>\
<xf numFmtId="165" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>\
<xf numFmtId="166" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>\
<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center"/></xf>\
<xf numFmtId="49" quotePrefix="1" applyNumberFormat="1"/>\
<xf numFmtId="49" fillId="3" applyNumberFormat="1" applyFill="1" applyAlignment="1">\
<alignment vertical="top" wrapText="1"/></xf></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PRINTED = (
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
)


@dataclass
class ListSheet:
    """One sheet of a workbook. ``text_columns``: places of columns whose numbers are names, not amounts."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence]
    text_columns: Iterable[int] = ()
    remarks: int = 0  # so many columns at the left are remarks about the row, shown apart


def xlsx_rows(
    target: str | BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence],
    *,
    sheet_name: str,
    text_columns: Iterable[int] = (),
) -> int:
    """Write one list; gives the number of rows. ``rows`` may be an endless-looking cursor: it is read once."""
    return xlsx_lists(target, [ListSheet(sheet_name, header, rows, text_columns)])


def xlsx_lists(target: str | BinaryIO, lists: Sequence[ListSheet]) -> int:
    """Write a workbook of lists, one sheet each, with a frozen head, filter buttons and fitting widths."""
    names = sheet_names([each.name for each in lists])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        counts = []
        for number, each in enumerate(lists, start=1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                counts.append(_write_sheet(part, each))
        for part, content in _frame(names, lists, counts).items():
            archive.writestr(part, XML + content if not content.startswith("<?xml") else content)
    return sum(counts)


def sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel accepts: no forbidden signs, at most 31 characters, each of them once."""
    taken: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", str(name)).strip(" '")[:31] or "1"
        unique, number = plain, 1
        while unique.casefold() in {other.casefold() for other in taken}:
            number += 1
            unique = f"{plain[: 28 - len(str(number))]} ({number})"
        taken.append(unique)
    return taken


def _write_sheet(part, each: ListSheet) -> int:
    rows = iter(each.rows)
    first = [tuple(row) for row in islice(rows, SAMPLE)]
    part.write(_sheet_head(each, first).encode())
    letters = [column_letter(index) for index in range(len(each.header))]
    writers = _writers(each)
    count, batch = 0, [_row(1, letters, [_head] * len(letters), [str(label) for label in each.header])]
    for count, row in enumerate(chain(first, rows), start=1):
        batch.append(_row(count + 1, letters, writers, row))
        if len(batch) == BATCH:
            part.write("".join(batch).encode())
            batch.clear()
            if count + BATCH >= MAX_SHEET_ROWS:
                raise Refused(_("The list is longer than a spreadsheet can be. Narrow it down, or take it as csv."))
    last = f"{letters[-1]}{count + 1}"
    quiet = f'<ignoredErrors><ignoredError sqref="A1:{last}" numberStoredAsText="1"/></ignoredErrors>'
    batch.append(f'</sheetData><autoFilter ref="A1:{last}"/>{PRINTED}{quiet}</worksheet>')
    part.write("".join(batch).encode())
    return count


def _sheet_head(each: ListSheet, sample: list[tuple]) -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(column_widths(each.header, sample), start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{XML}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        f'<sheetView workbookViewId="0">{pane}</sheetView></sheetViews><cols>{columns}</cols><sheetData>'
    )


def column_widths(header: Sequence[str], rows: Iterable[Sequence]) -> list[int]:
    """Widths in characters that show most of what stands in the columns; a Chinese character counts two."""
    widths = [text_width(str(label)) + 3 for label in header]  # room for the filter button
    for row in rows:
        for at, value in enumerate(row[: len(widths)]):
            if value is not None:
                widths[at] = max(widths[at], max(map(text_width, _shown(value)[:200].split("\n"))) + 1)
    return [min(max(width, NARROWEST), WIDEST) for width in widths]


def _shown(value) -> str:
    """As the cell shows it: a moment without seconds and zone."""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def text_width(text: str) -> int:
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def _row(number: int, letters: list[str], writers: list[Callable], row: Sequence) -> str:
    cells = [
        write(f"{letter}{number}", value) for letter, write, value in zip(letters, writers, row) if value is not None
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _writers(each: ListSheet) -> list[Callable[[str, object], str]]:
    """One function a column, so that nothing is asked twice for each cell."""
    named = set(each.text_columns)
    writers = [_named if at in named else _value for at in range(len(each.header))]
    return [_remark] * each.remarks + writers[each.remarks :]


def _value(place: str, value) -> str:
    if value.__class__ is str:
        if value and len(value) < LONGEST_TEXT and not SPECIAL.search(value):  # the usual case, without another call
            return f'<c r="{place}" s="1" t="inlineStr"><is><t>{value}</t></is></c>'
        return _text(place, value)
    if value.__class__ is int and -SURE_DIGITS < value < SURE_DIGITS:
        return f'<c r="{place}"><v>{value}</v></c>'
    return _other(place, value)


def _text(place: str, text: str, style: int = TEXT) -> str:
    if not text:
        return ""
    if UNSAFE.search(text) or len(text) > LONGEST_TEXT:
        text = _safe(text)
        if not text:
            return ""
    if text[0] in LOOKS_LIKE_FORMULA and style == TEXT:
        style = LITERAL  # stays text even after the cell is edited
    keep = ' xml:space="preserve"' if text[0] <= " " or text[-1] <= " " else ""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t{keep}>{text}</t></is></c>'


def _safe(text: str) -> str:
    text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return UNSAFE.sub(lambda found: ESCAPED.get(found[0], ""), text)


def _named(place: str, value) -> str:
    if isinstance(value, date | time | Decimal | float):
        return _other(place, value)
    return _text(place, str(value))


def _head(place: str, value: str) -> str:
    return _text(place, value, HEAD)


def _remark(place: str, value) -> str:
    return _text(place, str(value), REMARK)


def _other(place: str, value) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        return _moment(place, timezone.make_naive(value) if timezone.is_aware(value) else value)
    if isinstance(value, date):
        return _day(place, value)
    if isinstance(value, time):
        return _serial(place, _part_of_day(value), TIME)
    if isinstance(value, float | Decimal) and _is_amount(value):
        return f'<c r="{place}"><v>{value}</v></c>'
    return _text(place, str(value))


def _moment(place: str, value: datetime) -> str:
    if value.date() < FIRST_SURE_DAY:
        return _text(place, f"{value:%Y-%m-%d %H:%M}")
    return _serial(place, value.toordinal() - DAY_ZERO + _part_of_day(value.time()), MOMENT)


def _day(place: str, value: date) -> str:
    if value < FIRST_SURE_DAY:
        return _text(place, str(value))
    return _serial(place, value.toordinal() - DAY_ZERO, DATE)


def _is_amount(value: float | Decimal) -> bool:
    return math.isfinite(value) and abs(value) < SURE_DIGITS


def _part_of_day(value: time) -> float:
    return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400


def _serial(place: str, days: float, style: int) -> str:
    return f'<c r="{place}" s="{style}"><v>{days!r}</v></c>'


def _frame(names: list[str], lists: Sequence[ListSheet], counts: list[int]) -> dict[str, str]:
    """The small parts around the sheets."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names))
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    styles = f'<Relationship Id="rId{len(names) + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPE}.worksheet+xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{_defined(names, lists, counts)}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}{styles}</Relationships>',
        "xl/styles.xml": STYLES,
    }


def _defined(names: list[str], lists: Sequence[ListSheet], counts: list[int]) -> str:
    """The filtered range and the head that is repeated on each printed page."""
    filters, titles = [], []
    for at, (name, each, count) in enumerate(zip(names, lists, counts)):
        sheet = _safe(name.replace("'", "''"))
        reach = f"$A$1:${column_letter(len(each.header) - 1)}${count + 1}"
        filters.append(
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">\'{sheet}\'!{reach}</definedName>'
        )
        titles.append(f'<definedName name="_xlnm.Print_Titles" localSheetId="{at}">\'{sheet}\'!$1:$1</definedName>')
    return "".join(filters + titles)


def csv_rows(header: Sequence[str], rows: Iterable[Sequence]) -> Iterator[bytes]:
    """Yield a csv file in pieces; Excel takes it for UTF-8 by the mark at its beginning."""
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer).writerow
    buffer.write("\ufeff")
    write([_guarded(str(label)) for label in header])
    for number, row in enumerate(rows, start=1):
        write([_guarded(value) for value in row])
        if number % BATCH == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _guarded(value):
    """A csv file cannot say that a cell is text, and Excel runs what begins like a formula; an apostrophe stops it.

    Our own reader takes the apostrophe off again.
    """
    if value.__class__ is str:
        return f"'{value}" if value and value[0] in LOOKS_LIKE_FORMULA else value
    if isinstance(value, datetime):
        return f"{timezone.make_naive(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    if value is None or isinstance(value, int | float | Decimal | date | time):
        return value
    return _guarded(str(value))
