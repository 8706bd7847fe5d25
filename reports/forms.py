from datetime import date

from crispy_forms.layout import Field
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class YearbookForm(CrispyMixin, forms.Form):
    """``first`` and ``last``: the days whose figures can be asked for."""

    submit_label = gettext_lazy("Make the workbook")

    purpose = forms.CharField(
        label=gettext_lazy("What is the file for?"),
        max_length=200,
        help_text=gettext_lazy("Kept with the record of who took what."),
    )
    day = forms.DateField(
        label=gettext_lazy("Figures as of"),
        widget=DateInput,
        help_text=gettext_lazy("Sessions, journals and classes as they stood at the end of this day."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the workbook"), choices=settings.LANGUAGES)
    with_id_numbers = forms.BooleanField(
        label=gettext_lazy("ID numbers in full"),
        required=False,
        help_text=gettext_lazy("Otherwise they are masked. The record of this file says that they were in full."),
    )

    def __init__(self, *args, first: date, last: date, may_have_id_numbers: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.first, self.last = first, last
        self.fields["day"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
        if not may_have_id_numbers:
            del self.fields["with_id_numbers"]
        self.helper.layout.fields = [Field(name) for name in self.fields]

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not self.first <= day <= self.last:
            raise ValidationError(
                _("Choose a day from %(first)s to %(last)s.") % {"first": self.first, "last": self.last}
            )
        return day
