"""What a table declares: its columns, saved views and buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Column:
    """One column of a list and of its spreadsheet.

    ``source``: what is fetched, a field path or several (``("person__name", "number")``); left out, it is ``key``.
    ``text``: from the fetched values to the value of the spreadsheet cell (and of the screen, if ``html`` is not given).
    ``html``: from the fetched values to safe HTML for the screen.
    ``sort``: fields to order by; the page adds the primary key.
    ``short``: few signs, kept on one line beside columns of long texts.
    """

    key: str
    label: str | Promise
    source: str | tuple[str, ...] = ""
    text: Callable[..., Any] | None = None
    html: Callable[..., SafeString] | None = None
    sort: str | tuple[str, ...] = ()
    number: bool = False
    short: bool = False
    on_screen: bool = True
    in_sheet: bool = True

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) and self.source else tuple(self.source) or (self.key,)

    @property
    def order(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else tuple(self.sort)


@dataclass(frozen=True)
class Tab:
    """A saved view of a list: ``?view=key``; its count is computed with the others in one query."""

    key: str
    label: str | Promise
    condition: Q


@dataclass(frozen=True)
class BulkAction:
    """A button that takes the chosen rows (``pk`` values in the POST, or ``all=1`` with the filters of the page)."""

    url: str
    label: str | Promise
    icon: str = ""
