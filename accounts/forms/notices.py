"""Forms about notices: one's own settings, days of the calendar."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.channels import order_of_office
from accounts.models import CalendarDay, Channel, NoticeSettings
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class NoticeSettingsForm(CrispyMixin, forms.Form):
    """Asks only what matters here: without channels outside there is no first channel and no address."""

    first = forms.ChoiceField(
        label=gettext_lazy("Tell me first by"),
        help_text=gettext_lazy("If it does not work there, the others follow. Everything stands in the inbox as well."),
        required=False,
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For notices only. Kept encrypted, shown to nobody."),
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        widget=TimeInput,
        help_text=gettext_lazy("Only what is urgent comes in quiet hours, at weekends and on holidays."),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        widget=TimeInput,
        help_text=gettext_lazy("The same time twice: no quiet hours."),
    )
    away_from = forms.DateField(label=gettext_lazy("Away from"), widget=DateInput, required=False)
    away_until = forms.DateField(
        label=gettext_lazy("Away until"),
        widget=DateInput,
        required=False,
        help_text=gettext_lazy("In these days only what is urgent comes; the rest waits until you are back."),
    )

    wants_reminders = forms.BooleanField(
        label=gettext_lazy("Remind me of coming sessions and of journals that are due"),
        required=False,
        help_text=gettext_lazy("Without the tick you hear only of what changes and of what is overdue."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = order_of_office()
        if offered:
            self.fields["first"].choices = [(name, Channel(name).label) for name in offered]
        else:
            del self.fields["first"]
        if "email" not in offered:
            del self.fields["email"]
        self.helper.layout.fields = list(self.fields)

    def clean(self):
        data = super().clean()
        begin, end = data.get("away_from"), data.get("away_until")
        if bool(begin) != bool(end) and not self.errors:
            self.add_error("away_until" if begin else "away_from", _("Give both days, or none."))
        elif begin and end and end < begin:
            self.add_error("away_until", _("The last day lies before the first."))
        return data

    @staticmethod
    def initial_of(settings: NoticeSettings, email: str) -> dict:
        names = ("quiet_from", "quiet_until", "away_from", "away_until", "wants_reminders")
        return {"first": next(iter(settings.channels), ""), "email": email} | {
            name: getattr(settings, name) for name in names
        }

    def values(self) -> dict:
        data = dict(self.cleaned_data)
        first = data.pop("first", "")
        return data | {"channels": [first] if first else []}


class CalendarDayForm(CrispyMixin, forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=DateInput)
    is_working = forms.TypedChoiceField(
        label=gettext_lazy("On this day"),
        choices=[("no", gettext_lazy("people are free")), ("yes", gettext_lazy("people work"))],
        coerce=lambda value: value == "yes",
    )
    name = forms.CharField(label=pgettext_lazy("calendar", "Name"), max_length=60, required=False)

    def __init__(self, *args, instance: CalendarDay | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if instance is not None:
            self.fields["day"].disabled = True
            self.initial |= {
                "day": instance.day,
                "is_working": "yes" if instance.is_working else "no",
                "name": instance.name,
            }
