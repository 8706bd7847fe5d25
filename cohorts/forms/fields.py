"""Form fields that clean what is typed by the same rules as a roster."""

from collections.abc import Collection, Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cohorts.models import ProfileField
from cohorts.rules import profile as rules
from cohorts.rules.values import BadValue, Cleaner, clean_email, clean_id_number, clean_name, clean_phone, is_blank
from trainee_mgmt.kit.forms import DateInput

PREFIX = "profile_"


class RuleField(forms.CharField):
    """Text cleaned by a rule; a blank is an empty string."""

    def __init__(self, cleaner: Cleaner, **options):
        self.cleaner = cleaner
        super().__init__(**{"max_length": 300} | options)

    def clean(self, value):
        value = super().clean(value)
        if is_blank(value):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return ""
        try:
            return self.cleaner(value)
        except BadValue as bad:
            raise ValidationError(bad.sentence) from bad


def name_field(**options):
    return RuleField(clean_name, **options)


def phone_field(**options):
    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    return RuleField(clean_phone, widget=widget, **options)


def id_number_field(**options):
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return RuleField(clean_id_number, widget=widget, **options)


def email_field(**options):
    return RuleField(clean_email, widget=forms.EmailInput, **options)


# Profile fields -------------------------------------------------------------------------------------------------------


def profile_form_fields(
    fields: Iterable[ProfileField], profile: dict, withheld: Collection[str] = ()
) -> dict[str, forms.Field]:
    """A form field for each profile field, filled with what is known. A value that is masked or ``withheld`` (its key)
    is not shown, and a blank keeps it."""
    return {
        PREFIX + field.key: _form_field(field, profile.get(field.key), field.is_personal or field.key in withheld)
        for field in fields
    }


def profile_values(fields: Iterable[ProfileField], cleaned: dict, withheld: Collection[str] = ()) -> dict:
    """What was typed, as it is kept: by key; None takes a value out. What was not shown and left blank stays as it is."""
    values = {}
    for field in fields:
        value = cleaned.get(PREFIX + field.key)
        if (field.is_personal or field.key in withheld) and value in (None, ""):
            continue
        values[field.key] = None if value in (None, "") else rules.stored(value)
    return values


def _form_field(field: ProfileField, value, is_hidden: bool) -> forms.Field:
    shown = "" if is_hidden or value is None else value
    options = {"label": field.label, "required": False, "initial": shown}
    if is_hidden and value is not None:
        options["help_text"] = _("Filled already and not shown. Leave it blank to keep it.")
    if field.kind == ProfileField.Kind.YES_NO:
        known = "" if shown == "" else ("yes" if shown is True else "no")
        choices = [("", "—"), ("yes", _("yes")), ("no", _("no"))]
        return forms.TypedChoiceField(
            choices=choices, coerce=lambda typed: typed == "yes", empty_value=None, **options | {"initial": known}
        )
    if field.kind == ProfileField.Kind.CHOICE:
        kept = [shown] if shown and shown not in field.choices else []
        return forms.ChoiceField(choices=[("", "—"), *((each, each) for each in [*field.choices, *kept])], **options)
    if field.kind == ProfileField.Kind.DATE:
        return forms.DateField(widget=DateInput, **options)
    widget = forms.TextInput(attrs={"inputmode": "decimal"} if field.kind == ProfileField.Kind.NUMBER else {})
    return RuleField(lambda cell: rules.clean(field, cell), widget=widget, **options)
