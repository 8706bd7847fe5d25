"""What a spreadsheet is once it has been read, how large it may be, and how a file is refused."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
MAX_TEXT = 64 * 1024 * 1024  # characters of all cells together, each use of a shared text counted
MAX_SHEETS = 256

Cell = str | float | int | bool | date | datetime | time | None


class BadFile(Refused):
    """The file cannot be read; the sentence says why and what the person can do."""


@dataclass
class Sheet:
    """``rows[i]`` is row ``first_row + i`` of the spreadsheet (counted from 1); the first cell is column A."""

    name: str
    hidden: bool
    rows: list[list[Cell]]
    first_row: int = 1


@dataclass
class Book:
    """A file as it was read. ``notes`` are translated sentences about what was done with it."""

    name: str
    kind: str  # xls xlsx xlsm ods csv tab html
    encoding: str | None = None
    sheets: list[Sheet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def column_letter(index: int) -> str:
    """The name of a column as spreadsheets print it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def damaged() -> BadFile:
    return BadFile(
        _(
            "The file is damaged or incomplete and cannot be read. "
            "Open it in Excel or WPS, save it again and send the new file."
        )
    )


def encrypted() -> BadFile:
    return BadFile(_("The file is protected by a password. Remove the password, save the file and send it again."))


def bomb() -> BadFile:
    return BadFile(
        _(
            "The file unpacks to far more than a spreadsheet holds, so it was not opened. "
            "Copy the rows into a new spreadsheet and send that."
        )
    )


def unsafe() -> BadFile:
    return BadFile(
        _(
            "The file asks to load other data (a document type or entity), so it was not opened. "
            "Save it again in Excel or WPS and send the new file."
        )
    )


def wrong_kind(what: str) -> BadFile:
    return BadFile(_("This is %(what)s, not a spreadsheet. Send an .xlsx, .xls, .ods or .csv file.") % {"what": what})


def too_many_rows(sheet: str) -> BadFile:
    return BadFile(
        _("Sheet “%(sheet)s” has content below row %(limit)s. Delete what is not part of the list, or split it.")
        % {"sheet": sheet, "limit": f"{MAX_ROWS:,}"}
    )


def too_many_columns(sheet: str) -> BadFile:
    return BadFile(
        _("Sheet “%(sheet)s” has content beyond column %(limit)s. Delete the columns that are not needed.")
        % {"sheet": sheet, "limit": column_letter(MAX_COLUMNS - 1)}
    )


def too_many_cells() -> BadFile:
    return BadFile(
        _("The file has more than %(limit)s cells or far too much text. Split it into several files.")
        % {"limit": f"{MAX_CELLS:,}"}
    )


def macros_ignored() -> str:
    return _("The file holds macros. They were ignored.")


def links_ignored() -> str:
    return _("The file refers to other files or databases. They were not opened; the values saved last count.")


def errors_emptied(count: int) -> str:
    return _("%(count)s cells show an error such as #N/A and were read as empty.") % {"count": count}


def check_reach(sheet: str, rows: int, columns: int) -> None:
    """Refuse content below the last row or beyond the last column that is read (both counted from 1)."""
    if rows > MAX_ROWS:
        raise too_many_rows(sheet)
    if columns > MAX_COLUMNS:
        raise too_many_columns(sheet)
