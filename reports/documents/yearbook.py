"""The year-end workbook of a cohort: the sections of its dashboard on sheets, with Excel's own charts and a roster.

Nothing is counted here. Every number comes from ``reports.selectors`` and is a link to the page that opens its rows.
It is written row by row, so that memory does not grow with the people.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Job
from accounts.services import JobProgress, record_export
from cohorts.models import Cohort
from reports.selectors.board import Board, Cell, Row, Section, board
from reports.selectors.figures import asked_moment, scope_of
from reports.selectors.yearbook import (
    FigureLine,
    class_section,
    figure_lines,
    headline_lines,
    result_lines,
    trainee_cells,
    trainee_head,
    trainee_lines,
)  # fmt: skip
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.sheets import ReportBook, report_book
from trainee_mgmt.kit.sheets.report import MAX_LINKS
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import keep_file

FIRST_WIDTH, WIDTH = 34, 12
FEW = 3  # places in time; more of them make a line
CHART_ROWS = 18  # so many rows stand beside a chart
CLASS_CHARTS = (0, 3, 8, 14)  # people, attendance, journals, mean score
LEAST_LINKS = 1000  # of a sheet, kept for what does not grow with the people


@dataclass(frozen=True)
class About:
    """What the cover says about the file itself."""

    made_at: datetime
    made_by: str
    purpose: str
    site: str
    with_id_numbers: bool


def make_yearbook(job: Job, progress: JobProgress) -> dict:
    """The work of the job: counts, writes, records the export, keeps the file for whoever asked for it."""
    given, by, now = job.given, job.made_by, timezone.now()
    cohort = Cohort.objects.select_related("program__unit").get(pk=given["cohort"])
    if not access.may(by, "reports.take_yearbook", cohort):
        raise Refused(_("You have no right to this workbook any more."))
    with_id_numbers = given["with_id_numbers"] and access.holds(by, "cohorts.see_secrets")
    about = About(now, by.name, given["purpose"], given["site"], with_id_numbers)
    with translation.override(given["language"]):
        progress(0, 1, _("Counting…"))
        made = board(
            cohort, scope_of(cohort, now=now, at=asked_moment(given["at"], now=now)), by_session=True, at=given["at"]
        )
        book = Yearbook(made, about, progress)
        content = book.write(trainee_lines(made, id_numbers_for=by if with_id_numbers else None))
        name = f"{_('Year-end workbook')}-{cohort.name}-{given['at'][:10]}.xlsx"
    with transaction.atomic():
        query = f"cohort={cohort.pk}&at={given['at']}"
        asked = ExportRequest(job.title, query, book.people, given["purpose"], "xlsx", book.columns)
        record_export(asked, unmasked=with_id_numbers)
        keep_file(job.result_file, f"yearbook-{job.pk}.xlsx", content)
        return {
            "result_file": job.result_file.name,
            "result_name": name[-200:],
            "done": book.people,
            "total": book.people,
        }


class Yearbook:
    """The workbook in the making, sheet after sheet."""

    def __init__(self, made: Board, about: About, progress: Callable[[int, int, str], None]):
        self.made, self.about, self.progress = made, about, progress
        self.book: ReportBook = report_book(f"{_('Year-end workbook')} {made.cohort.name}"[:200], row_by_row=True)
        self.enrolled = made.counted.values["cohorts.trainees"].of
        self.people = 0  # lines of the roster
        self.columns: list[str] = []

    def write(self, lines) -> bytes:
        sheets = {
            _("Cover"): self.cover, _("Composition"): self.composition, _("Classes"): self.classes,
            _("Attendance"): self.attendance, _("Journals"): self.journals, _("Results"): self.scores,
            _("Roster"): lambda sheet, top: self.roster(sheet, top, lines), _("Definitions"): self.definitions,
        }  # fmt: skip
        self.sheets = [(name, self.book.add_sheet(name, landscape=True)) for name in sheets]
        for (name, sheet), fill in zip(self.sheets, sheets.values()):
            top = self.book.write_title(sheet, self.made.cohort.name if fill == self.cover else name, self.subtitle)
            fill(sheet, top)
        return self.book.finish()

    @property
    def subtitle(self) -> str:
        cohort = self.made.cohort
        return f"{cohort.program.name} · {cohort.name} · {_('figures as of %(time)s') % {'time': self.at_words}}"

    @property
    def at_words(self) -> str:
        return f"{timezone.localtime(self.made.scope.at):%Y-%m-%d %H:%M}"

    # Sheets -------------------------------------------------------------------------------------------------------------

    def cover(self, sheet, top):
        cohort, about = self.made.cohort, self.about
        sheet.set_column(0, 0, FIRST_WIDTH)
        sheet.set_column(1, 7, WIDTH + 2)
        facts = [
            (_("Cohort"), cohort.name),
            (_("Program"), cohort.program.name),
            (_("Unit"), cohort.program.unit.name),
            (_("From"), cohort.starts_on),
            (_("Until"), cohort.ends_on),
            (_("Figures as of"), self.made.scope.at),
            (_("Classes as of"), self.made.scope.day),
            (_("Made at"), about.made_at),
            (_("Made by"), about.made_by),
            (_("Purpose"), about.purpose),
            (_("ID numbers"), _("in full") if about.with_id_numbers else _("masked")),
        ]
        for at, (label, value) in enumerate(facts, start=top):
            self.book.write(sheet, at, 0, label, "head")
            sheet.merge_range(at, 1, at, 4, "", self.book.formats["text"])
            self.book.write(sheet, at, 1, value)
        top = self.figure_table(sheet, top + len(facts) + 1, headline_lines(self.made), _("Figures at a glance"))
        self.book.write(sheet, top + 1, 0, _("Sheets"), "group")
        for at, (name, other) in enumerate(self.sheets[1:], start=top + 2):
            self.book.write_link(sheet, at, 0, f"internal:'{other.get_name()}'!A1", name)
        notes = [
            _(
                "Each number in blue opens the page with its rows, for whoever may see them. "
                "Shares are of the rows whose answer is known, rounded half up."
            ),
            _(
                "Sessions, journals due and classes are those of the moment shown; "
                "marks, journals and scores are as they were recorded when this file was made."
            ),
        ]
        for at, words in enumerate(notes, start=top + len(self.sheets) + 2):
            self.book.write_note(sheet, at, words, 7, FIRST_WIDTH + 6 * WIDTH)

    def composition(self, sheet, top):
        if not self.made.counted.values["cohorts.with_class"].of:
            self.sentence(sheet, top, _("Nobody is in this cohort yet, so there is no composition."))
            return
        self.sections(sheet, top, self.group("composition", but="classes"))

    def classes(self, sheet, top):
        section = class_section(self.made)
        if not section.rows:
            self.sentence(sheet, top, _("This cohort has no classes yet."))
            return
        self.sections(sheet, top, [section], charts=CLASS_CHARTS)

    def attendance(self, sheet, top):
        if not self.made.counted.values["learning.attendance"].of:
            self.sentence(sheet, top, _("No session with people was held by this moment."))
            return
        self.sections(sheet, top, self.group("attendance"))

    def journals(self, sheet, top):
        if self.made.cohort.journal_every == Cohort.JournalEvery.NONE:
            self.sentence(sheet, top, _("This cohort keeps no journals."))
        elif not self.made.counted.values["learning.journals_handed_in"].of:
            self.sentence(sheet, top, _("No journal was due by this moment."))
        else:
            self.sections(sheet, top, self.group("journals"))

    def scores(self, sheet, top):
        if not self.made.counted.values["assessments.total"].of:
            self.sentence(sheet, top, _("No scores are published."))
            return
        top = self.sections(sheet, top, self.group("scores"))
        head = [_("Number"), _("Trainee"), _("Class"), _("Scheme"), _("Total"), _("Published at")]
        self.book.write(sheet, top, 0, _("Published totals"), "group")
        self.head(sheet, top + 1, head)
        links = MAX_LINKS - LEAST_LINKS
        for at, line in enumerate(result_lines(self.made), start=top + 2):
            for column, text in enumerate((line.number, line.name, line.class_name, line.scheme)):
                self.book.write(sheet, at, column, text, "text")
            self.cell(sheet, at, 4, Cell(line.total, "decimal", line.url if links > 0 else ""))
            self.book.write(sheet, at, 5, line.published_at, "moment")
            links -= 1

    def roster(self, sheet, top, lines):
        figures = trainee_head()
        self.columns = [
            _("Number"), _("Name"), _("Class"), _("Works at"), _("State"), _("From"), _("Until"), _("ID number"), *figures,
        ]  # fmt: skip
        if not self.enrolled:
            self.sentence(sheet, top, _("Nobody is in this cohort yet."))
            return
        with_links = self.enrolled * (len(figures) + 1) <= MAX_LINKS
        if not with_links:
            words = _("Excel takes %(most)s links on a sheet, so only the names are links here, as far as they go.")
            self.book.write_note(sheet, top, words % {"most": f"{MAX_LINKS:,}"}, 8, 100)
            top += 1
        rows, cells = self.counted(lines), trainee_cells(self.made, with_links=with_links)
        widths = (10, 18, 18, 24, 10, 12, 12, 21, *[9] * len(figures))
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(top + 1, 2)
        sheet.repeat_rows(top)
        self.head(sheet, top, self.columns)
        for at, line in enumerate(rows, start=top + 1):
            self.book.write(sheet, at, 0, line.number, "text")
            if at < MAX_LINKS:
                self.book.write_link(
                    sheet, at, 1, self.page(reverse("cohorts:trainee_detail", kwargs={"pk": line.pk})), line.name
                )
            else:
                self.book.write(sheet, at, 1, line.name, "text")
            facts = (line.class_name, line.work_unit, line.status, line.joined_on, line.ended_on, line.id_number)
            for column, (value, kind) in enumerate(
                zip(facts, ("text", "text", "text", "date", "date", "text")), start=2
            ):
                self.book.write(sheet, at, column, value, kind)
            for column, cell in enumerate(cells(line), start=8):
                self.cell(sheet, at, column, cell)

    def definitions(self, sheet, top):
        sheet.set_column(0, 0, FIRST_WIDTH)
        sheet.set_column(1, 6, WIDTH)
        sheet.set_column(7, 7, 80)
        self.figure_table(sheet, top, figure_lines(self.made), _("Every figure and what it counts"), with_words=True)

    # Parts of sheets ----------------------------------------------------------------------------------------------------

    def group(self, name: str, *, but: str = "") -> list[Section]:
        return [each for each in self.made.sections if each.group == name and each.key != but]

    def sections(self, sheet, top, sections: Sequence[Section], charts: Sequence[int] = ()) -> int:
        """Tables one below another, charts at their right; gives the first free row."""
        columns = max(len(section.head) for section in sections)
        sheet.set_column(0, 0, FIRST_WIDTH)
        sheet.set_column(1, columns - 1, WIDTH)
        for section in sections:
            top = self.section(sheet, top, section, columns, charts or (section.charted,))
        return top

    def section(self, sheet, top, section: Section, columns: int, charts: Sequence[int]) -> int:
        self.book.write(sheet, top, 0, section.title, "group")
        if section.note:
            top += 1
            self.book.write_note(sheet, top, section.note, columns, FIRST_WIDTH + WIDTH * (columns - 1))
        self.head(sheet, top + 1, section.head)
        first = top + 2
        after = [row for row in (section.last, section.total) if row]
        for at, row in enumerate([*section.rows, *after], start=first):
            self.row(sheet, at, row, "group" if row in after else "text")
        end = first + len(section.rows) + len(after)
        drawn = [column for column in charts if any(row.cells[column].value for row in section.rows)]
        for place, column in enumerate(drawn):
            self.chart(sheet, (top + CHART_ROWS * place, columns + 1), section, column, first)
        return max(end + 2, top + CHART_ROWS * len(drawn) + 1)

    def chart(self, sheet, place: tuple[int, int], section: Section, column: int, first: int) -> None:
        rows, label = section.rows, section.head[column + 1]
        is_share = rows[0].cells[column].kind == "percent"
        values = [None if each is None else float(each) for each in (shown(row.cells[column]) for row in rows)]
        last = first + len(rows) - 1
        self.book.add_chart(
            sheet,
            place,
            "line" if section.is_time and len(rows) > FEW else "column",
            title=f"{section.title}: {label}",
            categories=(first, 0, last, 0),
            series=[(label, (first, column + 1, last, column + 1))],
            shown=([named(row) for row in rows], [values]),
            axis={"min": 0} | ({"max": 1, "num_format": "0%"} if is_share else {}),
            size={"width": min(1600, max(620, 28 * len(rows))), "height": 320},
        )

    def row(self, sheet, at: int, row: Row, look: str) -> None:
        self.book.write(sheet, at, 0, named(row), look)
        url = ""
        for column, cell in enumerate(row.cells, start=1):
            url = cell.url or url  # a share or a mean stands on the same page as the number at its left
            self.cell(sheet, at, column, replace(cell, url=url))

    def cell(self, sheet, at: int, column: int, cell: Cell) -> None:
        self.book.write_number(sheet, (at, column), shown(cell), cell.kind, self.page(cell.url))

    def page(self, url: str) -> str:
        return f"{self.about.site}{url}" if url else ""

    def head(self, sheet, at: int, labels: Sequence[str]) -> None:
        for column, label in enumerate(labels):
            self.book.write(sheet, at, column, label, "head")

    def figure_table(self, sheet, top, lines: Iterable[FigureLine], title: str, *, with_words: bool = False) -> int:
        self.book.write(sheet, top, 0, title, "group")
        head = [_("Figure"), _("Value"), _("n"), _("N (known)"), _("Missing"), _("All"), _("Counted")]
        self.head(sheet, top + 1, [*head, _("Definition")] if with_words else head)
        at = top + 1
        for at, line in enumerate(lines, start=top + 2):
            self.book.write(sheet, at, 0, line.label, "text")
            for column, cell in enumerate((line.main, line.n, line.known, line.missing, line.of), start=1):
                self.cell(sheet, at, column, cell)
            self.book.write(sheet, at, 6, line.unit, "text")
            if with_words:
                self.book.write(sheet, at, 7, line.definition, "text")
        return at + 1

    def sentence(self, sheet, top: int, words: str) -> None:
        sheet.set_column(0, 0, 100)
        self.book.write_note(sheet, top, words, 1, 100)

    def counted(self, lines):
        words = _("Writing the roster")
        for line in lines:
            yield line
            self.people += 1
            self.progress(self.people, self.enrolled, words)


def named(row: Row) -> str:
    return f"{row.label} · {row.remark}" if row.remark else row.label


def shown(cell: Cell) -> int | Decimal | None:
    """The value as Excel wants it: a share as a fraction of one."""
    return cell.value / 100 if cell.kind == "percent" and cell.value is not None else cell.value
