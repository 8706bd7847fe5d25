"""A text box that offers rows while one types: no select box lists hundreds of units."""

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.selectors import units_named


class SearchInput(forms.TextInput):
    """Asks ``url`` for options; without scripts the words are simply typed. ``include`` names other fields to send.

    A form whose options depend on its own page sets ``address``.
    """

    def __init__(self, url: str, *, include: str = "", attrs=None):
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.url, self.include, self.address = url, include, ""

    def render(self, name, value, attrs=None, renderer=None):
        options = f"{(attrs or {}).get('id', name)}_options"
        asking = {
            "list": options,
            "hx-get": self.address or reverse(self.url),
            "hx-trigger": "input changed delay:250ms, focus once",
            "hx-target": f"#{options}",
            "hx-swap": "innerHTML",
        }
        if self.include:
            asking["hx-include"] = self.include
        box = super().render(name, value, {**(attrs or {}), **asking}, renderer)
        return format_html('{}<datalist id="{}"></datalist>', box, options)


class UnitField(forms.CharField):
    """A unit by its name, its code or the way to it. The form sets ``reachable``."""

    def __init__(self, **kwargs):
        super().__init__(max_length=400, widget=SearchInput("accounts:unit_options"), **kwargs)
        self.reachable = Unit.objects.none()

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        return Unit.objects.get(pk=the_one(units_named(typed, self.reachable)))


def the_one(found: dict[int, str]) -> int:
    """The key of the only row that fits; else says what is wrong."""
    if not found:
        raise forms.ValidationError(
            _("Nothing of this name lies within your scope. Choose from what is offered while you type.")
        )
    if len(found) > 1:
        raise forms.ValidationError(
            _("Several have this name: %(names)s.") % {"names": _("; ").join(list(found.values())[:5])}
        )
    return next(iter(found))
