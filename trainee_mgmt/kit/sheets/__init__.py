"""Spreadsheets in and out: the only place that knows their formats."""

from trainee_mgmt.kit.sheets.book import MAX_FILE_BYTES, BadFile, Book, Cell, Sheet, column_letter
from trainee_mgmt.kit.sheets.problems import (
    PROBLEM_HEADERS,
    ProblemRow,
    ProblemSheet,
    plain_cell,
    problem_book,
    problem_sheets,
)
from trainee_mgmt.kit.sheets.reading import read_book
from trainee_mgmt.kit.sheets.report import ReportBook, report_book
from trainee_mgmt.kit.sheets.writing import XLSX, ListSheet, csv_rows, xlsx_lists, xlsx_rows

__all__ = [
    "MAX_FILE_BYTES",
    "PROBLEM_HEADERS",
    "XLSX",
    "BadFile",
    "Book",
    "Cell",
    "ListSheet",
    "ProblemRow",
    "ProblemSheet",
    "ReportBook",
    "Sheet",
    "column_letter",
    "csv_rows",
    "plain_cell",
    "problem_book",
    "problem_sheets",
    "read_book",
    "report_book",
    "xlsx_lists",
    "xlsx_rows",
]
