"""Judges .ods: repeated rows and cells are counted as often as they repeat."""

from trainee_mgmt.kit.sheets.archive import Archive
from trainee_mgmt.kit.sheets.book import (
    MAX_CELLS,
    MAX_SHEETS,
    MAX_TEXT,
    bomb,
    check_reach,
    damaged,
    encrypted,
    too_many_cells,
)
from trainee_mgmt.kit.sheets.xmlparts import Scanner

CELLS = {"table:table-cell", "table:covered-table-cell"}
VALUES = (
    "office:value-type",
    "office:value",
    "office:string-value",
    "office:date-value",
    "office:time-value",
    "office:boolean-value",
    "table:formula",
)
MAX_SPACES = 32_767


def judge(archive: Archive) -> list[str]:
    """Refuse what must not be opened. Macros of .ods live outside content.xml and are never read."""
    manifest = Manifest()
    manifest.feed(archive.unpack("META-INF/manifest.xml"))
    for name in archive.parts:
        if name.endswith(".xml") and name not in ("META-INF/manifest.xml", "content.xml"):
            Scanner().feed(archive.unpack(name))
    Content().feed(archive.unpack("content.xml"))
    return []


class Manifest(Scanner):
    def start(self, name, attributes):
        if name.endswith("encryption-data"):
            raise encrypted()


class Content(Scanner):
    """Follows the position of each cell as the reader does."""

    def __init__(self):
        super().__init__()
        self.parser.EndElementHandler = self.end
        self.title = ""
        self.tables = self.elements = self.cells = self.text = 0
        self.row = self.repeats = self.column = self.times = 0
        self.height = self.width = 0
        self.has_content = False

    def start(self, name, attributes):
        if name in CELLS:
            self._cell(attributes)
        elif name == "table:table-row":
            self._count()
            self.row += self.repeats
            self.repeats = _repeats(attributes, "table:number-rows-repeated")
            self.column = self.times = 0
        elif name == "table:table":
            self._table(attributes)
        elif name == "text:s":
            self._add_text(_repeats(attributes, "text:c", MAX_SPACES))

    def end(self, name):
        if name in CELLS:
            self.parser.CharacterDataHandler = None
            self.has_content = False

    def _table(self, attributes):
        self.tables += 1
        if self.tables > MAX_SHEETS:
            raise too_many_cells()
        self.title = attributes.get("table:name", "")
        self.row = self.repeats = self.height = self.width = 0

    def _cell(self, attributes):
        self._count()
        self.column += self.times
        self.times = _repeats(attributes, "table:number-columns-repeated")
        self.has_content = any(key in attributes for key in VALUES)
        if not self.has_content:
            return
        self.cells += self.times * self.repeats
        self.height = max(self.height, self.row + self.repeats)
        self.width = max(self.width, self.column + self.times)
        check_reach(self.title, self.height, self.width)
        if self.cells > MAX_CELLS or self.height * self.width > MAX_CELLS:
            raise too_many_cells()
        self._add_text(sum(len(value) for value in attributes.values()))
        self.parser.CharacterDataHandler = self._characters

    def _characters(self, text):
        self._add_text(len(text))

    def _add_text(self, length):
        if self.has_content:
            self.text += length * self.times * self.repeats
            if self.text > MAX_TEXT:
                raise too_many_cells()

    def _count(self):
        self.elements += 1
        if self.elements > MAX_CELLS:
            raise too_many_cells()


def _repeats(attributes: dict[str, str], key: str, most: int = 1 << 20) -> int:
    text = attributes.get(key, "1")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise damaged()
    if int(text) > most:
        raise bomb()
    return int(text)
