from django import forms
from django.utils.translation import gettext_lazy as _

from programs.models import Program
from trainee_mgmt.kit.forms import CrispyMixin, OfferInput


class ProgramForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = Program
        fields = ["name", "unit", "theme", "summary"]
        widgets = {"theme": OfferInput, "summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, units, themes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("Choose a unit")
        self.fields["theme"].widget.offered = themes
