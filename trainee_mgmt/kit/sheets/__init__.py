"""Spreadsheets in and out: the only place that knows their formats."""

from trainee_mgmt.kit.sheets.book import BadFile, Book, Cell, Sheet, column_letter
from trainee_mgmt.kit.sheets.reading import read_book

__all__ = ["BadFile", "Book", "Cell", "Sheet", "column_letter", "read_book"]
