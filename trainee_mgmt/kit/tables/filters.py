"""The questions one may ask of a list, and the boxes in which one asks them."""

from datetime import date
from html import escape
from types import SimpleNamespace

import django_filters
from django import forms
from django.core.exceptions import ImproperlyConfigured

from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pages import LARGEST_KEY
from trainee_mgmt.kit.pieces import options


class TableFilters(django_filters.FilterSet):
    """The questions one may ask of a list. ``self.table.context`` is what the page gave (e.g. the cohort).

    Each filter names its label and the table hands it the rows, so the set needs neither a model nor rows of its own.
    """

    def __init__(self, data=None, *, table):
        self.table = table
        super().__init__(data, queryset=SimpleNamespace(model=None))


class KeyFilter(django_filters.Filter):
    """A key that comes by link, or another whole number such as a year. Not a NumberFilter: that takes 1e999999999, which nobody can compute."""

    field_class = forms.IntegerField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=0, max_value=LARGEST_KEY, **kwargs)


def control(name: str, field, value: str) -> str:
    label = escape(str(field.label or ""))
    if field.widget.is_hidden:
        return f'<input type="hidden" name="{name}" value="{escape(value)}">' if value else ""
    choices = getattr(field, "choices", None)
    if suggested := getattr(field, "suggestions", ()):
        return _search_box(name, label, in_words(field, value), suggested)
    if choices is None:
        shown = escape(value)
        if "date" in type(field).__name__.lower():  # a box for a date has no room for words of ours
            return f'<label class="chips-date">{label} <input class="form-control" type="date" name="{name}" value="{shown}"></label>'
        return (
            f'<input class="form-control" type="search" name="{name}" value="{shown}" '
            f'aria-label="{label}" placeholder="{label}" maxlength="100">'
        )
    if any(isinstance(text, (list, tuple)) for _key, text in choices):
        raise ImproperlyConfigured("Filters of a table take flat choices.")
    words = ((key, text) if str(text).strip("-") else (key, field.label) for key, text in choices)  # "any" has a name
    drawn = options(words, value)
    return f'<select class="form-select" name="{name}" aria-label="{label}">{drawn}</select>'


def _search_box(name: str, label: str, shown: str, suggested: list[str]) -> str:
    """A box that offers names while one types: nobody unfolds hundreds of them."""
    offered = "".join(f'<option value="{escape(text)}">' for text in suggested)
    return (
        f'<input class="form-control" type="search" name="{name}" value="{escape(shown)}" list="{name}-offered" '
        f'aria-label="{label}" placeholder="{label}" maxlength="200"><datalist id="{name}-offered">{offered}</datalist>'
    )


def in_words(field, value) -> str:
    if isinstance(value, date):
        return day(value)
    for key, text in getattr(field, "choices", ()) or ():
        if str(key) == str(getattr(value, "pk", value)):
            return str(text)
    return str(value)
