"""Judges .xlsx and .xlsm: where cells lie, how many there are, and how much text they repeat."""

import re
from array import array
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from trainee_mgmt.kit.sheets.archive import Archive
from trainee_mgmt.kit.sheets.book import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_SHEETS,
    MAX_TEXT,
    check_reach,
    column_letter,
    damaged,
    errors_emptied,
    links_ignored,
    macros_ignored,
    too_many_cells,
    unsafe,
)
from trainee_mgmt.kit.sheets.xmlparts import Scanner, local

CONTENT = ("v", "f", "is")
LETTERS = re.compile(r"[A-Za-z]{1,3}")
COLUMNS = {column_letter(index): index for index in range(MAX_COLUMNS)}
SHARED = "sharedstrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
ACTIVE_LINKS = ("xl/externalLinks/", "xl/connections.xml", "xl/queryTables/")


def judge(archive: Archive) -> list[str]:
    """Refuse what must not be opened; say what will be left out."""
    titles = _sheet_titles(archive)
    total, texts = Counts(), SharedTexts()
    for name in archive.parts:
        if not name.lower().endswith((".xml", ".rels")):
            continue
        if not name.lower().startswith(("xl/", "_rels/", "[content_types]")):
            Scanner(any_encoding=True).feed(archive.unpack(name))  # never read, but a document type is refused here too
        elif name.lower().endswith(SHARED):
            Scanner().feed(texts.gauged(archive.unpack(name)))
        else:
            part = Part(titles.get(name.lower(), name), total)
            part.feed(archive.unpack(name))
            part.end_formula()
    if total.texts_elsewhere or texts.longest() * total.shared > MAX_TEXT:
        _count_repeated_text(archive)
    return _notes(archive, total)


def _notes(archive: Archive, total: "Counts") -> list[str]:
    notes = []
    if any(name.lower().endswith("vbaproject.bin") for name in archive.parts):
        notes.append(macros_ignored())
    if any(name.startswith(ACTIVE_LINKS) for name in archive.parts):
        notes.append(links_ignored())
    if total.unsaved_formulas:
        notes.append(
            _("%(count)s formulas hold no saved result and were read as empty. Open and save the file in Excel or WPS.")
            % {"count": total.unsaved_formulas}
        )
    if total.errors:
        notes.append(errors_emptied(total.errors))
    return notes


class Counts:
    """What the sheets of one file hold together."""

    def __init__(self):
        self.elements = self.shared = self.unsaved_formulas = self.errors = 0
        self.texts_elsewhere = False  # shared texts in a part that is not named so


class SharedTexts:
    """No shared text is longer than the greatest distance between two of their tags: known without parsing."""

    def __init__(self):
        self.greatest = self.count = 0
        self.is_sure = True

    def gauged(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        distance, asides, tail = None, 0, b""  # no text before the first tag; a tag may be cut between two pieces
        for piece in pieces:
            window = tail + piece
            first, *others = map(len, window.split(b"<si"))
            if distance is not None:
                self.greatest = max(self.greatest, distance + first)
                distance += first
            self.count += len(others)
            if self.count > MAX_CELLS:
                raise too_many_cells()
            if others:
                self.greatest = max(self.greatest, *others)
                distance = others[-1]
            # A comment could hold the tag in the middle of a text; a tag with a prefix is not seen.
            asides += window.count(b"<!") + window.count(b"<?")
            self.is_sure &= asides <= 1 and b":si" not in window
            tail = piece[-2:]
            yield piece

    def longest(self) -> int:
        """In bytes; where nothing is known, as long as can be."""
        return self.greatest if self.is_sure else MAX_TEXT


class Part(Scanner):
    """Walks any part as the reader would: cells are counted wherever they stand.

    This runs for each tag of each upload, so it is written flat.
    """

    def __init__(self, title: str, total: Counts):
        super().__init__()
        self.title, self.total = title, total
        self.row = self.column = -1
        self.digits = ""  # the row as it is written at the end of its references
        self.reference = self.kind = None
        self.waiting = False  # a cell whose content has not been seen yet
        self.formula = False
        self.top = self.left = 1 << 30
        self.bottom = self.right = -1

    def start(self, name, attributes):
        name = local(name)
        if name == "sheetData":
            self.parser.StartElementHandler = self._in_sheet
        elif name == "si":
            self.total.texts_elsewhere = True

    def _in_sheet(self, name, attributes):
        if ":" in name:
            name = local(name)
        if name == "c":
            self.column += 1
            self.reference, self.kind = attributes.get("r"), attributes.get("t")
            self.waiting = True
            self._count()
        elif name in CONTENT:
            if name == "f":
                self.formula = self.kind != "str"
            elif self.formula:
                self.parser.CharacterDataHandler = self._has_result
            if self.waiting:
                self.waiting = False
                self._content()
        elif name == "row":
            self._row(attributes.get("r"))
            self._count()
        elif name == "si":
            self.total.texts_elsewhere = True

    def _row(self, digits):
        self.row = self.row + 1 if digits is None else number(digits) - 1
        self.digits = str(self.row + 1)
        self.column = -1

    def _count(self):
        if self.formula:
            self.end_formula()
        self.total.elements += 1
        if self.total.elements > MAX_CELLS:
            raise too_many_cells()

    def end_formula(self):
        """A formula without a saved result looks like an empty cell; count it."""
        if self.formula:
            self.total.unsaved_formulas += 1
            self._has_result()

    def _has_result(self, _text=""):
        self.formula = False
        self.parser.CharacterDataHandler = None

    def _content(self):
        row, reference, kind = self.row, self.reference, self.kind
        if reference is not None:
            column = COLUMNS.get(reference.removesuffix(self.digits))
            if column is None:
                row, column = position(reference)
            self.column = column
        if kind == "s":
            self.total.shared += 1
        elif kind == "e":
            self.total.errors += 1
        if row > self.bottom or self.column > self.right or row < self.top or self.column < self.left:
            self._reach(row, self.column)

    def _reach(self, row, column):
        self.top, self.left = min(self.top, row), min(self.left, column)
        self.bottom, self.right = max(self.bottom, row), max(self.right, column)
        check_reach(self.title, self.bottom + 1, self.right + 1)
        if (self.bottom - self.top + 1) * (self.right - self.left + 1) > MAX_CELLS:
            raise too_many_cells()


class TextLengths(Scanner):
    """The length of each shared text."""

    def __init__(self, lengths: array):
        super().__init__()
        self.lengths = lengths

    def start(self, name, attributes):
        if local(name) == "si":
            self.lengths.append(0)
            self.parser.CharacterDataHandler = self._text
            if len(self.lengths) > MAX_CELLS:
                raise too_many_cells()

    def _text(self, text):
        self.lengths[-1] += len(text)


class RepeatedText(Scanner):
    """The volume of shared text, each use counted."""

    def __init__(self, lengths: array, volume: int):
        super().__init__()
        self.lengths, self.volume, self.index, self.is_shared = lengths, volume, "", False
        self.parser.EndElementHandler = self._end

    def start(self, name, attributes):
        name = local(name)
        if name == "c":
            self.is_shared = attributes.get("t") == "s"
        elif name == "v" and self.is_shared:
            self.index = ""
            self.parser.CharacterDataHandler = self._text

    def _text(self, text):
        self.index += text

    def _end(self, name):
        if local(name) != "v" or not self.is_shared:
            return
        self.parser.CharacterDataHandler = None
        index = number(self.index.strip(), lowest=0)
        if index < len(self.lengths):
            self.volume += self.lengths[index]
        if self.volume > MAX_TEXT:
            raise too_many_cells()


def _count_repeated_text(archive: Archive) -> None:
    """Only where a long text might be repeated very often: everything is parsed twice more."""
    names = [name for name in archive.parts if name.lower().endswith(".xml")]
    lengths, volume = array("I"), 0
    for name in names:
        TextLengths(lengths).feed(archive.unpack(name))
    for name in names:
        scanner = RepeatedText(lengths, volume)
        scanner.feed(archive.unpack(name))
        volume = scanner.volume


class Names(Scanner):
    """The sheets of xl/workbook.xml, or the relations of its .rels file."""

    def __init__(self):
        super().__init__()
        self.sheets: list[tuple[str, str]] = []  # (relation, title)
        self.targets: dict[str, str] = {}

    def start(self, name, attributes):
        values = {local(key): value for key, value in attributes.items()}
        if local(name) == "sheet":
            self.sheets.append((values.get("id", ""), values.get("name", "")))
        elif local(name) == "Relationship":
            self.targets[values.get("Id", "")] = values.get("Target", "")


def _sheet_titles(archive: Archive) -> dict[str, str]:
    """Part name in small letters -> title. A sheet must be an XML part of this archive, and only one sheet."""
    targets = _names(archive, RELATIONS).targets
    titles = {}
    for relation, title in _names(archive, "xl/workbook.xml").sheets:
        target = targets.get(relation)
        if target is None:
            continue
        path = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
        if not path.lower().startswith("xl/") or not path.lower().endswith(".xml"):
            raise unsafe()
        if path.lower() in titles or path.lower().endswith(SHARED):
            raise damaged()
        titles[path.lower()] = title
    if not titles or len(titles) > MAX_SHEETS:
        raise damaged()
    return titles


def _names(archive: Archive, part: str) -> Names:
    if part not in archive.parts:
        raise damaged()
    names = Names()
    names.feed(archive.unpack(part))
    return names


def number(text: str, lowest: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < lowest:
        raise damaged()
    return int(text)


def position(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as B3, counted from 0."""
    letters = reference.rstrip("0123456789")
    return number(reference[len(letters) :]) - 1, _column(letters)


def _column(letters: str) -> int:
    if not LETTERS.fullmatch(letters):
        raise damaged()
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
