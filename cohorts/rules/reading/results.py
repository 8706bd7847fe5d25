"""What a roster file says once it is read: people, problems, rows left out, people met twice, classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from cohorts.rules.offices import Office
from cohorts.rules.sentences import say
from cohorts.rules.values import BornOn, Cell

ERROR, WARNING, NOTE = "error", "warning", "note"
SKIP, DROP, KEEP = "skip", "drop", "keep"  # leave the row out; import it without this value; import it as it is


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the person should see. ``row`` is as printed, ``column`` its letter ('' for the row as a whole).

    An error stops its row until one of ``treatments`` is chosen; warnings and notes do not. ``shown`` and ``params``
    hold no ID number and no phone number.
    """

    sheet: int
    sheet_name: str
    row: int
    column: str
    header: str
    field: str
    shown: str
    code: str
    params: Mapping[str, object]
    severity: str
    treatments: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return say(self.code, self.params)

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Problem":
        return cls(**{**data, "treatments": tuple(data["treatments"])})


class Person(NamedTuple):
    """One row. ``values`` has a key only where the file says something that could be read.

    ``extra`` holds what is to become new profile fields, by label. ``raw`` is the row as it stands in the file.
    ``severity`` is that of the worst problem of the row, '' without any.
    """

    sheet: int
    sheet_name: str
    row: int
    values: dict[str, Any]
    extra: dict[str, str]
    class_name: str
    group_name: str
    offices: tuple[Office, ...]
    raw: Sequence[Cell]
    severity: str

    def to_json(self) -> dict[str, Any]:
        """The row for a stored plan: a birth is [date, is_month_only], dates and decimals of other fields are texts."""
        return {
            **self._asdict(),
            "values": {k: _plain(v) for k, v in self.values.items()},
            "raw": list(map(_plain, self.raw)),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Person":
        values = dict(data["values"])
        if "born_on" in values:
            day, is_month_only = values["born_on"]
            values["born_on"] = BornOn(date.fromisoformat(day), is_month_only)
        return cls(**{**data, "values": values, "offices": tuple(Office(*office) for office in data["offices"])})


def _plain(value: Any) -> Any:
    if isinstance(value, BornOn):
        return [value.day.isoformat(), value.is_month_only]
    return value if value is None or isinstance(value, str | int | float) else str(value)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A row that is no person: title, heading, total, note, blank."""

    sheet: int
    sheet_name: str
    row: int
    code: str
    text: str

    @property
    def why(self) -> str:
        return say(self.code)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Rows that share an ID number, a phone number, or a name. ``rows`` are (sheet, row) pairs."""

    kind: str  # id_number phone name
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class GroupRead:
    name: str
    claimed: int | None
    people: int


@dataclass(frozen=True, slots=True)
class ClassRead:
    """A class to be made: its name ('' for people without one), head teacher, groups and sizes."""

    name: str
    people: int
    claimed: int | None
    head_teacher: str
    head_teacher_phone: str
    groups: tuple[GroupRead, ...]


@dataclass(frozen=True)
class Reading:
    """All that a file says by a guess."""

    people: list[Person]
    problems: list[Problem]
    ignored: list[Ignored]
    duplicates: list[Duplicate]
    classes: list[ClassRead]
    new_fields: list[str] = field(default_factory=list)

    def problems_by_row(self) -> dict[tuple[int, int], list[Problem]]:
        """Problems of each row, keyed by (sheet, row)."""
        found: dict[tuple[int, int], list[Problem]] = {}
        for problem in self.problems:
            found.setdefault((problem.sheet, problem.row), []).append(problem)
        return found

    def good(self) -> list[Person]:
        """The people without an error."""
        return [person for person in self.people if person.severity != ERROR]
