"""A file of applications as units send it: which column says what, and the clean values of each row."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cohorts.rules import values
from cohorts.rules.headers import FIELDS, IGNORE, UNKNOWN, ProfileLike, ProfileSpec, meanings, plain
from cohorts.rules.profile import clean
from cohorts.rules.profile_keys import profile_key
from cohorts.rules.values import BadValue, Cell, is_blank, shown
from trainee_mgmt.kit.sheets import column_letter

LOOKED_AT = 20  # rows in which the headers are looked for
NOMINATED, SELF, FROM_FILE = "nominated", "self", "imported"
OWN_HEADERS = {
    "unit": "推荐单位 提名单位 选派单位 nominatingunit",
    "origin": "报名方式 推荐方式 申报方式 报名类型 howitcame",
}
OWN = {plain(name): key for key, names in OWN_HEADERS.items() for name in names.split()}
ORIGINS = {
    plain(word): origin
    for origin, words in {
        NOMINATED: "单位推荐 组织推荐 推荐 提名 nominated",
        SELF: "个人申报 个人报名 自主报名 本人申请 自荐 个人 applied",
    }.items()
    for word in words.split()
}
PERSON = ("name", "id_number", "phone", "sex", "work_unit", "position")
NEVER = frozenset(["number", "age", "born_on", "unit_and_position", "class_name", "group_name", "student_number"])
YES_NO = frozenset("是否有无√×")
TEXTS = {"work_unit": 120, "position": 80}


@dataclass(frozen=True)
class Fault:
    column: str
    value: str
    why: str


@dataclass
class Row:
    """``faults`` empty: the values are clean. ``answers`` by the key of the profile field."""

    line: int
    cells: Sequence[Cell]
    values: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    origin: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """``fields``: the profile fields that columns answer, ``new`` those of them that must be made."""

    header: Sequence[Cell]
    heads: dict[str, str]
    fields: list[ProfileLike]
    new: list[ProfileSpec]
    rows: list[Row]


def read_applications(
    rows: Sequence[Sequence[Cell]], first_row: int, profile_fields: Collection[ProfileLike]
) -> Sheet | None:
    """None where no row of headers names a name and an ID number."""
    for at, header in enumerate(rows[:LOOKED_AT]):
        texts = [str(cell or "") for cell in header]
        found = [each.field for each in meanings(texts, [() for _each in texts], profile_fields)]
        found = [OWN.get(plain(text), key) for text, key in zip(texts, found)]
        if {"name", "id_number"} <= set(found):
            body = rows[at + 1 :]
            columns, new = _columns(texts, found, body, profile_fields)
            heads = {key: f"{column_letter(place)} {texts[place]}" for key, place in columns.items()}
            fields = [*(each for each in profile_fields if each.key in columns), *new]
            reader = _Reader(columns, heads, fields)
            filled = [
                reader.read(line, cells)
                for line, cells in enumerate(body, start=first_row + at + 1)
                if any(not is_blank(cell) for cell in cells)
            ]
            return Sheet(header, heads, fields, new, filled)
    return None


def _columns(
    texts: list[str], found: list[str], body: Sequence[Sequence[Cell]], profile_fields: Collection[ProfileLike]
) -> tuple[dict[str, int], list[ProfileSpec]]:
    """Key -> place of each column that is read, and the profile fields that are not there yet."""
    own = {each.key for each in profile_fields}
    labels = {plain(each.label): each.key for each in profile_fields}
    columns: dict[str, int] = {}
    new: list[ProfileSpec] = []
    for place, (text, key) in enumerate(zip(texts, found)):
        name = " ".join(text.split())[:60]
        if not name or key == IGNORE or key in NEVER:
            continue
        if key == UNKNOWN or (key in FIELDS and key not in (*PERSON, *own)):
            known = labels.get(plain(name))
            if known is None:
                taken = {*own, *FIELDS, *(each.key for each in new)}
                spec = ProfileSpec(profile_key(name, taken) if key == UNKNOWN else key, name, _kind(place, body))
                new.append(spec)
                known = spec.key
            columns.setdefault(known, place)
        else:
            columns.setdefault(key, place)
    return columns, new


def _kind(place: int, body: Sequence[Sequence[Cell]]) -> str:
    """Of a new field, by what stands in its column."""
    cells = [row[place] for row in body if place < len(row) and not is_blank(row[place])]
    return "yes_no" if cells and all(str(cell).strip() in YES_NO for cell in cells) else "text"


class _Reader:
    def __init__(self, columns: dict[str, int], heads: dict[str, str], fields: Collection[ProfileLike]):
        self.columns, self.heads, self.fields = columns, heads, fields
        self.cleaners: dict[str, Callable[[Cell], Any]] = {
            "name": values.clean_name,
            "id_number": values.clean_id_number,
            "phone": values.clean_phone,
            "sex": values.clean_sex,
            **{key: lambda cell, limit=limit: values.clean_text(cell, limit) for key, limit in TEXTS.items()},
        }

    def read(self, line: int, cells: Sequence[Cell]) -> Row:
        row = Row(line, cells)
        for key, clean_cell in self.cleaners.items():
            value = self._value(row, key, clean_cell)
            if value:
                row.values[key] = value
        for each in self.fields:
            value = self._value(row, each.key, lambda cell, each=each: clean(each, cell))
            if value is not None:
                row.answers[each.key] = value
        row.unit = self._value(row, "unit", lambda cell: values.clean_text(cell, 120)) or ""
        row.origin = self._value(row, "origin", _origin) or FROM_FILE
        self._check(row)
        return row

    def _value(self, row: Row, key: str, clean_cell: Callable[[Cell], Any]) -> Any:
        cell = self._cell(row.cells, key)
        if is_blank(cell):
            return None
        try:
            return clean_cell(cell)
        except BadValue as bad:
            is_private = key in ("id_number", "phone")
            row.faults.append(Fault(self.heads[key], shown(cell, private=is_private), bad.sentence))
            return None

    def _cell(self, cells: Sequence[Cell], key: str) -> Cell:
        place = self.columns.get(key)
        return cells[place] if place is not None and place < len(cells) else None

    def _check(self, row: Row) -> None:
        for key, why in (
            ("name", _("The name of the person is missing.")),
            ("id_number", _("The ID number is missing.")),
        ):
            if is_blank(self._cell(row.cells, key)):
                row.faults.append(Fault(self.heads[key], "", why))
        number = row.values.get("id_number")
        if number and row.values.get("sex", values.facts_of_id(number).sex) != values.facts_of_id(number).sex:
            row.faults.append(Fault(self.heads["sex"], "", _("The ID number says another sex. Please check both.")))


def _origin(cell: Cell) -> str:
    text = values.clean_text(cell, 60)
    if plain(text) not in ORIGINS:
        raise BadValue("choice_unknown", found=shown(text), choices="单位推荐、个人申报")
    return ORIGINS[plain(text)]
