from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import HourRule, HourTable
from learning.rules.hour_presets import PRESETS
from learning.rules.hours import parse_steps, steps_text
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload

NUMERIC = {"inputmode": "decimal", "min": 0, "step": "0.01"}


class HourTableForm(CrispyMixin, forms.ModelForm):
    begin_with = forms.ChoiceField(label=_("Begin with"), choices=list(PRESETS.items()), required=False)

    class Meta:
        model = HourTable
        fields = ["name", "unit", "starts_on"]
        widgets = {"starts_on": DateInput}
        help_texts = {"unit": _("The units below it count by this table too, unless they have their own.")}

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("Choose a unit")


class YearRuleForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = HourTable
        fields = ["name", "starts_on", "required_hours", "total_hours", "carries_over", "carry_cap"]
        widgets = {
            "starts_on": DateInput,
            "required_hours": forms.NumberInput(attrs=NUMERIC),
            "total_hours": forms.NumberInput(attrs=NUMERIC),
            "carry_cap": forms.NumberInput(attrs=NUMERIC),
        }
        help_texts = {"carry_cap": _("Empty: all of them.")}


class VersionForm(CrispyMixin, forms.Form):
    starts_on = forms.DateField(
        label=_("Counts from"),
        widget=DateInput,
        help_text=_("What happens from this day on is counted by the new version; what is in the ledger stays."),
    )
    submit_label = _("Make the new version")


class HourRuleForm(CrispyMixin, forms.ModelForm):
    steps = forms.CharField(
        label=_("Hours by steps"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Instead of hours for each: one step on a line, the beginning, a colon and the hours. “15: 0.5” gives half an "
            "hour from 15 on, up to the next step."
        ),
    )

    class Meta:
        model = HourRule
        fields = [
            "name", "measure", "per_unit", "multiplier", "steps", "day_cap", "year_cap", "together", "is_required", "counts",
        ]  # fmt: skip
        widgets = {name: forms.NumberInput(attrs=NUMERIC) for name in ("per_unit", "multiplier", "day_cap", "year_cap")}

    def __init__(self, *args, **kwargs):
        if kwargs.get("instance"):
            kwargs["initial"] = {"steps": steps_text(kwargs["instance"].rule.steps)} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean_steps(self):
        try:
            return [[str(start), str(hours)] for start, hours in parse_steps(self.cleaned_data["steps"])]
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None

    def clean(self):
        data = super().clean()
        if not data.get("steps") and not data.get("per_unit") and "steps" in data and "per_unit" in data:
            raise ValidationError({"per_unit": _("Say how many hours each gives, or write steps.")})
        return data

    def _post_clean(self):
        """The service checks and writes; the instance stays as it is read."""


class CreditForm(CrispyMixin, forms.Form):
    """The day comes first: it decides which version of the table holds."""

    rule = forms.ModelChoiceField(HourRule.objects.none(), label=_("Form of study"), empty_label=_("Choose a form"))
    happened_on = forms.DateField(label=_("Day"), widget=DateInput)
    quantity = forms.DecimalField(
        label=_("How much"),
        max_digits=7,
        decimal_places=2,
        min_value=0,
        initial=1,
        widget=forms.NumberInput(attrs=NUMERIC),
        help_text=_("In the measure of the form: days, hours of the clock, times or pieces."),
    )
    evidence = forms.CharField(
        label=_("Evidence"), max_length=200, help_text=_("The paper that proves it: certificate number, letter, issue.")
    )
    submit_label = _("Enter these hours")

    def __init__(self, *args, rules, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = rules
        self.fields["happened_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_happened_on(self):
        day: date = self.cleaned_data["happened_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day lies in the future. Hours are entered once they were studied."))
        return day


class ReverseForm(CrispyMixin, forms.Form):
    reason = forms.CharField(
        label=_("Why is it taken back?"), max_length=200, help_text=_("It stands in the reverse row.")
    )
    submit_label = _("Take these hours back")


class CreditImportForm(CrispyMixin, forms.Form):
    submit_label = _("Read the file")
    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_(
            "With number, phone or name, the form of study, the day and the evidence. You read the plan first."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)
