"""Text files: the encoding is found from the bytes, the separator from the first lines.

Everything is decoded in pieces, first only to judge: a file that is refused never stands in memory as text.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from trainee_mgmt.kit.sheets.book import MAX_CELLS, BadFile, Cell, check_reach, too_many_cells, wrong_kind

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
OLD_END_MARK = b"\x1a"  # of DOS programs
KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # ="00123": how programs keep Excel from making a number of it
GUARDED = re.compile(r"'[=+\-@\t\r]")
SEPARATORS = ",\t;|"
SAMPLE = 20_000
LONGEST_FIELD = 32_767  # what a cell of a spreadsheet holds
PIECE = 64 * 1024


def detect(data: bytes) -> tuple[str, bool]:
    """The encoding, and whether it was guessed. Strict, because a wrong guess would garble names."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _proven(data, encoding), False
    encoding = _utf16_without_mark(data)
    if encoding:
        return _proven(data, encoding), True
    if CONTROL_BYTES.search(data.removesuffix(OLD_END_MARK)):
        raise wrong_kind(_("a file of another program"))
    if _decodes(data, "utf-8"):
        return "utf-8", False
    _refuse_broken_utf8(data)
    for encoding in ("gbk", "gb18030"):
        if _decodes(data, encoding):
            return encoding, True
    raise _unknown_encoding()


def open_text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _unknown_encoding() -> BadFile:
    return BadFile(
        _(
            "The text of the file cannot be read: its encoding is unknown or part of it is damaged. "
            "Open it in Excel or WPS and save it as .xlsx."
        )
    )


def _proven(data: bytes, encoding: str) -> str:
    if not _decodes(data, encoding):
        raise _unknown_encoding()
    return encoding


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        for piece in _pieces(data, encoding, "strict"):
            if CONTROL.search(piece.removesuffix("\x1a")):
                raise wrong_kind(_("a file of another program"))
    except UnicodeDecodeError:
        return False
    return True


def _pieces(data: bytes, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for at in range(0, len(data), PIECE):
        yield decoder.decode(data[at : at + PIECE], final=at + PIECE >= len(data))


def _utf16_without_mark(data: bytes) -> str:
    """Separators and digits of UTF-16 are a letter beside a zero byte; which side tells the order."""
    start, plain = data[:4096], b",\t;|\r\n0123456789"
    little = sum(low in plain and not high for low, high in zip(start[::2], start[1::2]))
    big = sum(low in plain and not high for high, low in zip(start[::2], start[1::2]))
    if len(data) % 2 or max(little, big) <= len(start) // 200:
        return ""
    return "utf-16-le" if little > big else "utf-16-be"


def _refuse_broken_utf8(data: bytes) -> None:
    """UTF-8 with a fault in it must not be taken for GBK, in which it would read as other characters."""
    faults = foreign = lines = first = 0
    for piece in _pieces(data, "utf-8", "replace"):
        here = piece.count("\ufffd")
        if here and not faults:
            first = lines + piece.count("\n", 0, piece.index("\ufffd")) + 1
        faults += here
        foreign += len(piece) - len(piece.encode("ascii", "ignore"))
        lines += piece.count("\n")
    if foreign > 2 * faults:  # of GBK read as UTF-8 nearly every character is a fault
        raise BadFile(
            _("Line %(line)s of the file is damaged: it holds bytes that are no characters. Export the file again.")
            % {"line": first}
        )


def rows(data: bytes, encoding: str) -> tuple[str, list[list[Cell]]]:
    """Kind (csv or tab) and the rows; each line that a spreadsheet would show is one row."""
    separator = _separator(open_text(data, encoding).read(SAMPLE))
    if data.count(separator.encode()) + data.count(b"\n") > MAX_CELLS:
        raise too_many_cells()
    tab = separator == "\t"
    kind = "tab" if tab else "csv"
    try:
        return kind, _read(data, encoding, delimiter=separator, strict=True)
    except _BadLine as found:
        fault = BadFile(
            _(
                "A quotation mark in or before line %(line)s is never closed or stands in a wrong place. "
                "Correct it, or save the list as .xlsx."
            )
            % {"line": found.line}
        )
    # Quotation marks that belong to the text. Acceptable as long as none of them swallows the end of a line.
    loosely = {"quoting": csv.QUOTE_NONE} if tab else {"strict": False}
    try:
        lines = _read(data, encoding, delimiter=separator, **loosely)
    except _BadLine:
        raise fault from None
    if any("\n" in cell for line in lines for cell in line if cell):
        raise fault
    return kind, lines


class _BadLine(Exception):
    def __init__(self, line: int):
        super().__init__(line)
        self.line = line


def _read(data: bytes, encoding: str, **dialect) -> list[list[Cell]]:
    """Judge all lines before the first is kept."""
    reader = csv.reader(open_text(data, encoding), **dialect)
    try:
        _judge(reader)
    except csv.Error as error:
        if "field limit" in str(error):
            raise too_many_cells() from None
        raise _BadLine(reader.line_num) from None
    lines = [[_cell(field) for field in line] for line in csv.reader(open_text(data, encoding), **dialect)]
    if lines and lines[-1] == ["\x1a"]:
        lines.pop()
    return lines


def _judge(reader: Iterable[list[str]]) -> None:
    cells = 0
    for number, line in enumerate(reader, start=1):
        cells += len(line)
        if cells > MAX_CELLS or (line and max(map(len, line)) > LONGEST_FIELD):
            raise too_many_cells()
        if any(line):
            check_reach("1", number, _width(line))


def _width(line: list[str]) -> int:
    width = len(line)
    while not line[width - 1]:
        width -= 1
    return width


def _cell(field: str) -> Cell:
    if not field:
        return None
    if field[0] == "=" and (kept := KEPT_AS_TEXT.fullmatch(field)):
        return kept[1] or None
    if field[0] == "'" and GUARDED.match(field):
        return field[1:]  # the apostrophe that csv_rows sets in front of what looks like a formula
    return field


def _separator(sample: str) -> str:
    """The separator that most of the first lines have in equal and greatest number."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    best, most = ",", 0
    for separator in SEPARATORS:
        counts = [line.count(separator) for line in lines]
        usual = max((count for count in counts if count), key=counts.count, default=0)
        if usual * counts.count(usual) > most:
            best, most = separator, usual * counts.count(usual)
    return best
