"""Hosts, posts and seats of a spreadsheet, one row for each post: headers and cells as offices write them. Values in, values out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cohorts.rules.values import BadValue, Cell, as_text, is_blank
from placements.rules import credit_code, phones
from trainee_mgmt.kit.sheets import headers
from trainee_mgmt.kit.words import say as _

HEADERS = {
    "name": ("企业名称", "驻点企业", "企业", "单位名称", "公司名称", "host", "enterprise", "company"),
    "credit_code": ("统一社会信用代码", "信用代码", "社会信用代码", "credit code"),
    "industry": ("行业", "所属行业", "行业类别", "industry"),
    "size": ("规模", "企业规模", "size"),
    "address": ("地址", "企业地址", "详细地址", "address"),
    "post": ("岗位", "岗位名称", "驻点岗位", "提供岗位", "post"),
    "seats": ("名额", "人数", "岗位人数", "需求人数", "岗位数", "接收人数", "seats"),
    "requirements": ("岗位要求", "要求", "任职要求", "requirements"),
    "mentor": ("企业导师", "导师", "导师姓名", "带教导师", "联系人", "mentor"),
    "phone": ("导师电话", "联系电话", "电话", "手机", "导师手机", "phone"),
    "lodging": ("可提供住宿", "住宿", "是否提供住宿", "能否提供住宿", "lodging"),
}
LIMITS = {"name": 120, "industry": 60, "size": 40, "address": 200, "post": 80, "requirements": 1000, "mentor": 60}
OF_HOST = ("credit_code", "industry", "size", "address")
YES = frozenset(["是", "有", "可", "能", "可以", "提供", "可提供", "yes", "y", "true", "√", "✓", "1"])
NO = frozenset(["否", "无", "没有", "不", "不能", "不可", "不提供", "no", "n", "false", "×", "x", "0"])
MOST_SEATS = 500


class Problem(NamedTuple):
    """Why a cell cannot be used, or should be looked at."""

    column: str
    value: str
    why: str


@dataclass
class HostRow:
    """One post as it was understood; an empty text or None says nothing, so what is known stays."""

    line: int
    cells: Sequence[Cell]
    name: str = ""
    credit_code: str = ""
    industry: str = ""
    size: str = ""
    address: str = ""
    post: str = ""
    seats: int = 0
    requirements: str = ""
    mentor: str = ""
    phone: str = ""
    lodging: bool | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass
class HostSheet:
    """What a sheet of hosts says: its header as it stands, and its rows as they were understood."""

    header: Sequence[Cell]
    heads: dict[str, str]  # what the file calls each column that it has
    rows: list[HostRow]


def key_of(name: str) -> str:
    """By which two names are the same: width, capitals and blanks tell nothing."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def find_header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]] | None:
    """(place of the header, column of each field). A header names host, post and seats."""
    return headers.find_header(
        rows,
        {key_of(word): name for name, words in HEADERS.items() for word in words},
        plain=lambda cell: re.sub(r"[*:：]|[(（].*?[)）]", "", key_of(_text(cell))),
        is_header=lambda found: {"name", "post", "seats"} <= found,
    )


def read_hosts(rows: Sequence[Sequence[Cell]], first_row: int) -> HostSheet | None:
    """Every row that names a host or a post; None where the sheet has no such header."""
    found = find_header(rows)
    if found is None:
        return None
    place, columns = found
    header = rows[place]
    sheet = HostSheet(header, {name: _text(header[at]) for name, at in columns.items()}, [])
    for line, cells in enumerate(rows[place + 1 :], first_row + place + 1):
        values = {name: cells[at] if at < len(cells) else None for name, at in columns.items()}
        if is_blank(values["name"]) and is_blank(values["post"]):
            continue
        sheet.rows.append(_Reader(sheet.heads, values).read(HostRow(line, cells)))
    return sheet


class _Reader:
    """One row, cell by cell; what cannot be used is kept with its reason."""

    def __init__(self, heads: dict[str, str], values: dict[str, Cell]):
        self.heads, self.values = heads, values

    def read(self, row: HostRow) -> HostRow:
        self.row = row
        for name, limit in LIMITS.items():
            setattr(row, name, self.text(name, limit))
        for name in ("name", "post"):
            if not getattr(row, name):
                self.problem(name, _("This cell is empty."))
        row.seats = self.seats()
        row.credit_code = self.code()
        row.phone = self.phone()
        row.lodging = self.lodging()
        return row

    def text(self, name: str, limit: int) -> str:
        text = " ".join(_text(self.values.get(name)).split())
        if len(text) > limit:
            self.problem(name, _("This is too long; at most %(most)s signs.") % {"most": limit})
            return ""
        return text

    def seats(self) -> int:
        text = key_of(_text(self.values.get("seats"))).removesuffix("人").removesuffix("名").removesuffix(".0")
        if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_SEATS:
            return int(text)
        self.problem("seats", _("Write a whole number of seats from 1 to %(most)s.") % {"most": MOST_SEATS})
        return 0

    def code(self) -> str:
        code = credit_code.clean(_text(self.values.get("credit_code")))
        if not code:
            return ""
        if not credit_code.has_its_shape(code):
            self.problem(
                "credit_code", _("A credit code has 18 signs: digits and capital letters without I, O, S, V and Z.")
            )
            return ""
        if not credit_code.is_sound(code):
            self.warn("credit_code", _("The check digit is wrong. Compare the code with the licence."))
        return code

    def phone(self) -> str:
        text = _text(self.values.get("phone"))
        if not text:
            return ""
        phone = phones.clean(text)
        if not phone:
            self.problem(
                "phone", _("This is no phone. Write a mobile number, or a landline with its area code."), value=""
            )
        elif not self.row.mentor:
            self.warn("phone", _("No name stands beside this phone, so it is not kept."), value="")
            return ""
        return phone

    def lodging(self) -> bool | None:
        text = key_of(_text(self.values.get("lodging")))
        if not text:
            return None
        if text in YES | NO:
            return text in YES
        self.problem("lodging", _("Write 是 or 否."))
        return None

    def problem(self, name: str, why: str, *, value: str | None = None) -> None:
        self.row.problems.append(self._said(name, why, value))

    def warn(self, name: str, why: str, *, value: str | None = None) -> None:
        self.row.warnings.append(self._said(name, why, value))

    def _said(self, name: str, why: str, value: str | None) -> Problem:
        shown = _text(self.values.get(name))[:40] if value is None else value
        return Problem(self.heads.get(name, ""), shown, why)


def _text(cell: Cell) -> str:
    if is_blank(cell):
        return ""
    try:
        return unicodedata.normalize("NFKC", as_text(cell)).strip()
    except BadValue:
        return ""
