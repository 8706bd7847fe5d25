"""Rows of a sheet of units, matched with the units that exist: values in, decisions out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trainee_mgmt.kit.sheets import headers
from trainee_mgmt.kit.typed import cut

HEADERS = {
    "parent": ("上级单位", "上级", "所属单位", "隶属单位", "belongs to", "parent"),
    "name": ("名称", "单位名称", "单位", "name"),
    "level": ("级别", "层级", "类型", "level"),
    "code": ("编码", "单位编码", "代码", "编号", "code"),
}
FIELDS = {word: field for field, words in HEADERS.items() for word in words}
LEVELS = {
    "city": ("市", "地市", "地级市", "city"),
    "district": ("区", "县", "区县", "县区", "区（县）", "district"),
    "street": ("街道", "镇", "乡", "乡镇", "园区", "街道、乡镇或园区", "镇街", "street", "town", "park"),
    "community": ("社区", "村", "村社区", "community"),
    "office": ("机关", "企业", "单位", "公司", "部门", "机关或企业", "office", "company"),
}
ENDINGS = (  # the level of a new unit whose row says none
    ("community", ("社区", "村", "居委会", "村委会")),
    ("street", ("街道", "街道办事处", "镇", "乡", "园区", "开发区", "产业园")),
    ("district", ("区", "县")),
    ("city", ("市",)),
)
LONGEST_NAME, LONGEST_CODE = 80, 40
DEEPEST = 12  # levels below the unit of the import
SLASHES = re.compile("[/／]")


@dataclass(frozen=True)
class Row:
    sheet: str
    number: int
    parent: str
    name: str
    level: str
    code: str


@dataclass(frozen=True)
class Existing:
    pk: int
    parent: int | None
    name: str
    level: str
    code: str
    is_closed: bool = False


@dataclass(frozen=True)
class Problem:
    """``why`` is a code that the page puts into words; ``value`` is what stood there."""

    sheet: str
    number: int
    column: str
    why: str
    value: str = ""


@dataclass
class Decision:
    """``adds`` name their parent by ``("old", pk)`` or ``("new", place in adds)``, parents first."""

    adds: list[dict] = field(default_factory=list)
    changes: list[dict] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)


def plain(cell) -> str:
    """A cell as text: one width, no stray spaces; a code kept as the number 1001 is no 1001.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFKC", str(cell)).split())


def find_header(rows: Sequence[Sequence]) -> tuple[int, dict[str, int]] | None:
    """(place of the header row, column of each field); None where no row has a column of names."""
    return headers.find_header(
        rows,
        FIELDS,
        plain=lambda cell: plain(cell).casefold().rstrip("*:："),
        is_header=lambda found: "name" in found and len(found) > 1,
    )


def read_rows(sheet: str, rows: Sequence[Sequence], first_row: int) -> list[Row] | None:
    """The rows under the header; blank rows are left out. None where the sheet has no such header."""
    found = find_header(rows)
    if found is None:
        return None
    place, columns = found
    read = []
    for number, cells in enumerate(rows[place + 1 :], first_row + place + 1):
        values = {name: plain(cells[at]) if at < len(cells) else "" for name, at in columns.items()}
        if any(values.values()):
            read.append(Row(sheet, number, *(values.get(name, "") for name in ("parent", "name", "level", "code"))))
    return read


def level_named(words: str) -> str | None:
    """The stored level behind a word; None for a word that is none."""
    return next((level for level, names in LEVELS.items() if words.casefold() in names), None)


def guess_level(name: str) -> str:
    return next((level for level, endings in ENDINGS if name.endswith(endings)), "office")


def decide(rows: Iterable[Row], existing: Iterable[Existing], top: int, taken_codes: Iterable[str] = ()) -> Decision:
    """What the rows mean for the tree below ``top``. ``taken_codes`` belong to units out of reach.

    A blank cell changes nothing; a unit that is not in the sheet stays; the same sheet again changes nothing.
    """
    return _Matching(existing, top, set(taken_codes)).run(list(rows))


class _Matching:
    def __init__(self, existing: Iterable[Existing], top: int, taken_codes: set[str]):
        self.old = {unit.pk: unit for unit in existing}
        self.top = top
        self.taken_codes = taken_codes
        self.decision = Decision()
        self.nodes: dict[tuple, tuple[tuple | None, str]] = {}  # key -> (key of the parent, name)
        self.by_name: dict[str, list[tuple]] = {}
        self.children: dict[tuple, tuple] = {}  # (key of the parent, name) -> key
        self.by_code = {unit.code: unit.pk for unit in self.old.values() if unit.code}
        for unit in self.old.values():
            self._know(("old", unit.pk), ("old", unit.parent) if unit.parent in self.old else None, unit.name)

    def run(self, rows: list[Row]) -> Decision:
        waiting = [row for row in rows if self._is_sound(row)]
        codes = Counter(row.code for row in waiting if row.code)
        for row in [row for row in waiting if codes[row.code] > 1 and row.code]:
            self._problem(row, "code", "code_twice", row.code)
            waiting.remove(row)
        while waiting:
            later = []
            for row in waiting:
                if not self._place(row, waiting):
                    later.append(row)
            if len(later) == len(waiting):
                for row in later:
                    self._problem(row, "parent", "circle", row.parent)
                break
            waiting = later
        return self.decision

    def _is_sound(self, row: Row) -> bool:
        if not row.name:
            return self._problem(row, "name", "no_name")
        if len(row.name) > LONGEST_NAME:
            return self._problem(row, "name", "too_long", row.name[:20])
        if len(row.code) > LONGEST_CODE:
            return self._problem(row, "code", "too_long", row.code[:20])
        if row.level and level_named(row.level) is None:
            return self._problem(row, "level", "unknown_level", row.level)
        if row.code and row.code in self.taken_codes:
            return self._problem(row, "code", "code_elsewhere", row.code)
        return True

    def _place(self, row: Row, waiting: list[Row]) -> bool:
        """Whether the row is done with: placed, or named as a problem. Else its parent is still to come."""
        if not row.parent:
            parent = ("old", self.top)
        else:
            last = cut(SLASHES, row.parent)[-1]
            if any(other is not row and row.parent != row.name and other.name == last for other in waiting):
                return False
            found = self._named(row.parent)
            if len(found) != 1:
                self._problem(row, "parent", "several_parents" if found else "no_parent", row.parent)
                return True
            parent = found[0]
        self._decide(row, parent)
        return True

    def _decide(self, row: Row, parent: tuple) -> None:
        key = self.children.get((parent, row.name))
        if row.code and row.code in self.by_code and key != ("old", self.by_code[row.code]):
            if self._parent_of(("old", self.by_code[row.code])) != parent or key is not None:
                self._problem(row, "code", "code_of_another", row.code)
                return
            key = ("old", self.by_code[row.code])  # the office renamed it: the code tells
        if key is None:
            self._add(row, parent)
        elif key[0] == "new":
            self._problem(row, "name", "twice", row.name)
        else:
            self._change(row, self.old[key[1]])

    def _add(self, row: Row, parent: tuple) -> None:
        if parent[0] == "old" and self.old[parent[1]].is_closed:
            self._problem(row, "parent", "closed_parent", self.old[parent[1]].name)
            return
        if len(self._way(parent)) > DEEPEST:
            self._problem(row, "parent", "too_deep", row.parent)
            return
        key = ("new", len(self.decision.adds))
        self.decision.adds.append(
            {
                "parent": list(parent),
                "name": row.name,
                "level": level_named(row.level) if row.level else guess_level(row.name),
                "code": row.code,
                "at": [row.sheet, row.number],
            }
        )
        self._know(key, parent, row.name)

    def _change(self, row: Row, unit: Existing) -> None:
        wanted = {"name": row.name, "level": level_named(row.level) if row.level else "", "code": row.code}
        after = {name: value for name, value in wanted.items() if value and value != getattr(unit, name)}
        if not after:
            self.decision.same += 1
            return
        before = {name: getattr(unit, name) for name in after}
        self.decision.changes.append({"pk": unit.pk, "before": before, "after": after, "at": [row.sheet, row.number]})

    def _named(self, words: str) -> list[tuple]:
        """Units that a code, a name or the end of a way names."""
        if words in self.by_code:
            return [("old", self.by_code[words])]
        parts = cut(SLASHES, words)
        return [key for key in self.by_name.get(parts[-1], ()) if self._way(key)[-len(parts) :] == parts]

    def _way(self, key: tuple | None) -> list[str]:
        way = []
        while key is not None:
            key, name = self.nodes[key]
            way.insert(0, name)
        return way

    def _parent_of(self, key: tuple) -> tuple | None:
        return self.nodes[key][0]

    def _know(self, key: tuple, parent: tuple | None, name: str) -> None:
        self.nodes[key] = (parent, name)
        self.by_name.setdefault(name, []).append(key)
        self.children[parent, name] = key

    def _problem(self, row: Row, column: str, why: str, value: str = "") -> bool:
        self.decision.problems.append(Problem(row.sheet, row.number, column, why, value))
        return False
