"""A file of credit hours as an office keeps them: its columns and the values of a row. Values in, values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cohorts.rules.values import (
    BadValue,
    as_text,
    clean_name,
    clean_number,
    clean_phone,
    clean_text,
    is_blank,
    shown,
)
from learning.rules.progress import Problem, word, word_of
from learning.rules.session_sheet import BadCell, as_day
from trainee_mgmt.kit.rounding import half_up
from trainee_mgmt.kit.sheets import Cell, column_letter, headers
from trainee_mgmt.kit.words import say as _

HEADERS = {
    "number": "学号 编号 学员编号 number",
    "phone": "手机号 手机 手机号码 联系电话 电话 phone mobile",
    "name": "姓名 学员姓名 学员 name trainee",
    "form": "学习形式 形式 培训形式 学时类别 类别 formofstudy form",
    "day": "日期 学习日期 发生日期 完成日期 date day",
    "quantity": "数量 次数 天数 篇数 课时数 quantity",
    "evidence": "依据 证明 证明材料 证书编号 文号 说明 evidence",
    "reason": "冲销原因 冲销 撤销原因 更正原因 takenback whytakenback",
}
KEYS = {word(name): key for key, names in HEADERS.items() for name in names.split()}
WHO = ("number", "phone", "name")
MOST = Decimal(99_999)


@dataclass
class CreditRow:
    """``problems`` empty: the values are clean. A ``reason`` takes the same fact back. The phone is never shown."""

    line: int
    cells: Sequence[Cell]
    number: str = ""
    phone: str = ""
    name: str = ""
    form: str = ""
    day: date | None = None
    quantity: Decimal = Decimal(1)
    evidence: str = ""
    reason: str = ""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class CreditSheet:
    """The rows below a header; ``heads`` names each column as a person finds it: its letter and its words."""

    header: Sequence[Cell]
    heads: dict[str, str]
    rows: list[CreditRow]


def read_credits(rows: Sequence[Sequence[Cell]], first_row: int, *, first: date, last: date) -> CreditSheet | None:
    """None where no row of headers names who, the form, the day and the evidence. A day without a year lies between
    ``first`` and ``last``."""
    found = headers.find_header(
        rows,
        KEYS,
        plain=word_of,
        is_header=lambda fields: {"form", "day", "evidence"} <= fields and bool(fields & set(WHO)),
    )
    if found is None:
        return None
    at, columns = found
    header = rows[at]
    heads = {key: f"{column_letter(place)} {header[place]}" for key, place in columns.items()}
    lines = enumerate(rows[at + 1 :], start=first_row + at + 1)
    clean = CLEANERS | {"day": lambda cell: _day(cell, first, last)}
    filled = [_row(line, cells, columns, heads, clean) for line, cells in lines if _says_something(cells)]
    return CreditSheet(header, heads, filled)


def _says_something(cells: Sequence[Cell]) -> bool:
    return any(not is_blank(cell) for cell in cells)


def _row(
    line: int, cells: Sequence[Cell], columns: dict[str, int], heads: dict[str, str], clean: dict[str, Callable]
) -> CreditRow:
    row = CreditRow(line, cells)
    for key, place in columns.items():
        cell = cells[place] if place < len(cells) else None
        if key in OPTIONAL and is_blank(cell):
            continue
        try:
            setattr(row, key, clean[key](cell))
        except BadCell as bad:
            row.problems.append(Problem(heads[key], shown(cell), str(bad)))
        except BadValue as bad:
            why = OWN_SENTENCES[bad.code]() if bad.code in OWN_SENTENCES else bad.sentence
            row.problems.append(Problem(heads[key], shown(cell, private=key == "phone"), why))
    if not row.problems and not (row.number or row.phone or row.name):
        row.problems.append(
            Problem(
                next(heads[key] for key in WHO if key in heads), "", _("Neither number, phone nor name says who it is.")
            )
        )
    return row


def _day(cell: Cell, first: date, last: date) -> date:
    if is_blank(cell):
        raise BadCell(_("This cell is empty."))
    return as_day(cell, first, last)


def _quantity(cell: Cell) -> Decimal:
    number = clean_number(cell)
    if not 0 < number <= MOST:
        raise BadValue("quantity_range")
    return half_up(number, 2)


CLEANERS = {
    "number": lambda cell: as_text(cell).strip()[:40],
    "phone": clean_phone,
    "name": clean_name,
    "form": lambda cell: clean_text(cell, limit=80),
    "quantity": _quantity,
    "evidence": lambda cell: clean_text(cell, limit=200),
    "reason": lambda cell: clean_text(cell, limit=200),
}
OPTIONAL = {"number", "phone", "name", "quantity", "reason"}
OWN_SENTENCES = {"quantity_range": lambda: _("A quantity is more than 0, and no more than somebody can do in a year.")}
