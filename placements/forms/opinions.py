from django import forms
from django.utils.translation import gettext_lazy as _

from placements.rules.opinions import ASPECTS, LONGEST
from trainee_mgmt.kit.forms import CrispyMixin

STEPS = [("1", _("1 · poor")), ("2", "2"), ("3", "3"), ("4", "4"), ("5", _("5 · very good"))]


class OpinionForm(CrispyMixin, forms.Form):
    submit_label = _("Send without my name")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key, label in ASPECTS.items():
            self.fields[key] = forms.ChoiceField(label=label, widget=forms.RadioSelect, choices=STEPS)
        self.fields["text"] = forms.CharField(
            label=_("In your own words, if you like"),
            max_length=LONGEST,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("It is shown among others in no order. Write nothing by which you can be told."),
        )
        self.helper.layout.fields[:] = list(self.fields)
