from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from learning.models import AttendanceRules
from learning.rules.states import NUMBERS
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


def _heading(text):
    return HTML(format_lazy('<h2 class="mt-4">{}</h2>', text))


class RulesForm(CrispyMixin, forms.ModelForm):
    layout = (
        "from_on",
        _heading(_("What the clock says")),
        "late_from", "absent_from", "early_before",
        _heading(_("What it adds up to")),
        "lates_per_absence", "earlies_per_absence", "least_percent", "most_absences",
        _heading(_("Objections")),
        "appeal_days", "answer_days",
        _heading(_("Early warning of the head teacher")),
        "warn_in_row", "warn_below", "warn_drop",
    )  # fmt: skip

    class Meta:
        model = AttendanceRules
        fields = ["from_on", *NUMBERS]
        widgets = {"from_on": DateInput}

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_on"].widget.attrs |= {"min": cohort.starts_on.isoformat(), "max": cohort.ends_on.isoformat()}
        for name in NUMBERS:
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean(self):
        data = super().clean()
        if {"late_from", "absent_from"} <= data.keys() and data["late_from"] > data["absent_from"]:
            raise ValidationError(
                {"absent_from": _("This cannot be earlier than the minute from which people are late.")}
            )
        return data

    def values(self) -> dict:
        """What the services take."""
        return {
            "from_on": self.cleaned_data["from_on"],
            "numbers": {name: self.cleaned_data[name] for name in NUMBERS},
        }
