"""The closing checklist: what a cohort asks of each class before it is closed, and what still stands open. Values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

NAMED = 5  # so many open points are named in one sentence


class Kind(StrEnum):
    PLAN = "plan"
    AGENDA = "agenda"
    SHEETS = "sheets"
    TIMETABLE = "timetable"
    OWN = "own"


USUAL = (Kind.PLAN, Kind.AGENDA, Kind.SHEETS, Kind.TIMETABLE)
COMPUTED = frozenset({Kind.SHEETS, Kind.TIMETABLE})  # the product sees by itself whether they are done
NAMES = {
    Kind.PLAN: gettext_lazy("Plan of the class"),
    Kind.AGENDA: gettext_lazy("Agenda"),
    Kind.SHEETS: gettext_lazy("Sign-in sheets"),
    Kind.TIMETABLE: gettext_lazy("Final timetable"),
}


class Sheets(StrEnum):
    """What counts as a sign-in sheet of a session that was held."""

    MARKS = "marks"  # the marks of everybody, or a signed sheet
    SIGNED = "scan"  # the word that rows of the rule were written with


@dataclass(frozen=True)
class Asked:
    """One version of the rule: the kinds without which a cohort is not closed."""

    kinds: frozenset[str] = field(default_factory=frozenset)
    sheets: str = Sheets.MARKS


@dataclass(frozen=True)
class Line:
    """An item of the checklist of one class as it stands."""

    training_class: str
    kind: str
    title: str
    is_done: bool


@dataclass(frozen=True)
class OpenPoint:
    training_class: str
    title: str


def open_points(asked: Asked, classes: Iterable[str], lines: Iterable[Line]) -> list[OpenPoint]:
    """What stands against closing, by class: each kind that is asked for and not done, also where no item of it was made;
    of own items each one that is not done."""
    by_class: dict[str, list[Line]] = {name: [] for name in classes}
    for line in lines:
        by_class.setdefault(line.training_class, []).append(line)
    found = []
    for name, of_class in by_class.items():
        for kind in USUAL:
            if kind in asked.kinds and not any(line.is_done for line in of_class if line.kind == kind):
                found.append(OpenPoint(name, str(NAMES[kind])))
        if Kind.OWN in asked.kinds:
            found += [OpenPoint(name, line.title) for line in of_class if line.kind == Kind.OWN and not line.is_done]
    return found


def is_sheet_kept(asked: str, *, is_marked: bool, has_signed_sheet: bool) -> bool:
    """Whether a session that was held has its sign-in sheet."""
    return has_signed_sheet or (asked == Sheets.MARKS and is_marked)


def is_overdue(due_on: date | None, today: date, *, is_done: bool) -> bool:
    return not is_done and due_on is not None and due_on < today


def sentence(points: list[OpenPoint]) -> str:
    """Why a cohort cannot be closed yet, in one sentence that names what is open; nothing if nothing is."""
    if not points:
        return ""
    named = _("; ").join(f"{point.training_class} – {point.title}" for point in points[:NAMED])
    if len(points) > NAMED:
        named = _("%(named)s, and more") % {"named": named}
    said = ngettext(
        "%(n)s point of the closing checklist is open: %(named)s.",
        "%(n)s points of the closing checklist are open: %(named)s.",
        len(points),
    )
    return said % {"n": len(points), "named": named}


def in_words(asked: Asked) -> list[str]:
    """The rule, a sentence for each thing that it asks for."""
    if not asked.kinds:
        return [_("A cohort can be closed whatever stands on the checklist.")]
    words = {
        Kind.PLAN: _("Each class has its plan."),
        Kind.AGENDA: _("Each class has its agenda."),
        Kind.SHEETS: _("Each session that was held has its signed sheet.")
        if asked.sheets == Sheets.SIGNED
        else _("Each session that was held has the marks of everybody, or its signed sheet."),
        Kind.TIMETABLE: _("The last session of each class is over and no draft of the timetable waits."),
        Kind.OWN: _("Items that were added by hand are done."),
    }
    return [words[kind] for kind in Kind if kind in asked.kinds]
