"""Columns declared once: the list page, its order, filters, pages and spreadsheet come from them.

Rows are lists of values, never model instances, and the body is joined in Python: a list is the page people use most,
and drawing cells by template nodes costs several times the query. A cell may be drawn by a function that answers safe
HTML; everything else is escaped here.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trainee_mgmt.kit.kept import ANEW, Kept, kept
from trainee_mgmt.kit.prepared import Prepared
from trainee_mgmt.kit.tables.cells import html_of, show
from trainee_mgmt.kit.tables.columns import BulkAction, Column, Tab
from trainee_mgmt.kit.tables.exports import RECORDERS, ExportRequest
from trainee_mgmt.kit.tables.filters import KeyFilter, TableFilters, control, in_words

__all__ = [
    "RECORDERS",
    "BulkAction",
    "Column",
    "ExportRequest",
    "KeyFilter",
    "Tab",
    "Table",
    "TableFilters",
    "show",
]

NOT_COUNTED = ("page", "sort", "export", ANEW)  # what an address asks for that makes the list no longer or shorter
ENDLESS = 2**31
MANY_DIGITS = re.compile(r"\d(?:[\s\-().·]*\d){8,}[Xx]?")  # more than a date has


class Table:
    """Declare ``name``, ``columns`` and what else differs; the page makes one instance per request."""

    name = ""  # file name of the spreadsheet
    columns: tuple[Column, ...] = ()
    tabs: tuple[Tab, ...] = ()
    # The conditions of the tabs ask other tables: they are worked out once a row, behind a limit that no list reaches. Else
    # both Django and PostgreSQL write them out again for each tab, and planning takes longer than counting.
    tabs_ask = False
    filterset_class: "type[TableFilters] | None" = None
    default_order: tuple[str, ...] = ()
    row_url = ""  # URL name opened by the first column; takes the primary key as ``row_key``
    row_key = "pk"
    select = False  # a box before each row, for bulk actions
    personal = False  # its spreadsheet holds personal data: taking it asks for a purpose and is recorded
    per_page = 50
    # Of more rows than these it is kept for five minutes how many they are (kit/kept.py).
    kept_beyond: int | None = None
    # The default order begins with these fields, of which the last is a key: a page of a long list reads only the rows of
    # the keys that it shows.
    spread: tuple[str, ...] = ()
    empty_title: str | Promise = ""
    empty_hint: str | Promise = ""

    def __init__(
        self,
        queryset: QuerySet | Callable[[], QuerySet],
        params,
        *,
        path: str,
        columns: Iterable[Column] = (),
        bulk: Iterable[BulkAction] = (),
        context=None,
        known_by: Hashable = None,
    ):
        """``queryset`` may be a function, called when the rows are needed. ``known_by`` names all that the queryset and the
        columns depend on (the parent row, the reader, the day, …): then the SQL of the list is prepared once."""
        self.params = params
        self.path = path
        self.bulk = tuple(bulk)
        self.columns = (*self.columns, *columns)
        self.known_by = known_by
        self.reader: Hashable = None  # who looks (``query_key``): without a reader nothing is kept
        self.context = context  # whatever filters and extra columns need, e.g. the cohort
        self._rows = queryset

    @property
    def query_key(self) -> tuple:
        """What the SQL of a page of this list depends on, while no filter is set; see ``known_by``."""
        sources = tuple(column.sources for column in self.screen_columns)
        return (type(self), self.known_by, self.order, self.tab and self.tab.key, sources)

    def prepare(self, queryset: QuerySet) -> QuerySet:
        """Annotations that columns name. Called once, before filters."""
        return queryset

    # Which rows -----------------------------------------------------------------------------------------------------
    @cached_property
    def everything(self) -> QuerySet:
        return self.prepare(self._rows() if callable(self._rows) else self._rows)

    @cached_property
    def filters(self) -> "TableFilters | None":
        return self.filterset_class(self.params or None, table=self) if self.filterset_class else None

    @cached_property
    def filtered(self) -> QuerySet:
        """All rows that fit the filters (a filter with a senseless value is left out), before tabs."""
        if not self.filters or not self.params:
            return self.everything
        form = self.filters.form
        form.is_valid()
        queryset = self.everything
        for name, value in form.cleaned_data.items():
            queryset = self.filters.filters[name].filter(queryset, value)
        return queryset

    @cached_property
    def tab(self) -> Tab | None:
        return next((tab for tab in self.tabs if tab.key == self.params.get("view")), None)

    @cached_property
    def queryset(self) -> QuerySet:
        return self.filtered.filter(self.tab.condition) if self.tab else self.filtered

    @cached_property
    def order(self) -> tuple[str, ...]:
        asked = self.params.get("sort", "")
        for column in self.columns:
            if column.order and asked.lstrip("-") == column.key:
                fields = column.order
                return tuple(_flip(f) for f in fields) if asked.startswith("-") else fields
        return self.default_order

    @cached_property
    def ordered(self) -> QuerySet:
        return self.queryset.order_by(*self.order, "pk")

    # The screen -----------------------------------------------------------------------------------------------------
    @cached_property
    def counts(self) -> dict[str, int]:
        return self._kept_counts.value if self.tabs else {}

    @cached_property
    def count(self) -> int:
        if self.tabs:
            return self.counts[f"tab_{self.tab.key}"] if self.tab else self.counts["all"]
        return sum(rows for _key, rows in self.groups) if self.spread else self._kept_counts.value

    @property
    def groups(self) -> list[tuple[int, int]]:
        """The keys of ``spread`` in the order of the list, with how many rows each has."""
        return self._kept_counts.value

    @property
    def counted_at(self) -> datetime | None:
        """When the rows were counted, if that may have been some minutes ago."""
        return self._kept_counts.at if self._keeps_counts else None

    @property
    def _keeps_counts(self) -> bool:
        return self.kept_beyond is not None and self.reader is not None

    @cached_property
    def _kept_counts(self) -> Kept:
        if not self._keeps_counts:
            return Kept(self._count()[0], None)
        asked = self.params.copy()
        for name in NOT_COUNTED:
            asked.pop(name, None)
        depends = (type(self).__name__, self.path, asked.urlencode(), self.reader)
        anew = ANEW in self.params
        return kept("list", *depends, make=self._count, anew=anew, many=self.kept_beyond)

    def _count(self) -> tuple[Any, int]:
        """By tab, by group or at all; and how many rows were counted."""
        if self.tabs:
            conditions = {f"tab_{tab.key}": Count("pk", filter=tab.condition) for tab in self.tabs}
            rows = self.filtered.order_by()
            if self.tabs_ask:
                rows = rows[:ENDLESS]
            counts = rows.aggregate(all=Count("pk", distinct=False), **conditions)
            return counts, counts["all"]
        if self.spread:
            fields = [field.lstrip("-") for field in self.spread]
            groups = self.queryset.order_by(*self.spread).values_list(*fields).annotate(n=Count("pk"))
            found = [(key, rows) for *_first, key, rows in groups]
            return found, sum(rows for _key, rows in found)
        rows = self.queryset.order_by().count()
        return rows, rows

    @cached_property
    def page(self) -> int:
        asked = self.params.get("page", "")
        known = asked.isascii() and asked.isdigit() and len(asked) < 8
        return max(1, min(int(asked) if known else self.opening_page, self.pages))

    @property
    def opening_page(self) -> int:
        """The page that is shown before anybody has turned one."""
        return 1

    @cached_property
    def pages(self) -> int:
        return max(1, -(-self.count // self.per_page))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.page * self.per_page, self.count)

    @property
    def previous_url(self) -> str:
        return self.url(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(page=self.page + 1) if self.page < self.pages else ""

    @cached_property
    def screen_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.on_screen)

    @cached_property
    def head(self) -> list[dict]:
        asked = self.params.get("sort", "")
        cells = []
        for column in self.screen_columns:
            direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(asked, "")
            flip = f"-{column.key}" if asked == column.key else column.key
            cells.append(
                {
                    "label": column.label,
                    "number": column.number,
                    "sort_url": self.url(sort=flip, page=None) if column.order else "",
                    "direction": direction,
                }
            )
        return cells

    @cached_property
    def body(self) -> SafeString:
        """The table rows of this page, as HTML; a <td> ends where the next cell begins."""
        columns = self.screen_columns
        start = (self.page - 1) * self.per_page
        rows = self._page_of_rows(slice(start, start + self.per_page))
        before, after = self._row_link()
        labels = [escape(str(column.label)) for column in columns]
        out = []
        places = _places(columns)
        for row in rows:
            pk = row[-1]
            out.append("<tr>")
            if self.select:
                out.append(
                    f'<td class="pick"><label><input class="form-check-input" type="checkbox" name="pk" value="{pk}"'
                    f' aria-labelledby="row{pk}"></label>'
                )
            for index, column in enumerate(columns):
                cell = html_of(column, [row[at] for at in places[index]])
                if index == 0:
                    inner = f'<a href="{before}{pk}{after}">{cell}</a>' if before else cell
                    named = f' id="row{pk}"' if self.select else ""
                    out.append(f'<th scope="row"{named}>{inner}</th>')
                else:
                    css = ' class="num"' if column.number else ' class="nowrap"' if column.short else ""
                    out.append(f'<td{css} data-label="{labels[index]}">{cell}')
            out.append("</tr>")
        return mark_safe("".join(out))  # every value went through _html

    @cached_property
    def controls(self) -> SafeString:
        """The filter boxes, drawn here because a form rendered by templates costs more than the list's query."""
        if not self.filters:
            return mark_safe("")
        boxes = ((name, each.field) for name, each in self.filters.filters.items())
        return mark_safe("".join(control(name, field, self.params.get(name, "")) for name, field in boxes))

    @cached_property
    def chips(self) -> list[dict]:
        """The filters that are set: label, value in words, URL without it."""
        if not self.filters or not self.params:
            return []
        form = self.filters.form
        form.is_valid()
        return [
            {
                "label": form.fields[name].label,
                "value": in_words(form.fields[name], value),
                "url": self.url(**{name: None, "page": None}),
            }
            for name, value in form.cleaned_data.items()
            if value not in (None, "", [])
        ]

    @cached_property
    def tab_links(self) -> list[dict]:
        if not self.tabs:
            return []
        links = [
            {
                "label": _("All"),
                "count": self.counts["all"],
                "url": self.url(view=None, page=None),
                "current": self.tab is None,
            }
        ]
        links += [
            {
                "label": t.label,
                "count": self.counts[f"tab_{t.key}"],
                "url": self.url(view=t.key, page=None),
                "current": self.tab is not None and t.key == self.tab.key,
            }
            for t in self.tabs
        ]
        return links

    @property
    def clear_url(self) -> str:
        return self.path

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.tab)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Parameters a filter form must carry on: the tab and the order."""
        return [(key, self.params[key]) for key in ("view", "sort") if self.params.get(key)]

    @property
    def query(self) -> str:
        """What narrows the list now, as a query string: for exports and bulk actions on all rows."""
        params = self.params.copy()
        for key in ("page", "export", ANEW):
            params.pop(key, None)
        return params.urlencode()

    @property
    def query_told(self) -> str:
        """The same for the records: a phone or an ID number that was searched for is not written down."""
        params = QueryDict(self.query, mutable=True)
        for key, values in params.lists():
            params.setlist(key, [MANY_DIGITS.sub("***", unicodedata.normalize("NFKC", value)) for value in values])
        return params.urlencode()

    def url(self, **changes) -> str:
        asked = dict(self.params.lists()) | {key: [str(value)] for key, value in changes.items() if value is not None}
        asked.pop(ANEW, None)
        query = urlencode(
            {key: values for key, values in asked.items() if changes.get(key, "") is not None}, doseq=True
        )
        return f"{self.path}?{query}" if query else self.path

    # The spreadsheet ------------------------------------------------------------------------------------------------
    @cached_property
    def sheet_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.in_sheet)

    def header(self) -> list[str]:
        return [str(column.label) for column in self.sheet_columns]

    def sheet_rows(self, chunk: int = 2000) -> Iterator[list]:
        """Every row of the filtered list, streamed from the server in chunks."""
        columns = self.sheet_columns
        cells = [(column.text, *places) for column, places in zip(columns, _places(columns), strict=True)]
        for row in self._values(columns).iterator(chunk_size=chunk):
            yield [text(row[at], *[row[each] for each in more]) if text else row[at] for text, at, *more in cells]

    def _values(self, columns) -> QuerySet:
        return self.ordered.values_list(*_fetched(columns))

    def _page_of_rows(self, page: slice) -> list[tuple]:
        if self.spread and self.order == self.default_order:
            return self._rows_of_groups(page)
        if self.known_by is not None and not self.chips:
            return _rows_of_list.rows((self,), {}, page=page)
        is_long = page.start or self.kept_beyond is not None
        if is_long and self.ordered.model._meta.managed:  # in a view of the database no row is found by its key
            return self._rows_of_keys(page)
        return list(self._values(self.screen_columns)[page])

    def _rows_of_keys(self, page: slice) -> list[tuple]:
        """The rows of this page by their keys: else the server joins all rows, and works out all columns of those before it."""
        shown = self.everything.filter(pk__in=self.ordered.values("pk")[page])
        return list(shown.order_by(*self.order, "pk").values_list(*_fetched(self.screen_columns)))

    def _rows_of_groups(self, page: slice) -> list[tuple]:
        """The rows of this page, read only from the groups that have any of them."""
        shown, before, at = [], 0, 0
        for key, rows in self.groups:
            if at < page.stop and at + rows > page.start:
                shown.append(key)
            elif not shown:
                before += rows
            at += rows
        of_groups = self._values(self.screen_columns).filter(**{f"{self.spread[-1]}__in": shown})
        return list(of_groups[page.start - before : page.stop - before])

    @property
    def row_kwargs(self) -> dict[str, Any]:
        """What else the URL of a row takes, the same for all rows."""
        return {}

    def _row_link(self) -> tuple[str, str]:
        if not self.row_url:
            return "", ""
        address = reverse(self.row_url, kwargs=self.row_kwargs | {self.row_key: 0})
        before, _zero, after = escape(address).rpartition("0")
        return before, after


_rows_of_list = Prepared(lambda table: table._values(table.screen_columns))


def _fetched(columns: Iterable[Column]) -> list[str]:
    """What the columns need, each once: what many of them read is worked out once a row. The key stands last."""
    return [*{name: None for column in columns for name in column.sources if name != "pk"}, "pk"]


def _places(columns: Iterable[Column]) -> list[list[int]]:
    """Where in a row each column finds its sources."""
    place = {name: at for at, name in enumerate(_fetched(columns))}
    return [[place[name] for name in column.sources] for column in columns]


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"
