from django import forms
from django.utils.translation import gettext_lazy as _

from programs.models import Program
from trainee_mgmt.kit.forms import CrispyMixin


class ProgramForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = Program
        fields = ["name", "unit", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("Choose a unit")
