from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.rules.timing import QUIET_FROM, QUIET_UNTIL
from learning.models import SessionReminder
from trainee_mgmt.kit.forms import CrispyMixin


class SessionReminderForm(CrispyMixin, forms.ModelForm):
    at = forms.TimeField(
        label=_("On that day at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=format_lazy(
            _("Where people are reminded on the working day before; from {first} to {last}."),
            first=f"{QUIET_UNTIL:%H:%M}",
            last=f"{QUIET_FROM:%H:%M}",
        ),
    )

    class Meta:
        model = SessionReminder
        fields = ["before", "at", "hours"]
        widgets = {"before": forms.RadioSelect}
        help_texts = {
            "hours": _(
                "Where they are reminded some hours before. What would fall into the night comes the evening before."
            )
        }

    def clean_at(self):
        at = self.cleaned_data["at"]
        if not QUIET_UNTIL <= at < QUIET_FROM:
            raise ValidationError(_("Most people are left alone at this time. Choose another."))
        return at

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
