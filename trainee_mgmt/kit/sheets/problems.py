"""The rows of a sheet that need mending, to be downloaded, mended and sent again as they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from trainee_mgmt.kit.sheets.book import Cell, Sheet
from trainee_mgmt.kit.sheets.writing import ListSheet, xlsx_lists

# The heads of the two leading columns in both languages: a file may come back under another language.
PROBLEM_HEADERS = (("问题", "位置"), ("Problem", "Place"))
LOOKED_AT = 30  # rows at the top of a sheet among which the header is searched


@dataclass
class ProblemRow:
    """What is wrong, where it stood in the file that was sent, and the cells as they were read."""

    problem: str
    place: str
    cells: Sequence[Cell]


@dataclass
class ProblemSheet:
    name: str
    header: Sequence[Cell]
    rows: Sequence[ProblemRow]


def problem_sheets(payload: dict) -> list[ProblemSheet]:
    """What a plan left out: sheet by sheet, each row with its reasons and its cells as they were read.

    ``problems`` of the payload name sheet, row, column and why; ``raw`` keeps the cells of these rows.
    """
    why: dict[tuple[str, int], list[str]] = {}
    for problem in payload.get("problems", ()):
        why.setdefault((problem["sheet"], problem["row"]), []).append(f"{problem['column']} {problem['why']}".strip())
    return [
        ProblemSheet(
            sheet["sheet"],
            sheet["header"],
            [
                ProblemRow(
                    "\n".join(why[sheet["sheet"], row["row"]]), _("row %(row)s") % {"row": row["row"]}, row["cells"]
                )
                for row in sheet["rows"]
            ],
        )
        for sheet in payload.get("raw", ())
    ]


def plain_cell(cell: Any) -> str | int | float | None:
    """A cell as a stored plan keeps it."""
    return cell if cell is None or isinstance(cell, (str, int, float)) else str(cell)


def problem_book(sheets: Iterable[ProblemSheet]) -> bytes:
    """A workbook with the sheets, columns and cells of the original behind two columns that explain them."""
    out = BytesIO()
    lists = []
    for sheet in sheets:
        remarks = [pgettext("sheet column", "Problem"), pgettext("sheet column", "Place")]
        header = [*remarks, *("" if cell is None else str(cell) for cell in sheet.header)]
        rows = [(row.problem, row.place, *row.cells) for row in sheet.rows]
        lists.append(ListSheet(sheet.name, header, rows, remarks=2))
    xlsx_lists(out, lists)
    return out.getvalue()


def without_remarks(sheet: Sheet) -> Sheet:
    """Empty the two explaining columns, so that nobody imports them and all columns keep their letters."""
    for at, row in enumerate(sheet.rows[:LOOKED_AT]):
        if tuple(row[:2]) in PROBLEM_HEADERS and any(cell is not None for cell in row[2:]):
            rows = sheet.rows[:at] + [[None, None, *cells[2:]] for cells in sheet.rows[at:]]
            return Sheet(sheet.name, sheet.hidden, rows, sheet.first_row)
    return sheet
