from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import Attendance
from trainee_mgmt.kit.forms import CrispyMixin


class MarkForm(CrispyMixin, forms.Form):
    state = forms.ChoiceField(label=_("Mark"), choices=Attendance.State.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Why it changes"), max_length=200, help_text=_("Stays beside the old mark."))
