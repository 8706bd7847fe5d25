from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import ProfileField
from trainee_mgmt.kit.forms import CrispyMixin

LONGEST_LIST, LONGEST_CHOICE = 200, 60


class LinesField(forms.CharField):
    """A list of words, one on a line; doubles are left out."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > LONGEST_LIST or any(len(line) > LONGEST_CHOICE for line in lines):
            raise ValidationError(_("At most 200 lines of 60 characters."))
        return lines


class ProfileFieldForm(CrispyMixin, forms.ModelForm):
    choices = LinesField(
        label=gettext_lazy("Choices"), required=False, help_text=gettext_lazy("One on a line; for a list only.")
    )

    class Meta:
        model = ProfileField
        fields = [
            "label",
            "kind",
            "choices",
            "in_composition",
            "filled_by_trainee",
            "asked_of_applicants",
            "needed_of_applicants",
            "needs_consent",
            "is_personal",
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == ProfileField.Kind.CHOICE:
            if not cleaned.get("choices") and "choices" not in self.errors:
                self.add_error("choices", _("A list needs at least one choice."))
        else:
            cleaned["choices"] = []
        if cleaned.get("is_personal") and cleaned.get("in_composition"):
            self.add_error("in_composition", _("A masked field is not counted in figures."))
        if cleaned.get("needed_of_applicants"):
            cleaned["asked_of_applicants"] = True
        return cleaned
