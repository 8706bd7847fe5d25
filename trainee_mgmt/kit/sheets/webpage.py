"""Tables of web pages, which many systems hand out under the name .xls. Nothing in them is run or fetched.

The tags are cut out here, because the parser of the standard library takes quadratic time on broken markup.
"""

import html
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from trainee_mgmt.kit.sheets.book import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    BadFile,
    Cell,
    check_reach,
    too_many_cells,
)
from trainee_mgmt.kit.sheets.text import KEPT_AS_TEXT

MAX_PAGE_BYTES = 10 * 1024 * 1024
MAX_PAGE_CELLS = 500_000  # empty ones too: each costs more than in a workbook
PAGE_TAGS = {"html", "head", "meta", "body", "table", "style", "div", "center", "title", "link", "tr"}
TAG = re.compile(r"(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
SPAN = re.compile(r"(colspan|rowspan)\s*=\s*[\"']?\s*([0-9]{1,6})", re.IGNORECASE)
UNSEEN = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title")}
SPACE = re.compile(r"[ \t\r\n\f]+")


def page_too_large() -> BadFile:
    return BadFile(_("The file is a very large web page. Open it in Excel or WPS and save it as .xlsx."))


def looks_like(start: str) -> bool:
    """Whether a tag of web pages comes before any text."""
    for name, content in tokens(start.lstrip("\ufeff")):
        if name:
            return name.lower() in PAGE_TAGS
        if content.strip():
            return False
    return False


def tokens(page: str) -> Iterator[tuple[str, str]]:
    """Yield ("", text) or (tag name with its slash, attributes), in one pass over the page."""
    at = end = 0
    while True:
        opening = page.find("<", at)
        if opening < 0:
            yield "", page[at:]
            return
        if opening > at:
            yield "", page[at:opening]
        if page.startswith("<!--", opening):
            at = page.find("-->", opening) + 3
            if at < 3:
                return
            continue
        end = page.find(">", opening) if end <= opening else end
        if end < 0:
            return
        tag = TAG.match(page, opening + 1, end)
        if tag is None and page[opening + 1] not in "!?/":
            yield "", "<"
            at = opening + 1
            continue
        at = end + 1
        if tag is None:
            continue
        name = tag[2].lower()
        yield tag[1] + name, page[tag.end() : end]
        if name in UNSEEN and not tag[1]:
            closing = UNSEEN[name].search(page, at)
            if closing is None:
                return
            at = closing.start()


def tables(page: str) -> list[list[list[Cell]]]:
    """The rows of each table that has content; merged cells keep their value in the first place only."""
    reader = Tables()
    for name, content in tokens(page):
        if name:
            reader.tag(name, content)
        elif reader.pieces is not None:
            reader.pieces.append(SPACE.sub(" ", html.unescape(content)))
    reader.end_table()
    return reader.tables


class Tables:
    """Collects text by row and cell. A table inside a cell belongs to the text of that cell."""

    def __init__(self):
        self.tables: list[list[list[Cell]]] = []
        self.rows: list[list[Cell]] = []
        self.row: list[Cell] | None = None
        self.pieces: list[str] | None = None  # the text of the open cell
        self.depth = self.cells = 0
        self.span = 1
        self.taken: dict[int, int] = {}  # column -> rows still covered by a cell above

    def tag(self, name: str, attributes: str) -> None:
        if name == "table":
            self.depth += 1
        elif name == "/table":
            self.depth = max(0, self.depth - 1)
            if not self.depth:
                self.end_table()
        elif name in ("br", "/p") and self.pieces is not None:
            self.pieces.append("\n")
        elif self.depth <= 1:
            self._part_of_row(name, attributes)

    def _part_of_row(self, name, attributes):
        if name == "tr":
            self._end_row()
            self.row = []
        elif name == "/tr":
            self._end_row()
        elif name in ("td", "th"):
            self._start_cell(attributes)
        elif name in ("/td", "/th"):
            self._end_cell()

    def _start_cell(self, attributes):
        self._end_cell()
        if self.row is None:
            self.row = []
        self._skip_taken()
        spans = {key.lower(): int(number) for key, number in SPAN.findall(attributes)}
        self.span = max(1, min(spans.get("colspan", 1), MAX_COLUMNS))
        down = min(spans.get("rowspan", 1), MAX_ROWS)
        if down > 1:
            self.taken.update(dict.fromkeys(range(len(self.row), len(self.row) + self.span), down))
        self.pieces = []

    def _skip_taken(self):
        while self.taken.get(len(self.row), 0) > 0:
            self._add(None)

    def _add(self, value):
        self.row.append(value)
        self.cells += 1
        if self.cells > MAX_PAGE_CELLS:
            raise page_too_large()
        if value is not None:
            check_reach(str(len(self.tables) + 1), len(self.rows) + 1, len(self.row))

    def _end_cell(self):
        if self.pieces is None:
            return
        text = "".join(self.pieces).replace("\xa0", " ")
        text = "\n".join(line.strip() for line in text.split("\n")).strip()
        kept = KEPT_AS_TEXT.fullmatch(text)
        self._add((kept[1] if kept else text) or None)
        for _each in range(self.span - 1):
            self._add(None)
        self.pieces = None

    def _end_row(self):
        self._end_cell()
        if self.row is None:
            return
        self._skip_taken()
        self.taken = {column: left - 1 for column, left in self.taken.items() if left > 1}
        self.rows.append(self.row)
        self.row = None

    def end_table(self) -> None:
        """Close what is still open, also at the end of a page that was cut off."""
        self._end_row()
        if any(cell is not None for row in self.rows for cell in row):
            self.tables.append(self.rows)
        if len(self.tables) > MAX_SHEETS:
            raise too_many_cells()
        self.rows, self.depth, self.taken = [], 0, {}
