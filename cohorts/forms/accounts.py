from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.fields import profile_form_fields, profile_values
from trainee_mgmt.kit.forms import CrispyMixin

ALL, OFFICERS = "all", "officers"


class WhoForm(CrispyMixin, forms.Form):
    """Everybody in the cohort, one class, or head teachers and officers."""

    submit_label = gettext_lazy("Open accounts")
    who = forms.ChoiceField(label=gettext_lazy("For whom"), widget=forms.RadioSelect)

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        classes = cohort.classes.order_by("number", "pk").values_list("pk", "name")
        self.fields["who"].choices = [
            (ALL, _("Everybody in training and in office")),
            (OFFICERS, _("Head teachers and class officers")),
            *((str(pk), name) for pk, name in classes),
        ]


class SlipForm(WhoForm):
    submit_label = gettext_lazy("Download")
    kind = forms.ChoiceField(
        label=gettext_lazy("File"),
        widget=forms.RadioSelect,
        choices=[
            ("docx", gettext_lazy("To print and cut (docx)")),
            ("xlsx", gettext_lazy("Spreadsheet (xlsx)")),
        ],
    )
    purpose = forms.CharField(
        label=gettext_lazy("What is the file for?"),
        max_length=200,
        help_text=gettext_lazy("Kept with the record of who took what."),
    )


class OwnProfileForm(CrispyMixin, forms.Form):
    """The fields that are the trainee's to fill."""

    def __init__(self, *args, fields, profile, **kwargs):
        super().__init__(*args, **kwargs)
        self.profile_fields = fields
        self.fields |= profile_form_fields(fields, profile)
        self.helper.layout.fields[:] = list(self.fields)

    @property
    def answers(self) -> dict:
        return profile_values(self.profile_fields, self.cleaned_data)
