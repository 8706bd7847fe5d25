"""The cells of a list as HTML."""

from datetime import date, datetime, time
from decimal import Decimal
from html import escape

from django.utils.translation import gettext as _

from trainee_mgmt.kit.formats import EMPTY, day, moment
from trainee_mgmt.kit.tables.columns import Column


def html_of(column: Column, values: list) -> str:
    if column.html:
        return column.html(*values)
    value = column.text(*values) if column.text else values[0]
    return show(value)


def show(value) -> str:
    """A plain value as escaped text of the page's language; nothing is a dash."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return escape(str(value))
