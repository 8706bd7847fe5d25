from django import forms
from django.utils.translation import gettext_lazy as _

from library.models import LONGEST_WAY, Venue
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class VenueForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = Venue
        fields = ["name", "unit", "place", "capacity"]
        widgets = {"capacity": forms.NumberInput(attrs={"inputmode": "numeric", "min": 1})}
        help_texts = {"capacity": _("How many people it seats. The timetable warns where more are expected.")}

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("Choose a unit")


class CloseForm(CrispyMixin, forms.Form):
    on = forms.DateField(label=_("Closed from"), widget=DateInput, help_text=_("This day is the first without it."))
    submit_label = _("Close this venue")


class WayForm(CrispyMixin, forms.Form):
    to = forms.ModelChoiceField(label=_("To the venue"), queryset=Venue.objects.none(), empty_label=_("Choose a venue"))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=0,
        max_value=LONGEST_WAY,
        help_text=_("In either direction, with what it takes to park and walk. 0 takes the time away."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": LONGEST_WAY}),
    )

    def __init__(self, *args, venues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = venues
        self.fields["to"].label_from_instance = lambda venue: f"{venue.name} · {venue.place or venue.unit.name}"
