from datetime import date, datetime

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.pieces import options

FIRST_YEAR, LAST_YEAR = 1900, 2199


def is_of_our_time(value: date | datetime) -> None:
    """A moment of the year 1 is kept in UTC as one before it, and can never be read again; one of 9999 has no day after."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError(gettext("The year lies between %(first)s and %(last)s.") % years)


class CrispyMixin:
    """Gives a form its helper; a form states only its ``layout`` and its button. The page template draws <form> and button.

    Days and moments in it are of our time, see ``is_of_our_time``.
    """

    layout: tuple = ()
    submit_label = _("Save")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*(self.layout or self.fields))

    def _clean_fields(self):
        for field in self.fields.values():
            if isinstance(field, forms.DateField | forms.DateTimeField):
                field.validators = [*field.validators, is_of_our_time]
        super()._clean_fields()


class CheckedByModel:
    """A model form whose service writes: the instance stays as it was read, the model's own bounds hold in the form. A field
    that the form states itself has the bounds of the form."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self._meta.fields) - set(self.declared_fields):
            self.fields[name].validators.extend(self._meta.model._meta.get_field(name).validators)

    def _post_clean(self):
        """The service builds the row."""


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class OfferInput(forms.TextInput):
    """A text box that offers what others wrote; the form sets ``offered``, and anything else may be typed."""

    offered: tuple[str, ...] | list[str] = ()

    def render(self, name, value, attrs=None, renderer=None):
        known = f"{(attrs or {}).get('id', name)}_offered"
        box = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        words = format_html_join("", '<option value="{}"></option>', ((each,) for each in self.offered))
        return format_html('{}<datalist id="{}">{}</datalist>', box, known, words)


class LongSelect(forms.Select):
    """A choice of one among thousands, without groups: drawn here, because a template draws each of them by itself."""

    def render(self, name, value, attrs=None, renderer=None):
        attrs = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html(
            "<select{}>{}</select>", flatatt(attrs), options(self.choices, "" if value is None else value)
        )
