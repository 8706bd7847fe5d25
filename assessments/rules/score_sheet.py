"""A spreadsheet of points as people keep it: the row of headers, whom each row means, and what stands in its cells."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

NUMBER = ("学号", "编号", "学员编号", "序号", "评审号", "number", "no", "no.")
NAME = ("姓名", "学员", "学员姓名", "name", "trainee")
LOOKED_AT = 20  # rows in which the header is searched
BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]")

Cell = str | float | int | bool | date | datetime | time | None


@dataclass(frozen=True)
class SheetRow:
    """A row that names somebody; ``points`` holds the text of each indicator's cell that is not empty, by its key."""

    sheet: str
    row: int
    number: str
    name: str
    points: dict[str, str]


@dataclass(frozen=True)
class ReadSheet:
    rows: list[SheetRow]
    unknown: list[str]  # headers that mean nothing here


def read_sheet(
    sheet: str, rows: Sequence[Sequence[Cell]], first_row: int, indicators: Mapping[str, str]
) -> ReadSheet | None:
    """The rows below the first row that names a person's column and at least one of ``indicators`` (name by key)."""
    head = _head(rows[:LOOKED_AT], indicators)
    if head is None:
        return None
    at, columns = head
    known = [
        _row(sheet, first_row + number, cells, columns)
        for number, cells in enumerate(rows[at + 1 :], start=at + 1)
        if any(cell_text(cell) for cell in cells)
    ]
    return ReadSheet(
        rows=[each for each in known if each.number or each.name],
        unknown=[text for place, cell in enumerate(rows[at]) if place not in columns and (text := cell_text(cell))],
    )


def _head(rows: Sequence[Sequence[Cell]], indicators: Mapping[str, str]) -> tuple[int, dict[int, str]] | None:
    wanted = {_word(name): key for key, name in indicators.items()}
    for at, row in enumerate(rows):
        columns = _columns(row, wanted)
        if columns and not indicators.keys().isdisjoint(columns.values()):
            return at, columns
    return None


def cell_text(cell: Cell) -> str:
    """A cell as it is seen: 27.0 is 27, and a number is never cut or rounded."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


def find(
    row: SheetRow, by_number: Mapping[str, int], names: Mapping[int, str], by_name: Mapping[str, Iterable[int]]
) -> int | str:
    """The trainee that a row means, or why it means none: ``unknown``, ``other_name``, ``several``."""
    if row.number:
        pk = by_number.get(row.number) or by_number.get(row.number.lstrip("0"))
        if pk is None:
            return "unknown"
        return pk if not row.name or _word(row.name) == _word(names[pk]) else "other_name"
    found = list(by_name.get(_word(row.name), ()))
    if not found:
        return "unknown"
    return found[0] if len(found) == 1 else "several"


def name_key(name: str) -> str:
    """What two spellings of a name have in common: no spaces, one width."""
    return _word(name)


def _columns(row: Sequence[Cell], wanted: Mapping[str, str]) -> dict[int, str]:
    """What each column of a row of headers means; nothing unless one of them names the person."""
    found: dict[int, str] = {}
    for place, cell in enumerate(row):
        word = _word(cell_text(cell))
        key = "number" if word in NUMBER else "name" if word in NAME else wanted.get(word)
        if key is None:
            key = wanted.get(_word(BRACKETS.sub("", cell_text(cell))))
        if key is not None and key not in found.values():
            found[place] = key
    return found if {"number", "name"} & set(found.values()) else {}


def _row(sheet: str, number: int, cells: Sequence[Cell], columns: Mapping[int, str]) -> SheetRow:
    text = {key: cell_text(cells[place]) if place < len(cells) else "" for place, key in columns.items()}
    who = {key: text.pop(key, "") for key in ("number", "name")}
    return SheetRow(sheet, number, who["number"], who["name"], {key: value for key, value in text.items() if value})


def _word(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
