"""What the year-end workbook shows beside the sections of the dashboard: classes, published results, one line a trainee.

All numbers come from the registry of figures, as of the moment of the board, and name the page that opens their rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort, Person, Trainee
from reports.selectors.board import (
    COUNTED,
    PEOPLE_BY,
    Board,
    Cell,
    Row,
    Section,
    attendance_cells,
    journal_cells,
    journals_of,
    score_cells,
)  # fmt: skip
from trainee_mgmt.kit import access
from trainee_mgmt.kit.days import moment
from trainee_mgmt.kit.figures import FIGURES, Distribution, Figure, Value, count
from trainee_mgmt.kit.formats import day as day_words

BY_TRAINEE = (
    "learning.attendance", "learning.late", "learning.absent", "learning.excused",
    "learning.journals_handed_in", "learning.journals_accepted", "learning.journals_late",
    "assessments.total",
)  # fmt: skip
CHUNK = 1000


def first_and_last_day(cohort: Cohort, today: date) -> tuple[date, date]:
    """The days that a workbook may speak of: from the first of the cohort on, and none that lies ahead."""
    return min(cohort.starts_on, today), today


def moment_of_day(day: date, *, now: datetime, latest: datetime) -> datetime:
    """The end of a day that is over; today the ``latest`` moment that figures are counted for."""
    if day >= timezone.localdate(now):
        return latest
    return moment(day, 23, 59)


# Figures ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FigureLine:
    """One figure with everything it says. ``main``: the number that it is named for."""

    label: str
    definition: str
    unit: str
    main: Cell
    n: Cell
    known: Cell
    missing: Cell
    of: Cell


def figure_line(made: Board, each: Figure, value: Value, **asked: str) -> FigureLine:
    def cell(part: str) -> Cell:
        return Cell(value.part(part), url=made.url(each.name, part, **asked))

    if each.measure:
        main = Cell(value.mean, "decimal", made.url(each.name, **asked))
    elif each.name in COUNTED:
        main = cell("n")
    else:
        main = Cell(value.share, "percent", made.url(each.name, **asked))
    return FigureLine(
        str(each.label), str(each.definition), str(each.base.unit), main, cell("n"), cell("known"), cell("missing"), cell("N")
    )  # fmt: skip


def headline_lines(made: Board) -> list[FigureLine]:
    """The figures of the band at the top of the dashboard."""
    return [figure_line(made, each.figure, each.value, **each.asked) for each in made.headlines]


def figure_lines(made: Board) -> Iterator[FigureLine]:
    """Every figure of the cohort; of a distribution how many answers are known."""
    for each in made.figures.values():
        if isinstance(each, Figure):
            yield figure_line(made, each, made.counted.values[each.name])
        else:
            yield _distribution_line(made, each)


def _distribution_line(made: Board, each: Distribution) -> FigureLine:
    answers = made.counted.answers[each.name]
    value = Value(answers.known, answers.of, answers.known)
    line = figure_line(made, each.part(), value)
    if not each.closed:
        return line
    cells = {name: Cell(getattr(line, name).value, getattr(line, name).kind) for name in CELLS}
    return FigureLine(line.label, f"{line.definition} {each.closed}", line.unit, **cells)


CELLS = ("main", "n", "known", "missing", "of")


# Classes ----------------------------------------------------------------------------------------------------------------


def class_section(made: Board) -> Section:
    """One line for each class: its people, attendance, journals and scores."""
    parts = made.counted.parts
    sizes = parts.get((PEOPLE_BY, "class"), {})
    attendance = parts.get(("learning.attendance", "class"), {})
    scores = parts.get(("assessments.total", "class"), {})

    def cells(size: Cell, attended: Value, journals: dict[str, Value], scored: Value, **narrow: str) -> list[Cell]:
        return [
            size,
            *attendance_cells(made, attended, **narrow),
            *journal_cells(made, journals, **narrow),
            *score_cells(made, scored, **narrow),
        ]

    def row(key: str, name: str) -> Row:
        size = Cell(sizes.get(key, Value()).of, url=made.url(PEOPLE_BY, "N", **{"class": key}))
        attended, scored = attendance.get(key, Value()), scores.get(key, Value())
        return Row(name, cells(size, attended, journals_of(made, "class", key), scored, **{"class": key}))

    whole = made.counted.values
    people = whole[PEOPLE_BY]
    total = cells(
        Cell(people.of, url=made.url(PEOPLE_BY, "N")), whole["learning.attendance"], whole, whole["assessments.total"]
    )
    missing = Cell(people.missing, url=made.url(PEOPLE_BY, "missing"))
    return Section(
        "classes",
        "classes",
        _("Classes"),
        _("Trainees by the class they belong to on %(day)s.") % {"day": day_words(made.scope.day)},
        _class_head(),
        [row(part.key, part.name) for part in made.outline.classes],
        total=Row(_("All together"), total),
        last=Row(_("without a class"), [missing, *[Cell(None)] * (len(total) - 1)]),
    )


def _class_head() -> list[str]:
    return [
        _("Class"), _("People"),
        _("Came"), _("Marked"), _("Rate"), _("Not marked"), _("Expected"),
        _("Journals handed in"), _("Journals due"), _("Share of journals"), _("Journals not handed in"),
        _("Journals accepted"), _("Journals handed in late"),
        _("With a total"), _("Mean score"), _("Without a total"),
    ]  # fmt: skip


# People -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResultLine:
    """One published total."""

    number: str
    name: str
    class_name: str
    scheme: str
    total: Decimal | None
    published_at: datetime | None
    url: str


def result_lines(made: Board) -> Iterator[ResultLine]:
    """The rows behind the figures of scores, by number; one query."""
    rows = FIGURES["assessments.total"].base.rows(made.scope).order_by("trainee__number", "pk")
    found = rows.values_list(
        "pk", "trainee__number", "trainee__person__name", "membership__training_class__name", "scheme__name", "total", "published_at"
    )  # fmt: skip
    for pk, number, name, class_name, scheme, total, published_at in found.iterator(chunk_size=CHUNK):
        url = reverse("assessments:result_detail", kwargs={"pk": pk})
        yield ResultLine(number, name, class_name or "", scheme, total, published_at, url)


@dataclass(frozen=True)
class TraineeLine:
    pk: int
    number: str
    name: str
    class_name: str
    work_unit: str
    status: str
    joined_on: date
    ended_on: date | None
    id_number: str
    values: dict[str, Value] = field(default_factory=dict)


def trainee_lines(made: Board, *, id_numbers_for: User | None = None) -> Iterator[TraineeLine]:
    """Everybody who was ever taken in, by number; two queries, and one more for each thousand with ID numbers in full.

    ID numbers are masked; with ``id_numbers_for`` those that this person may see are in full.
    """
    parts = count([FIGURES[name] for name in BY_TRAINEE], made.scope, by=("trainee",)).parts
    rows = FIGURES["cohorts.trainees"].base.rows(made.scope).order_by("number", "pk")
    found = rows.values_list(
        "pk", "person_id", "person__id_mask", "number", "person__name", "membership__training_class__name",
        "work_unit", "status", "joined_on", "ended_on",
    ).iterator(chunk_size=CHUNK)  # fmt: skip
    status_words = {value: str(label) for value, label in Trainee.Status.choices}
    while chunk := list(islice(found, CHUNK)):
        numbers = _id_numbers([person for _pk, person, *_facts in chunk], id_numbers_for) if id_numbers_for else {}
        for pk, person, mask, number, name, class_name, work_unit, status, joined_on, ended_on in chunk:
            yield TraineeLine(
                pk,
                number,
                name,
                class_name or "",
                work_unit,
                status_words[status],
                joined_on,
                ended_on,
                numbers.get(person, mask),
                {each: parts[each, "trainee"].get(str(pk), Value()) for each in BY_TRAINEE},
            )


def trainee_cells(made: Board, *, with_links: bool) -> Callable[[TraineeLine], list[Cell]]:
    """Gives the figures of one trainee in the order of ``trainee_head``; addresses differ by the trainee at their end."""

    def address(name: str, part: str) -> str:
        return made.url(name, part, trainee="") if with_links else ""

    addresses = [address(name, "n" if part in ("share", "mean") else part) for name, part in TRAINEE_COLUMNS]
    columns = [(*column, url) for column, url in zip(TRAINEE_COLUMNS, addresses)]

    def cells(line: TraineeLine) -> list[Cell]:
        return [
            Cell(_of(line.values[name], part), KINDS.get(part, "number"), f"{url}{line.pk}" if url else "")
            for name, part, url in columns
        ]

    return cells


def _of(value: Value, part: str) -> int | Decimal | None:
    return getattr(value, part) if part in KINDS else value.part(part)


KINDS = {"share": "percent", "mean": "decimal"}
TRAINEE_COLUMNS = (
    ("learning.attendance", "n"), ("learning.attendance", "share"), ("learning.late", "n"), ("learning.absent", "n"),
    ("learning.excused", "n"), ("learning.attendance", "missing"), ("learning.attendance", "N"),
    ("learning.journals_handed_in", "n"), ("learning.journals_handed_in", "N"), ("learning.journals_accepted", "n"),
    ("learning.journals_late", "n"), ("assessments.total", "mean"),
)  # fmt: skip


def trainee_head() -> list[str]:
    return [
        _("Came"), _("Rate"), _("Late"), _("Absent"), _("On leave"), _("Not marked"), _("Expected"),
        _("Journals handed in"), _("Journals due"), _("Accepted"), _("Journals handed in late"), _("Total score"),
    ]  # fmt: skip


def _id_numbers(people: list[int], user: User) -> dict[int, str]:
    rows = Person.objects.filter(access.rows(user, "cohorts.see_secrets"), pk__in=people)
    return {pk: sealed.open() for pk, sealed in rows.values_list("pk", "id_number") if sealed}
