from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from learning.models import TimetableRule
from learning.rules.weeks import monday_of
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload


class TimetableRuleForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = TimetableRule
        fields = [
            "teacher",
            "training_class",
            "person",
            "capacity",
            "travel",
            "travel_minutes",
            "leave",
            "leave_percent",
            "opens",
            "closes",
            "break_starts",
            "break_ends",
            "weekends",
            "at_once",
        ]
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("opens", "closes", "break_starts", "break_ends")
        } | dict.fromkeys(("teacher", "training_class", "person", "capacity", "travel", "leave"), forms.RadioSelect)

    submit_label = _("Save as a new version")

    def clean(self):
        data = super().clean()
        names = ("opens", "break_starts", "break_ends", "closes")
        if all(data.get(name) for name in names):
            opens, break_starts, break_ends, closes = (data[name] for name in names)
            if not opens < break_starts <= break_ends < closes:
                raise ValidationError(
                    _("The day begins, then comes the noon break, then it ends: put the times in this order.")
                )
        return data

    def _post_clean(self):
        """The values go to a service that makes a new version; this form saves no row."""


class ReleaseForm(CrispyMixin, forms.Form):
    """``seen`` is the version of the timetable that stood on the page when it was read."""

    note = forms.CharField(
        label=_("A word to those concerned"), max_length=200, required=False, help_text=_("It stands in their message.")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    submit_label = _("Release")


class SessionImportForm(CrispyMixin, forms.Form):
    submit_label = _("Read the file")
    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_(
            "Any sheet with a day, a time and the name of the session. You read the plan before anything is written."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)


class CopyWeekForm(CrispyMixin, forms.Form):
    """Any day stands for its week."""

    week = forms.DateField(label=_("Copy the week of"), widget=DateInput)
    to = forms.DateField(label=_("Into the week of"), widget=DateInput)
    submit_label = _("Show what will be made")

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort

    def clean(self):
        data = super().clean()
        for name in ("week", "to"):
            day = data.get(name)
            if day and not self.cohort.starts_on <= day <= self.cohort.ends_on:
                self.add_error(name, _("This day lies outside the cohort."))
            elif day:
                data[name] = monday_of(day)
        if data.get("week") and data.get("week") == data.get("to"):
            self.add_error("to", _("This is the same week."))
        return data
