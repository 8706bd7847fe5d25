from datetime import date

from crispy_forms.layout import Field
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.selectors.closing import people_in_charge
from placements.models import DispatchAction, DispatchMeeting
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


class DispatchForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = DispatchMeeting
        fields = ["held_on", "place"]
        widgets = {"held_on": DateInput}

    def _post_clean(self):
        """The service builds and changes the row."""


class MinutesForm(CrispyMixin, forms.ModelForm):
    submit_label = gettext_lazy("Keep the minutes: the meeting was held")

    class Meta:
        model = DispatchMeeting
        fields = ["minutes"]
        widgets = {"minutes": forms.Textarea(attrs={"rows": 12, "maxlength": 10_000})}
        help_texts = {
            "minutes": gettext_lazy(
                "Write down actions as well, each with its owner and its day, so that they are followed up."
            )
        }

    def _post_clean(self):
        """The service keeps them."""


class ReopenForm(CrispyMixin, forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    submit_label = gettext_lazy("Open the minutes")


class ActionForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = DispatchAction
        fields = ["text", "owner", "due_on"]
        widgets = {"due_on": DateInput, "text": forms.Textarea(attrs={"rows": 2, "maxlength": 300})}

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        people = people_in_charge(cohort, day=timezone.localdate())
        owner = self.fields["owner"]
        owner.queryset = owner.queryset.filter(Q(pk__in=people) | Q(pk=self.instance.owner_id)).order_by(
            "name_key", "pk"
        )
        owner.label_from_instance = lambda user: user.name

    def _post_clean(self):
        """The service builds and changes the row."""


class ActionCloseForm(CrispyMixin, forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("What became of it?"),
        widget=forms.RadioSelect,
        choices=[each for each in DispatchAction.State.choices if each[0] != DispatchAction.State.OPEN],
    )
    result = forms.CharField(
        label=gettext_lazy("In words"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    submit_label = gettext_lazy("Close it")
