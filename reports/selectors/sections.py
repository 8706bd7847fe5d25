"""The parts of a dispatch pack as plain data: what the page and the paper show, and what is kept of a meeting."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

SHOWN = 100  # lines of one section on the page of the meeting; all stand on its own page


@dataclass(frozen=True)
class Where:
    """A page by its URL name; ``keys`` are its own, ``query`` narrows a list."""

    name: str
    keys: dict[str, int]
    query: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a section; ``opens`` what it is about. ``is_bad``: overdue."""

    cells: tuple[str, ...]
    opens: Where | None = None
    is_bad: bool = False


@dataclass(frozen=True)
class Section:
    """``head``: the columns. ``rows``: the list that holds exactly what is counted. ``number``: how many, where a line is not one."""

    key: str
    title: str
    head: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    rows: Where | None = None
    number: int | None = None

    @property
    def count(self) -> int:
        return len(self.lines) if self.number is None else self.number

    @property
    def late(self) -> int:
        return sum(line.is_bad for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        lines = [
            Line(tuple(line["cells"]), line["opens"] and Where(**line["opens"]), line["is_bad"])
            for line in data["lines"]
        ]
        rows = data["rows"] and Where(**data["rows"])
        return cls(data["key"], data["title"], tuple(data["head"]), lines, rows, data["number"])
