"""Workbooks to be read and printed: formats, tables and native charts over XlsxWriter."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from trainee_mgmt.kit.sheets.writing import SURE_DIGITS, column_widths, sheet_names, text_width

A4 = 9
FONT = "等线"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "remove_timezone": False,
    "default_format_properties": {"font_name": FONT, "font_size": 11, "valign": "vcenter"},
}
LINE = {"border": 1, "border_color": "#BFC7D1"}
FORMATS = {
    "title": {"bold": True, "font_size": 18, "align": "left"},
    "subtitle": {"font_size": 11, "font_color": "#5A6675"},
    "head": {"bold": True, "bg_color": "#E8EEF4", "align": "center", "text_wrap": True, **LINE},
    "text": {"num_format": "@", "text_wrap": True, **LINE},
    "number": {"num_format": "#,##0", "align": "right", **LINE},
    "decimal": {"num_format": "#,##0.00", "align": "right", **LINE},
    "percent": {"num_format": "0.0%", "align": "right", **LINE},
    "date": {"num_format": "yyyy-mm-dd", "align": "center", **LINE},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "center", **LINE},
    "link": {"font_color": "#1F5FA8", "underline": 1, "text_wrap": True, **LINE},
    "group": {"bold": True, "align": "left", "bg_color": "#F3F6F9", **LINE},
    "note": {"font_size": 9, "font_color": "#5A6675", "text_wrap": True, "valign": "top"},
}
LINKED = {"font_color": "#1F5FA8", "underline": 1}  # how a number looks that opens its rows
MAX_LINKS = 65_530  # of a sheet; Excel takes no more
COLORS = ("#1F5FA8", "#C8553D", "#3A8F6B", "#D29A2E", "#6B5FA8", "#5A6675", "#2E9BB5", "#A8487B")
CHART_SIZE = {"width": 620, "height": 320}


class ReportBook:
    """A workbook in the making. ``book`` is XlsxWriter's own object for what this helper does not know.

    With ``row_by_row`` memory does not grow with the rows, and each sheet must be written from top to bottom.
    """

    def __init__(self, title: str = "", *, row_by_row: bool = False):
        self.out = BytesIO()
        self.book = Workbook(self.out, OPTIONS | {"constant_memory": row_by_row, "in_memory": not row_by_row})
        self.book.set_properties({"title": title})
        self.formats = {name: self.book.add_format({"font_name": FONT, **look}) for name, look in FORMATS.items()}
        for kind in ("number", "decimal", "percent"):
            self.formats[f"{kind} linked"] = self.book.add_format({"font_name": FONT, **FORMATS[kind], **LINKED})
        self.names: list[str] = []

    def add_sheet(self, name: str, *, landscape: bool = False) -> Worksheet:
        """An A4 sheet that fits the width of the page and counts its pages at the foot."""
        self.names = sheet_names([*self.names, name])
        sheet = self.book.add_worksheet(self.names[-1])
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        # Translators: &P and &N are replaced by the page and the number of pages when the sheet is printed.
        page = _("Page &P of &N")
        sheet.set_footer(f"&C&9{page}")
        if landscape:
            sheet.set_landscape()
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, value, kind: str = "") -> None:
        """Write one cell; without a kind the value decides. Text is never run as a formula or link."""
        look = self.formats[kind or kind_of(value)]
        if value is None or value == "":
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, timezone.make_naive(value) if timezone.is_aware(value) else value, look)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, look)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and abs(value) < SURE_DIGITS:
            sheet.write_number(row, column, value, look)
        else:
            sheet.write_string(row, column, str(value), look)

    def write_title(self, sheet: Worksheet, title: str, subtitle: str = "") -> int:
        """Title and subtitle in the first rows; gives the row where the content may begin."""
        sheet.set_row(0, 30)
        self.write(sheet, 0, 0, title, "title")
        if subtitle:
            self.write(sheet, 1, 0, subtitle, "subtitle")
        return 3 if subtitle else 2

    def write_table(
        self,
        sheet: Worksheet,
        top: int,
        header: Sequence[str],
        rows: Sequence[Sequence],
        *,
        left: int = 0,
        kinds: Sequence[str] = (),
        is_main: bool = True,
    ) -> int:
        """Write head and rows; gives the first free row.

        ``kinds`` name the format of each column ("" lets each value decide). The main table of a sheet sets the
        widths, stays in view while scrolling and repeats its head on each printed page.
        """
        for at, label in enumerate(header):
            self.write(sheet, top, left + at, str(label), "head")
        kinds = [*kinds, *[""] * (len(header) - len(kinds))]
        for number, row in enumerate(rows, start=top + 1):
            for at, (value, kind) in enumerate(zip(row, kinds)):
                self.write(sheet, number, left + at, value, kind)
        if is_main:
            self.set_widths(sheet, header, rows, left=left)
            sheet.freeze_panes(top + 1, 0)
            sheet.repeat_rows(top)
        return top + 1 + len(rows)

    def set_widths(
        self, sheet: Worksheet, header: Sequence[str], rows: Sequence[Sequence], *, left: int = 0, blank: int = 0
    ) -> None:
        """Widths that show the rows. ``blank``: the least for a column without any value, to be written in by hand."""
        for at, width in enumerate(column_widths(header, rows)):
            is_blank = blank and not any(row[at] for row in rows)
            sheet.set_column(left + at, left + at, max(width, blank) if is_blank else width)

    def write_link(self, sheet: Worksheet, row: int, column: int, address: str, text: str) -> None:
        """A link to a page, or to a place in this workbook (``internal:'名册'!A1``)."""
        sheet.write_url(row, column, address, self.formats["link"], string=text)

    def write_number(self, sheet: Worksheet, place: tuple[int, int], value, kind: str, address: str = "") -> None:
        """A number, or a blank where there is none; with an address a click on it opens that page."""
        row, column = place
        if not address or value is None:
            self.write(sheet, row, column, value, kind)
            return
        sheet.write_url(row, column, address, self.formats[f"{kind} linked"], string="")
        self.write(sheet, row, column, value, f"{kind} linked")  # over the text that every link begins with

    def write_note(self, sheet: Worksheet, row: int, text: str, columns: int, width: float) -> None:
        """A paragraph over so many columns, which are so many characters wide together."""
        lines = sum(-(-max(1, text_width(line)) // int(width)) for line in text.splitlines() or [""])
        sheet.set_row(row, 13 * lines + 3)
        if columns > 1:
            sheet.merge_range(row, 0, row, columns - 1, "", self.formats["note"])
        self.write(sheet, row, 0, text, "note")

    def add_chart(
        self,
        sheet: Worksheet,
        place: tuple[int, int],
        kind: str,
        *,
        title: str,
        categories: tuple[int, int, int, int],
        series: Sequence[tuple[str, tuple[int, int, int, int]]],
        source: Worksheet | None = None,
        stacked: bool = False,
        size: dict | None = None,
        shown: tuple[Sequence[str], Sequence[Sequence]] | None = None,
        axis: dict | None = None,
    ) -> None:
        """A native chart (column, bar, line, pie, doughnut) over cells: (first row, column, last row, column).

        ``shown``: the categories and the values of each series, for viewers that do not count themselves; a book that
        is written row by row cannot look them up any more. ``axis``: what XlsxWriter knows of the axis of values.
        """
        chart = self.book.add_chart({"type": kind, **({"subtype": "stacked"} if stacked else {})})
        name = (source or sheet).get_name()
        for at, ((label, values), color) in enumerate(zip(series, COLORS * len(series))):
            look = {"fill": {"color": color}, "line": {"color": color}}
            if kind in ("pie", "doughnut"):
                slices = categories[2] - categories[0] + 1
                look = {"points": [{"fill": {"color": COLORS[slice_at % len(COLORS)]}} for slice_at in range(slices)]}
                look["data_labels"] = {"value": True, "percentage": True, "separator": "\n"}
            if shown:
                look |= {"categories_data": list(shown[0]), "values_data": list(shown[1][at])}
            chart.add_series({"name": label, "categories": [name, *categories], "values": [name, *values], **look})
        chart.set_title({"name": title, "name_font": {"name": FONT, "size": 13, "bold": True}, "overlay": False})
        chart.set_legend(
            {"none": True} if len(series) == 1 and kind not in ("pie", "doughnut") else {"position": "bottom"}
        )
        if kind not in ("pie", "doughnut"):
            chart.set_y_axis(
                {
                    "major_gridlines": {"visible": True, "line": {"color": "#E1E5EA"}},
                    "line": {"none": True},
                    **(axis or {}),
                }
            )
        chart.set_size(size or CHART_SIZE)
        sheet.insert_chart(*place, chart, {"description": title})

    def finish(self) -> bytes:
        """Close the workbook; nothing can be written afterwards."""
        self.book.close()
        return self.out.getvalue()


def report_book(title: str = "", *, row_by_row: bool = False) -> ReportBook:
    return ReportBook(title, row_by_row=row_by_row)


def kind_of(value) -> str:
    """The format that a value asks for by itself."""
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, date):
        return "date"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "text"
    return "number" if value == int(value) else "decimal"


__all__ = ["ReportBook", "report_book", "text_width"]
