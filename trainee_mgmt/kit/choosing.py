"""Filters by a row that the reader's own list names, and by a day that comes with a link."""

from collections.abc import Sequence

import django_filters
from django import forms
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db.models import Q
from django_filters.fields import ChoiceField

from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.pages import is_key

FEW = 60  # more than these are searched, not unfolded
NOWHERE = "null"  # rows that name none
YEARS = range(2000, 2201)  # a day outside of them narrows nothing


class RowField(ChoiceField):
    """A key, a name that is offered, or words of a name. A key that is not offered finds nothing."""

    default_validators = (ProhibitNullCharactersValidator(), MaxLengthValidator(200))

    @property
    def suggestions(self) -> list[str]:
        """What a search box offers; none where a select box unfolds all."""
        named = [str(text) for key, text in self.choices if key]
        return named if len(named) > FEW else []

    def to_python(self, value):
        words = super().to_python(value).strip()
        return next((str(key) for key, text in self.choices if key and str(text) == words), words)

    def valid_value(self, value):
        return bool(self.suggestions) or is_key(value) or super().valid_value(value)


class RowFilter(django_filters.ChoiceFilter):
    """``field_name``: a foreign key of the rows; ``words``: what names it. Offered is what the rows of the list name, no more."""

    field_class = RowField

    def __init__(self, *, field_name: str, words: Sequence[str] = ("name",), nowhere=None, **kwargs):
        super().__init__(field_name=field_name, choices=(), null_label=nowhere, null_value=NOWHERE, **kwargs)
        self.words = [f"{field_name}__{each}" for each in words]

    @property
    def field(self):
        if not hasattr(self, "_field"):
            rows = self.parent.table.everything.exclude(**{self.field_name: None}).order_by(
                *self.words, self.field_name
            )
            found = rows.values_list(self.field_name, *self.words).distinct()
            self.extra["choices"] = [(key, " · ".join(words)) for key, *words in found]
        return super().field

    def filter(self, qs, value):
        if not value or value == NOWHERE or is_key(value):
            return super().filter(qs, value)
        found = Q()
        for name in self.words:
            found |= Q(**{f"{name}__icontains": value})
        return qs.filter(found)


class SinceFilter(django_filters.DateFilter):
    """Rows whose moment lies on this day or later. It has no box: a number that counts them links to it, a chip says so."""

    def __init__(self, *, label, **kwargs):
        super().__init__(label=label, widget=forms.HiddenInput, **kwargs)

    def filter(self, qs, value):
        if value is None or value.year not in YEARS:
            return qs
        return super().filter(qs, value) if self.method else qs.filter(**{f"{self.field_name}__gte": midnight(value)})
