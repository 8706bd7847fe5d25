"""Two versions of a timetable: what was added, changed, cancelled, and whose rows these are. Values in, values out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"


FACTS = ("title", "starts_at", "ends_at", "teacher", "where", "mode", "class_names")  # what people see of a session


@dataclass(frozen=True)
class Row:
    """A session as people see it. ``key`` stays with it; moments are ISO texts, so that a row can be kept as JSON."""

    key: int
    title: str
    starts_at: str
    ends_at: str
    class_names: str
    classes: tuple[int, ...]
    teacher: str = ""
    where: str = ""
    mode: str = ""
    reason: str = ""
    is_cancelled: bool = False

    @classmethod
    def of(cls, values: Mapping) -> "Row":
        return cls(**{**values, "classes": tuple(values["classes"])})

    def to_json(self) -> dict:
        return asdict(self) | {"classes": list(self.classes)}

    @property
    def start(self) -> datetime:
        return datetime.fromisoformat(self.starts_at)

    @property
    def end(self) -> datetime:
        return datetime.fromisoformat(self.ends_at)


@dataclass(frozen=True)
class Change:
    what: What
    before: Row | None
    after: Row

    @property
    def fields(self) -> list[str]:
        """The facts that differ."""
        if self.before is None:
            return []
        return [name for name in FACTS if getattr(self.before, name) != getattr(self.after, name)]

    def to_json(self) -> dict:
        return {
            "what": self.what.value,
            "before": self.before.to_json() if self.before else None,
            "after": self.after.to_json(),
        }

    @classmethod
    def of(cls, values: Mapping) -> "Change":
        before = values["before"]
        return cls(What(values["what"]), Row.of(before) if before else None, Row.of(values["after"]))


def diff(before: Mapping[int, Row], after: Iterable[Row]) -> list[Change]:
    """What ``after`` makes of ``before``, by time; a session in neither state seen is no change."""
    found = []
    for row in after:
        what = _what(before.get(row.key), row)
        if what:
            found.append(Change(what, before.get(row.key), row))
    return sorted(found, key=lambda each: (each.after.starts_at, each.after.key))


def _what(old: Row | None, new: Row) -> What | None:
    if old is None or old.is_cancelled:
        if new.is_cancelled:
            return None
        return What.ADDED if old is None else What.RESTORED
    if new.is_cancelled:
        return What.CANCELLED
    return What.CHANGED if any(getattr(old, name) != getattr(new, name) for name in FACTS) else None


def concerned(change: Change, expected: Callable[[Row], frozenset[int]]) -> frozenset[int]:
    """Whose rows change: who sees the session before or after and sees something else of it then. Where only its classes
    change, whoever is in it before and after sees the same."""
    before = expected(change.before) if change.before and not change.before.is_cancelled else frozenset()
    after = expected(change.after) if not change.after.is_cancelled else frozenset()
    if change.what == What.CHANGED and change.fields == ["class_names"]:
        return before ^ after
    return before | after


def by_reader(changes: Iterable[Change], expected: Callable[[Row], frozenset[int]]) -> dict[int, tuple[int, ...]]:
    """Person -> the places of the changes that are the person's own."""
    found: dict[int, list[int]] = {}
    for place, change in enumerate(changes):
        for person in concerned(change, expected):
            found.setdefault(person, []).append(place)
    return {person: tuple(places) for person, places in found.items()}
