from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from learning.models import TimetableRule
from trainee_mgmt.kit.forms import CrispyMixin


class TimetableRuleForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = TimetableRule
        fields = [
            "teacher",
            "training_class",
            "person",
            "capacity",
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
        } | dict.fromkeys(("teacher", "training_class", "person", "capacity"), forms.RadioSelect)

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
