"""Judges .xlsx and .xlsm: where cells lie, how many there are, and how much text they repeat."""

import re
from array import array
from functools import lru_cache

from django.utils.translation import gettext as _

from trainee_mgmt.kit.sheets.archive import Archive
from trainee_mgmt.kit.sheets.book import (
    MAX_CELLS,
    MAX_SHEETS,
    MAX_TEXT,
    check_reach,
    damaged,
    errors_emptied,
    links_ignored,
    macros_ignored,
    too_many_cells,
    unsafe,
)
from trainee_mgmt.kit.sheets.xmlparts import Scanner, local, pairs

REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
CONTENT = {"v", "is", "f"}
RELATIONS = "xl/_rels/workbook.xml.rels"
ACTIVE_LINKS = ("xl/externalLinks/", "xl/connections.xml", "xl/queryTables/")


def judge(archive: Archive) -> list[str]:
    """Refuse what must not be opened; say what will be left out."""
    names = [name for name in archive.parts if name.lower().endswith((".xml", ".rels"))]
    titles = _sheet_titles(archive)
    total, strings, sheets = Counts(), SharedStrings(), []
    for name in names:
        part = Part(titles.get(name.lower(), name), total, strings)
        part.feed(archive.unpack(name))
        part.end_formula()
        if part.cells:
            sheets.append(name)
    if strings.longest * total.shared > MAX_TEXT:
        _count_repeated_text(archive, sheets, strings)
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


class SharedStrings:
    """The lengths of the texts that cells refer to by number."""

    def __init__(self):
        self.lengths = array("I")

    @property
    def longest(self) -> int:
        return max(self.lengths, default=0)


class Part(Scanner):
    """Walks any part as the reader would: cells and shared strings are counted wherever they stand."""

    def __init__(self, title: str, total: Counts, strings: SharedStrings):
        super().__init__()
        self.title, self.total, self.strings = title, total, strings
        self.in_data = False
        self.cells = 0
        self.row = self.column = -1
        self.reference = self.kind = None
        self.waiting = False  # a cell whose content has not been seen yet
        self.formula = False
        self.top = self.left = 1 << 30
        self.bottom = self.right = -1

    def start(self, name, attributes):
        name = local(name)
        if self.in_data:
            self._in_sheet(name, attributes)
        elif name == "sheetData":
            self.in_data = True
        elif name == "si":
            self.strings.lengths.append(0)
            if len(self.strings.lengths) > MAX_CELLS:
                raise too_many_cells()
            self.parser.CharacterDataHandler = self._shared_text

    def _shared_text(self, text):
        self.strings.lengths[-1] += len(text)

    def _in_sheet(self, name, attributes):
        if name == "c":
            self._count()
            self.column += 1
            self.reference = self.kind = None
            self.waiting = True
            for at in range(0, len(attributes), 2):
                if attributes[at] == "r":
                    self.reference = attributes[at + 1]
                elif attributes[at] == "t":
                    self.kind = attributes[at + 1]
        elif name in CONTENT:
            self._content(name)
        elif name == "row":
            self._count()
            self.row += 1
            self.column = -1
            for at in range(0, len(attributes), 2):
                if attributes[at] == "r":
                    self.row = _number(attributes[at + 1]) - 1

    def _count(self):
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

    def _content(self, name):
        if name == "f":
            self.formula = self.kind != "str"
        elif self.formula:
            self.parser.CharacterDataHandler = self._has_result
        if not self.waiting:
            return
        self.waiting = False
        self.cells += 1
        row = self.row
        if self.reference is not None:
            row, self.column = _position(self.reference)
        if self.kind == "s":
            self.total.shared += 1
        elif self.kind == "e":
            self.total.errors += 1
        self._reach(row, self.column)

    def _reach(self, row, column):
        if row > self.bottom or column > self.right or row < self.top or column < self.left:
            self.top, self.left = min(self.top, row), min(self.left, column)
            self.bottom, self.right = max(self.bottom, row), max(self.right, column)
            check_reach(self.title, self.bottom + 1, self.right + 1)
            if (self.bottom - self.top + 1) * (self.right - self.left + 1) > MAX_CELLS:
                raise too_many_cells()


class RepeatedText(Scanner):
    """The exact volume of shared text, counted only where a long text might be repeated very often."""

    def __init__(self, strings: SharedStrings):
        super().__init__()
        self.strings, self.volume, self.index, self.is_shared = strings, 0, "", False
        self.parser.EndElementHandler = self.end

    def start(self, name, attributes):
        name = local(name)
        if name == "c":
            self.is_shared = pairs(attributes).get("t") == "s"
        elif name == "v" and self.is_shared:
            self.index = ""
            self.parser.CharacterDataHandler = self.text

    def text(self, text):
        self.index += text

    def end(self, name):
        if local(name) != "v" or not self.is_shared:
            return
        self.parser.CharacterDataHandler = None
        index = _number(self.index.strip(), lowest=0)
        if index < len(self.strings.lengths):
            self.volume += self.strings.lengths[index]
        if self.volume > MAX_TEXT:
            raise too_many_cells()


def _count_repeated_text(archive: Archive, sheets: list[str], strings: SharedStrings) -> None:
    volume = 0
    for name in sheets:
        scanner = RepeatedText(strings)
        scanner.volume = volume
        scanner.feed(archive.unpack(name))
        volume = scanner.volume


class Names(Scanner):
    """The sheets of xl/workbook.xml, or the relations of its .rels file."""

    def __init__(self):
        super().__init__()
        self.sheets: list[tuple[str, str]] = []  # (relation, title)
        self.targets: dict[str, str] = {}

    def start(self, name, attributes):
        values = {local(key): value for key, value in pairs(attributes).items()}
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
        if "://" in target or not path.lower().endswith(".xml"):
            raise unsafe()
        if path.lower() in titles:
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


def _number(text: str, lowest: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < lowest:
        raise damaged()
    return int(text)


def _position(reference: str) -> tuple[int, int]:
    found = REFERENCE.fullmatch(reference)
    if found is None:
        raise damaged()
    return int(found[2]) - 1, _column(found[1])


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
