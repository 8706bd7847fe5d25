from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import DutyKind, DutyTurn
from learning.services.duties import Meeting
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class DutyKindForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = DutyKind
        fields = ["name", "held_by", "per_week", "speakers", "from_on", "until_on"]
        widgets = {"from_on": DateInput, "until_on": DateInput}
        help_texts = {"name": _("As the class says it: study, sharing, seminar.")}

    def _post_clean(self):
        """The service checks and writes; the instance stays as it was read."""


class MeetingForm(CrispyMixin, forms.Form):
    """What was held, and who spoke; those whose turn it is stand first."""

    held_on = forms.DateField(label=_("Held on"), widget=DateInput)
    topic = forms.CharField(label=_("What it was about"), max_length=200)
    speakers = forms.TypedMultipleChoiceField(
        label=_("Who spoke"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    session = forms.ModelChoiceField(
        label=_("Session"),
        queryset=None,
        required=False,
        empty_label=_("none of the timetable"),
        help_text=_("If it was a session of the timetable; its roll call stands for who came."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=300,
        required=False,
        help_text=_("Where the minutes lie: an address or a folder. Nothing has to be photographed."),
    )

    field_order = ["held_on", "topic", "session", "evidence", "speakers"]

    def __init__(self, *args, people, sessions, asks_speakers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speakers"].choices = people
        self.fields["session"].queryset = sessions
        if not asks_speakers:
            del self.fields["speakers"]
            self.helper.layout.fields.remove("speakers")

    @property
    def meeting(self) -> Meeting:
        given = self.cleaned_data
        return Meeting(
            given["held_on"], given["topic"], tuple(given.get("speakers", ())), given["session"], given["evidence"]
        )


class TurnForm(CrispyMixin, forms.Form):
    """Who speaks in a week or is passed over; those whose turn it is stand first."""

    trainee = forms.TypedChoiceField(label=_("Speaker"), coerce=int, widget=forms.RadioSelect)
    act = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (DutyTurn.Act.SPEAKS, _("speaks in this week and is told")),
            (DutyTurn.Act.PASSED, _("is passed over in this week")),
        ],
        initial=DutyTurn.Act.SPEAKS,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=100, required=False, help_text=_("Needed when somebody is passed over.")
    )

    field_order = ["act", "reason", "trainee"]

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["trainee"].choices = people


class StrikeForm(forms.Form):
    text = forms.CharField(max_length=200, required=False)


class PauseForm(CrispyMixin, forms.Form):
    monday = forms.DateField(label=_("Week of"), widget=DateInput, help_text=_("Any day of the week."))
    training_class = forms.TypedChoiceField(label=_("For"), coerce=int, empty_value=None, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=100)

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["training_class"].choices = [("", _("all classes")), *classes]
