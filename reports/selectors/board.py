"""The figures of one cohort, arranged in sections: the dashboard draws them, the year-end workbook writes them.

A cell holds a number and the address of the rows behind it, so that page and workbook cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from reports.selectors.figures import Outline, outline
from trainee_mgmt.kit.figures import Answers, Counted, Distribution, Figure, Scope, Value, all_figures, count
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.formats import moment as moment_words
from trainee_mgmt.kit.formats import number

MOST = 20  # so many different answers stand by themselves; the others are one line
COUNTED = ("cohorts.trainees", "learning.held")  # their number says more than their share
PEOPLE_BY = "cohorts.with_class"  # any figure of people tells the size of a class


@dataclass(frozen=True)
class Cell:
    """A number: how it is written, and the page that lists its rows."""

    value: int | Decimal | None
    kind: str = "number"
    url: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]
    remark: str = ""  # a second word beside the label, e.g. the day of a session


@dataclass(frozen=True)
class Section:
    """A table of figures. ``charted``: the column that the chart draws; ``full``: the end of its axis, if it has one;
    ``is_time``: its rows follow each other in time; ``is_narrow``: two fit beside each other."""

    key: str
    group: str
    title: str
    note: str
    head: list[str]
    rows: list[Row]
    total: Row | None = None
    last: Row | None = None  # what is missing, between the rows and the total
    charted: int = 0
    full: int | None = None
    is_time: bool = False
    is_narrow: bool = False

    @property
    def top(self) -> float:
        """The end of the axis: the largest value where there is no other."""
        values = [value for _label, value, _text in self.marks if value is not None]
        return self.full or max(values, default=0) or 1

    @property
    def marks(self) -> list[tuple[str, float | None, str]]:
        """What the chart draws: name, value, and how the value is written."""
        cells = ((row.label, row.cells[self.charted]) for row in self.rows)
        return [(label, None if cell.value is None else float(cell.value), written(cell)) for label, cell in cells]


@dataclass(frozen=True)
class Headline:
    """One figure in the band at the top, with its words."""

    figure: Figure
    value: Value
    shown: str
    of: str
    missing: str
    url: str
    asked: dict[str, str]  # what the address names beside the figure: one answer of a distribution


@dataclass
class Board:
    cohort: Cohort
    scope: Scope
    figures: dict[str, Figure | Distribution]
    counted: Counted
    outline: Outline
    headlines: list[Headline] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    at: str = ""  # an earlier moment that was asked for; its addresses ask for it too

    @property
    def wide(self) -> list[Section]:
        return [section for section in self.sections if not section.is_narrow]

    @property
    def narrow(self) -> list[Section]:
        return [section for section in self.sections if section.is_narrow]

    def url(self, name: str, part: str = "n", **more: str) -> str:
        return figure_url(self.cohort.pk, name, part, within=self.scope.within, **self.when, **more)

    @property
    def when(self) -> dict[str, str]:
        return {"at": self.at} if self.at else {}


def figure_url(cohort: int, name: str, part: str = "n", *, within: Iterable[tuple[str, str]] = (), **more: str) -> str:
    """The page that lists the rows behind one number; without a word it lists those that count."""
    page = reverse("reports:figure_rows", kwargs={"cohort": cohort, "name": name})
    query = urlencode([*([] if part == "n" else [("part", part)]), *within, *more.items()])
    return f"{page}?{query}" if query else page


def written(cell: Cell) -> str:
    if cell.kind == "percent":
        return "—" if cell.value is None else f"{cell.value}%"
    return number(cell.value)


def board(cohort: Cohort, scope: Scope, *, by_session: bool = False, at: str = "") -> Board:
    """Everything about one cohort (or one class of it, with ``scope.within``): eight queries, however many people."""
    figures = {name: each for name, each in all_figures(scope).items() if each.base.on_board}
    splits = ("class", "week", "session") if by_session else ("class", "week")
    counted = count(figures.values(), scope, by=splits)
    made = Board(cohort, scope, figures, counted, outline(scope), at=at)
    made.headlines = [headline(made, each) for each in _headline_figures(made)]
    made.sections = [
        *([] if scope.within else [_classes(made)]),
        *(_composition(made, each) for each in figures.values() if _is_composition(each)),
        *_attendance(made),
        *_journals(made),
        *_scores(made),
    ]
    return made


# Headlines --------------------------------------------------------------------------------------------------------------


def _headline_figures(made: Board) -> Iterable[tuple[Figure, Value, dict[str, str]]]:
    """The figures of the band: people, who they are by yes or no, attendance, journals, scores."""
    names = ["cohorts.trainees", "cohorts.aged_26_to_40"]
    after = ["learning.held", "learning.attendance"]
    if made.cohort.journal_every != Cohort.JournalEvery.NONE:
        after.append("learning.journals_handed_in")
    if made.counted.values["assessments.total"].of:
        after.append("assessments.total")
    for name in names:
        yield made.figures[name], made.counted.values[name], {}
    for each in made.figures.values():
        if isinstance(each, Distribution) and each.order == ("true", "false"):
            yield each.part("true"), made.counted.answers[each.name].value("true"), {"answer": "true"}
    for name in after:
        yield made.figures[name], made.counted.values[name], {}


def headline(made: Board, asked: tuple[Figure, Value, dict[str, str]]) -> Headline:
    each, value, more = asked
    return Headline(
        each,
        value,
        shown=main_words(each, value),
        of=of_words(each, value),
        missing=missing_words(each, value),
        url=made.url(each.name, **more),
        asked=more,
    )


def main_words(each: Figure, value: Value) -> str:
    """The number itself: a mean, a count where the figure counts people as such, else a share."""
    if each.measure:
        return number(value.mean)
    if each.name in COUNTED:
        return number(value.n)
    return "—" if value.share is None else f"{value.share}%"


def of_words(each: Figure, value: Value) -> str:
    """``236 of 450 people``."""
    return _("%(n)s of %(of)s %(unit)s") % {"n": number(value.n), "of": number(value.known), "unit": each.base.unit}


def missing_words(each: Figure, value: Value) -> str:
    """``12 not given``; nothing where nothing can be missing."""
    if each.missing_label:
        return _("%(n)s %(word)s") % {"n": number(value.missing), "word": each.missing_label}
    if each.rest_label:
        return _("%(n)s %(word)s") % {"n": number(value.rest), "word": each.rest_label}
    return ""


# Sections ---------------------------------------------------------------------------------------------------------------


def _is_composition(each: Figure | Distribution) -> bool:
    return isinstance(each, Distribution) and each.name.startswith("cohorts.")


def _composition(made: Board, each: Distribution) -> Section:
    return _distribution(made, each, "composition", _("People"))


def _distribution(made: Board, each: Distribution, group: str, unit: str) -> Section:
    """One line for each answer, then what is missing, then all: the lines re-add."""
    answers = made.counted.answers[each.name]
    shown = [answer for answer in answers.counts if answer in each.order or answers.counts[answer]]
    top = [answer for answer in shown if answer in each.order] or shown[:MOST]
    rows = [_answer_row(made, each, str(each.words(key)), answers.value(key), answer=key) for key in top]
    if len(top) < len(shown):
        rows.append(_answer_row(made, each, _("other answers"), answers.other(top), other="1"))
    missing = Row(str(each.missing_label), [Cell(answers.missing, url=_rows_url(made, each, "missing")), Cell(None)])
    return Section(
        each.name,
        group,
        str(each.label),
        f"{each.definition} {share_words(answers, each)}",
        [str(each.label), unit, _("Share")],
        rows,
        total=Row(_("All together"), [Cell(answers.of, url=_rows_url(made, each, "N")), Cell(None)]),
        last=missing,
        is_narrow=True,
    )


def share_words(answers: Answers, each: Distribution) -> str:
    """The sentence on the denominator."""
    return _("Shares are of the %(known)s known; %(missing)s %(word)s; %(of)s in all.") % {
        "known": number(answers.known),
        "missing": number(answers.missing),
        "word": each.missing_label,
        "of": number(answers.of),
    }


def _answer_row(made: Board, each: Distribution, label: str, value: Value, **more: str) -> Row:
    return Row(label, [Cell(value.n, url=_rows_url(made, each, "n", **more)), Cell(value.share, "percent")])


def _rows_url(made: Board, each: Distribution, part: str, **more: str) -> str:
    return "" if each.closed else made.url(each.name, part, **more)


def _classes(made: Board) -> Section:
    sizes = made.counted.parts.get((PEOPLE_BY, "class"), {})
    total = made.counted.values[PEOPLE_BY]
    rows = [
        Row(part.name, [Cell(sizes.get(part.key, Value()).of, url=made.url(PEOPLE_BY, "N", **{"class": part.key}))])
        for part in made.outline.classes
    ]
    return Section(
        "classes",
        "composition",
        _("Classes"),
        _("Trainees by the class they belong to on %(day)s.") % {"day": day_words(made.scope.day)},
        [_("Class"), _("People")],
        rows,
        total=Row(_("All together"), [Cell(total.of, url=made.url(PEOPLE_BY, "N"))]),
        last=Row(_("without a class"), [Cell(total.missing, url=made.url(PEOPLE_BY, "missing"))]),
        is_narrow=True,
    )


def _attendance(made: Board) -> Iterable[Section]:
    figure = made.figures["learning.attendance"]
    head = [_("Came"), _("Marked"), _("Rate"), _("Not marked"), _("Expected")]
    note = str(figure.definition)
    total = Row(_("All together"), attendance_cells(made, made.counted.values[figure.name]))
    if not made.scope.within:
        by_class = made.counted.parts.get((figure.name, "class"), {})
        rows = [
            Row(part.name, attendance_cells(made, by_class.get(part.key, Value()), **{"class": part.key}))
            for part in made.outline.classes
        ]
        title = _("Attendance by class")
        yield Section(
            "attendance.class", "attendance", title, note, [_("Class"), *head], rows, total, charted=2, full=100
        )
    by_week = made.counted.parts.get((figure.name, "week"), {})
    rows = [
        Row(day_words(date.fromisoformat(key)), attendance_cells(made, by_week[key], week=key))
        for key in sorted(by_week)
    ]
    title = _("Attendance by week")
    yield Section(
        "attendance.week", "attendance", title, "", [_("Week from"), *head], rows, total,
        charted=2, full=100, is_time=True,
    )  # fmt: skip
    by_session = made.counted.parts.get((figure.name, "session"), {})
    rows = [
        Row(part.name, attendance_cells(made, by_session[part.key], session=part.key), day_words(part.starts_at))
        for part in made.outline.sessions
        if part.key in by_session
    ]
    if rows:
        title = _("Attendance by session")
        yield Section(
            "attendance.session", "attendance", title, "", [_("Session"), *head], rows, total, charted=2, full=100
        )
    yield _distribution(made, made.figures["learning.marks"], "attendance", _("Person-times"))


def attendance_cells(made: Board, value: Value, **narrow: str) -> list[Cell]:
    name = "learning.attendance"
    return [
        Cell(value.n, url=made.url(name, "n", **narrow)),
        Cell(value.known, url=made.url(name, "known", **narrow)),
        Cell(value.share, "percent"),
        Cell(value.missing, url=made.url(name, "missing", **narrow)),
        Cell(value.of, url=made.url(name, "N", **narrow)),
    ]


def _journals(made: Board) -> Iterable[Section]:
    if made.cohort.journal_every == Cohort.JournalEvery.NONE:
        return
    head = [_("Handed in"), _("Due"), _("Share"), _("Not handed in"), _("Accepted"), _("Late")]
    note = str(made.figures["learning.journals_handed_in"].definition)
    total = Row(_("All together"), journal_cells(made, made.counted.values))
    if not made.scope.within:
        rows = [
            Row(part.name, journal_cells(made, journals_of(made, "class", part.key), **{"class": part.key}))
            for part in made.outline.classes
        ]
        title = _("Journals by class")
        yield Section("journals.class", "journals", title, note, [_("Class"), *head], rows, total, charted=2, full=100)
    by_week = made.counted.parts.get(("learning.journals_handed_in", "week"), {})
    rows = [
        Row(day_words(date.fromisoformat(key)), journal_cells(made, journals_of(made, "week", key), week=key))
        for key in sorted(by_week)
    ]
    title = _("Journals by week")
    yield Section(
        "journals.week", "journals", title, "", [_("Week from"), *head], rows, total,
        charted=2, full=100, is_time=True,
    )  # fmt: skip


def journals_of(made: Board, split: str, key: str) -> dict[str, Value]:
    names = ("learning.journals_handed_in", "learning.journals_accepted", "learning.journals_late")
    return {name: made.counted.parts.get((name, split), {}).get(key, Value()) for name in names}


def journal_cells(made: Board, values: Mapping[str, Value], **narrow: str) -> list[Cell]:
    handed_in, accepted, late = (values[f"learning.journals_{name}"] for name in ("handed_in", "accepted", "late"))
    name = "learning.journals_handed_in"
    return [
        Cell(handed_in.n, url=made.url(name, "n", **narrow)),
        Cell(handed_in.of, url=made.url(name, "N", **narrow)),
        Cell(handed_in.share, "percent"),
        Cell(handed_in.rest, url=made.url(name, "rest", **narrow)),
        Cell(accepted.n, url=made.url("learning.journals_accepted", "n", **narrow)),
        Cell(late.n, url=made.url("learning.journals_late", "n", **narrow)),
    ]


def _scores(made: Board) -> Iterable[Section]:
    figure = made.figures["assessments.total"]
    whole = made.counted.values[figure.name]
    if not whole.of:
        return
    yield _distribution(made, made.figures["assessments.bands"], "scores", _("People"))
    if not made.scope.within:
        by_class = made.counted.parts.get((figure.name, "class"), {})
        rows = [
            Row(part.name, score_cells(made, by_class.get(part.key, Value()), **{"class": part.key}))
            for part in made.outline.classes
        ]
        head = [_("Class"), _("With a total"), _("Mean"), _("Without a total")]
        total = Row(_("All together"), score_cells(made, whole))
        title = _("Scores by class")
        yield Section("scores.class", "scores", title, str(figure.definition), head, rows, total, charted=1, full=100)


def score_cells(made: Board, value: Value, **narrow: str) -> list[Cell]:
    name = "assessments.total"
    return [
        Cell(value.n, url=made.url(name, "n", **narrow)),
        Cell(value.mean, "decimal"),
        Cell(value.missing, url=made.url(name, "missing", **narrow)),
    ]


def as_of_words(at: datetime) -> str:
    """``as of 22 Nov 15:05``."""
    return _("as of %(time)s") % {"time": moment_words(at)}
