from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import Attendance
from trainee_mgmt.kit.forms import CrispyMixin

DECLINE = "decline"


class AppealForm(CrispyMixin, forms.Form):
    text = forms.CharField(
        label=_("What is wrong with the mark?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text=_("Your head teacher reads it; it stays beside the mark."),
    )
    submit_label = _("Send the objection")


class AnswerForm(CrispyMixin, forms.Form):
    decision = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In words"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text=_("The trainee reads it."),
    )
    submit_label = _("Send the answer")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        grants = [
            (state, _("Grant; the mark becomes: %(mark)s") % {"mark": label})
            for state, label in Attendance.State.choices
        ]
        self.fields["decision"].choices = [*grants, (DECLINE, _("Decline; the mark stays"))]
