"""A file of progress from a platform of online courses: its columns, the values of a row, and what cannot be."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from cohorts.rules.values import MOST, BadValue, as_text, clean_name, clean_number, clean_phone, is_blank, shown
from trainee_mgmt.kit.rounding import half_up
from trainee_mgmt.kit.sheets import Cell, Sheet, column_letter, headers, plain_cell
from trainee_mgmt.kit.words import say as _

HEADERS = {
    "phone": "手机号 手机 手机号码 联系电话 电话 phone mobile",
    "name": "姓名 学员姓名 学员 name",
    "course": "课程名称 课程 课程名 course coursename",
    "percent": "学习进度 进度 完成进度 完成率 progress percent",
    "minutes": "学习时长(分钟) 学习时长（分钟） 学习时长 时长 时长(分钟) 学时(分钟) minutes duration",
    "completed_at": "完成时间 完成日期 学完时间 completed completedat finished",
}
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
MOST_MINUTES = 100_000


def word(text: str) -> str:
    """What two spellings have in common: one width, no spaces, no case."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def word_of(cell: Cell) -> str:
    """A cell as headers are compared."""
    return word(str(cell or ""))[:40]


KEYS = {word(name): key for key, names in HEADERS.items() for name in names.split()}


@dataclass(frozen=True)
class Problem:
    column: str  # letter and header, as a person finds it
    value: str
    why: str


@dataclass
class Row:
    """``problems`` empty: the values are clean. The phone is the clean number, never shown."""

    line: int
    phone: str = ""
    name: str = ""
    course: str = ""
    percent: Decimal | None = None
    minutes: int = 0
    completed_at: datetime | None = None
    problems: list[Problem] = field(default_factory=list)


def read_rows(rows: Sequence[Sequence[Cell]], first_row: int, zone: tzinfo) -> list[Row] | None:
    """The rows below the header; None where no row names course and progress and who."""
    found = find_header(rows)
    if found is None:
        return None
    at, columns = found
    heads = {key: f"{column_letter(place)} {rows[at][place]}" for key, place in columns.items()}
    lines = enumerate(rows[at + 1 :], start=first_row + at + 1)
    return [_row(line, cells, columns, heads, zone) for line, cells in lines if any(c is not None for c in cells)]


def find_header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]] | None:
    """Which row is the header, and where its columns stand."""
    return headers.find_header(
        rows,
        KEYS,
        plain=word_of,
        is_header=lambda found: {"course", "percent"} <= found and bool({"phone", "name"} & found),
    )


def left_out(sheets: Sequence[Sheet], problems: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with problems, cell by cell, under the header of their sheet."""
    bad: dict[str, set[int]] = defaultdict(set)
    for each in problems:
        bad[each["sheet"]].add(each["row"])
    found = []
    for sheet in sheets:
        header = find_header(sheet.rows) if sheet.name in bad else None
        if header:
            rows = [
                {"row": line, "cells": [plain_cell(cell) for cell in sheet.rows[line - sheet.first_row]]}
                for line in sorted(bad[sheet.name])
            ]
            top = [plain_cell(cell) for cell in sheet.rows[header[0]]]
            found.append({"sheet": sheet.name, "header": top, "rows": rows})
    return found


def _row(line: int, cells: Sequence[Cell], columns: dict[str, int], heads: dict[str, str], zone: tzinfo) -> Row:
    row = Row(line)
    values = {key: cells[place] if place < len(cells) else None for key, place in columns.items()}
    for key, clean in CLEANERS.items():
        cell = values.get(key)
        if key in columns and not (key in OPTIONAL and is_blank(cell)):
            try:
                setattr(row, key, clean(cell, zone))
            except BadValue as bad:
                why = OWN_SENTENCES[bad.code]() if bad.code in OWN_SENTENCES else bad.sentence
                row.problems.append(Problem(heads[key], shown(cell, private=key == "phone"), why))
    if not row.problems and not row.phone and not row.name:
        row.problems.append(
            Problem(heads.get("phone") or heads["name"], "", _("Neither phone nor name says who it is."))
        )
    return row


def _percent(cell: Cell, zone: tzinfo) -> Decimal:
    """``43%``, ``43``, or 0.43 where a spreadsheet formats it as percent."""
    text = as_text(cell)[:40].strip().replace("％", "%")
    number = clean_number(text.removesuffix("%"))
    if isinstance(cell, float) and 0 < cell <= 1:
        number *= 100
    if not 0 <= number <= 100:
        raise BadValue("progress_range")
    return half_up(number, 2)


def _minutes(cell: Cell, zone: tzinfo) -> int:
    number = clean_number(cell)
    if not 0 <= number <= MOST_MINUTES:
        raise BadValue("minutes_range")
    return int(half_up(number, 0))


def _moment(cell: Cell, zone: tzinfo) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=cell.tzinfo or zone).astimezone(UTC)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), zone).astimezone(UTC)
    text = " ".join(as_text(cell)[:MOST].split())[:40].replace("T", " ")
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    raise BadValue("moment_unreadable")


def _course(cell: Cell, zone: tzinfo) -> str:
    text = as_text(cell).strip()
    if not text:
        raise BadValue("blank")
    return text[:120]


CLEANERS = {
    "phone": lambda cell, zone: clean_phone(cell),
    "name": lambda cell, zone: clean_name(cell),
    "course": _course,
    "percent": _percent,
    "minutes": _minutes,
    "completed_at": _moment,
}
OPTIONAL = {"name", "minutes", "completed_at"}
OWN_SENTENCES = {
    "progress_range": lambda: _("Progress lies between 0% and 100%."),
    "minutes_range": lambda: _("Minutes are 0 or more, and no more than somebody can live through."),
    "moment_unreadable": lambda: _("This is no moment that exists. Write it like 2026-05-01 20:15."),
}


@dataclass(frozen=True)
class Reading:
    """All minutes of one person over all courses, as of a moment."""

    minutes: int
    at: datetime


def more_than_the_clock(before: Reading, now: Reading) -> int:
    """By how many minutes the new ones exceed the time that has passed; 0 where they fit."""
    passed = int((now.at - before.at).total_seconds() // 60)
    return max(0, now.minutes - before.minutes - max(0, passed))
