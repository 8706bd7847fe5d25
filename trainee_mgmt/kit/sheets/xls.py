"""Judges .xls by walking its records as the reader would, without building anything."""

import struct
from array import array
from collections.abc import Iterator

from django.utils.translation import gettext as _

from trainee_mgmt.kit.sheets.book import (
    MAX_CELLS,
    MAX_SHEETS,
    MAX_TEXT,
    check_reach,
    damaged,
    encrypted,
    errors_emptied,
    links_ignored,
    macros_ignored,
    too_many_cells,
    wrong_kind,
)
from trainee_mgmt.kit.sheets.ole import CompoundFile, Stream

BOF, EOF, FILEPASS, BOUNDSHEET, SST, CONTINUE = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x3C
DIMENSIONS, LABEL_SST, FORMULA, MULTIPLE_RK, BOOL_OR_ERROR = 0x200, 0xFD, 0x06, 0xBD, 0x205
CELLS = {0x203, 0x204, BOOL_OR_ERROR, 0x27E, LABEL_SST, FORMULA, MULTIPLE_RK, 0xD6}
EXTERNAL_BOOK = 0x1AE
OWN_BOOK = (b"\x01\x04", b"\x01\x3a")  # links of a workbook to itself and to built-in functions
MAX_FORMULA_BYTES = 4 * 1024 * 1024  # the reader writes each formula out as text, up to a hundred times longer
EARLIEST = 0x500  # Excel 5; what is older has no workbook stream


def judge(data: bytes) -> tuple[bytes, list[str]]:
    """Refuse what must not be opened. Gives the bytes for the reader (false claims of size mended) and notes."""
    compound = CompoundFile(data)
    name = _workbook_stream(compound)
    stream = compound.stream(name)
    walk = Walk(stream)
    walk.whole_book()
    notes = []
    if "_VBA_PROJECT_CUR" in compound.entries or "_VBA_PROJECT" in compound.entries:
        notes.append(macros_ignored())
    if walk.has_links:
        notes.append(links_ignored())
    if walk.errors:
        notes.append(errors_emptied(walk.errors))
    return _mended(data, stream, walk.claims), notes


def _workbook_stream(compound: CompoundFile) -> str:
    names = compound.entries
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise encrypted()
    for name in ("Workbook", "Book"):
        if name in names:
            return name
    if "WordDocument" in names:
        raise wrong_kind(_("a Word document"))
    if "PowerPoint Document" in names:
        raise wrong_kind(_("a presentation"))
    raise wrong_kind(_("a file of another program"))


def _mended(data: bytes, stream: Stream, claims: list[tuple[int, int]]) -> bytes:
    """Write the true extent over claims of huge sheets, for which the reader would reserve memory."""
    if not claims:
        return data
    mended = bytearray(data)
    for at, length in claims:
        for offset in range(length):
            mended[stream.place(at + offset)] = 0
    return bytes(mended)


class Walk:
    """One pass over the records of a workbook stream."""

    def __init__(self, stream: Stream):
        self.content = stream.content
        self.lengths = array("I")  # of the shared texts
        self.records = self.text = self.formula_bytes = self.errors = 0
        self.has_links = False
        self.claims: list[tuple[int, int]] = []  # where records of huge dimensions stand
        self.title = ""

    def whole_book(self) -> None:
        sheets = []
        if len(self.content) < 8 or struct.unpack_from("<H", self.content)[0] != BOF:
            raise damaged()
        if struct.unpack_from("<H", self.content, 4)[0] < EARLIEST:
            raise damaged()
        for kind, at, length in self._records(0):
            if kind == FILEPASS:
                raise encrypted()
            if kind == BOUNDSHEET:
                sheets.append(self._sheet(at, length))
            elif kind == SST:
                self._shared_texts(at, length)
            elif kind == EXTERNAL_BOOK and self.content[at + 2 : at + 4] not in OWN_BOOK:
                self.has_links = True
        if not sheets or len(sheets) > MAX_SHEETS:
            raise damaged()
        for start, title in sheets:
            self._one_sheet(start, title)

    def _records(self, at: int) -> Iterator[tuple[int, int, int]]:
        """Yield (kind, where the data starts, its length) up to the end mark."""
        content, size = self.content, len(self.content)
        while True:
            if at + 4 > size:
                raise damaged()
            kind, length = struct.unpack_from("<HH", content, at)
            if at + 4 + length > size:
                raise damaged()
            if kind == EOF:
                return
            self.records += 1
            if self.records > MAX_CELLS:
                raise too_many_cells()
            yield kind, at + 4, length
            at += 4 + length

    def _sheet(self, at: int, length: int) -> tuple[int, str]:
        if length < 8:
            raise damaged()
        start = struct.unpack_from("<I", self.content, at)[0]
        wide = self.content[at + 7] & 1
        raw = self.content[at + 8 : at + length]
        return start, raw.decode("utf-16-le" if wide else "latin-1", "replace")

    def _one_sheet(self, start: int, title: str) -> None:
        top = left = 1 << 30
        bottom = right = -1
        for kind, at, length in self._records(start):
            if kind == DIMENSIONS:
                self._dimensions(at, length)
            if kind not in CELLS:
                continue
            if length < 6:
                raise damaged()
            row, column = struct.unpack_from("<HH", self.content, at)
            last = column
            if kind == MULTIPLE_RK:
                last = struct.unpack_from("<H", self.content, at + length - 2)[0]
            elif kind == LABEL_SST:
                self._label(at, length)
            elif kind == FORMULA:
                self.formula_bytes += length
            elif kind == BOOL_OR_ERROR and length >= 8:
                self.errors += self.content[at + 7]
            if row < top or row > bottom or column < left or last > right:
                top, left = min(top, row), min(left, column)
                bottom, right = max(bottom, row), max(right, last)
                check_reach(title, bottom + 1, right + 1)
        if (bottom - top + 1) * (right - left + 1) > MAX_CELLS or self.formula_bytes > MAX_FORMULA_BYTES:
            raise too_many_cells()

    def _dimensions(self, at: int, length: int) -> None:
        if length not in (10, 14):
            raise damaged()
        top, bottom, left, right = struct.unpack_from("<IIHH" if length == 14 else "<HHHH", self.content, at)
        if bottom < top or right < left or (bottom - top) * (right - left) > MAX_CELLS:
            self.claims.append((at, length))

    def _label(self, at: int, length: int) -> None:
        if length < 10:
            raise damaged()
        index = struct.unpack_from("<I", self.content, at + 6)[0]
        if index < len(self.lengths):
            self.text += self.lengths[index]
            if self.text > MAX_TEXT:
                raise too_many_cells()

    def _shared_texts(self, at: int, length: int) -> None:
        """The lengths of the shared texts; a text may run on into the records that continue this one."""
        if length < 8:
            raise damaged()
        count = struct.unpack_from("<I", self.content, at + 4)[0]
        if count * 3 > len(self.content):
            raise damaged()
        blocks = Blocks(self.content, at + 8, at + length)
        for _each in range(count):
            self.lengths.append(blocks.text())


class Blocks:
    """Reads the texts of a shared table across the borders of its records."""

    def __init__(self, content: bytes, at: int, end: int):
        self.content, self.at, self.end = content, at, end

    def text(self) -> int:
        """Skip one text and give its length."""
        if self.at == self.end:
            self._next()
        length, flags = self._take("<HB")
        runs = self._take("<H")[0] if flags & 8 else 0
        extra = self._take("<I")[0] if flags & 4 else 0
        left, wide = length, flags & 1
        while left:
            here = min(left, (self.end - self.at) >> wide)
            self.at += here << wide
            left -= here
            if left:
                self._next()
                wide = self._take("<B")[0] & 1
        self._skip(runs * 4 + extra)
        return length

    def _take(self, layout: str) -> tuple:
        size = struct.calcsize(layout)
        if self.at + size > self.end:
            raise damaged()
        self.at += size
        return struct.unpack_from(layout, self.content, self.at - size)

    def _skip(self, count: int) -> None:
        while count:
            here = min(count, self.end - self.at)
            self.at += here
            count -= here
            if count:
                self._next()

    def _next(self) -> None:
        if self.end + 4 > len(self.content):
            raise damaged()
        kind, length = struct.unpack_from("<HH", self.content, self.end)
        if kind != CONTINUE or not length:
            raise damaged()
        self.at, self.end = self.end + 4, self.end + 4 + length
