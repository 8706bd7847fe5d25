from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, TrainingClass
from cohorts.rules.defaults import JOURNAL_QUESTIONS
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

DATES = {"starts_on": DateInput, "ends_on": DateInput}
DAYS = {"starts_on": gettext_lazy("First day"), "ends_on": gettext_lazy("Last day")}


class DatesMixin:
    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        return cleaned


class JournalsMixin:
    ready_made = JOURNAL_QUESTIONS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["journal_due_in"].required = False

    def clean_journal_due_in(self):
        return self.cleaned_data["journal_due_in"] or 0


class CohortForm(CrispyMixin, JournalsMixin, DatesMixin, forms.ModelForm):
    class Meta:
        model = Cohort
        fields = ["program", "name", "starts_on", "ends_on", "journal_every", "journal_due_in", "journal_prompts"]
        labels = DAYS
        widgets = DATES | {"journal_prompts": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, programs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = programs
        self.fields["program"].empty_label = _("Choose a program")


class CohortEditForm(CrispyMixin, JournalsMixin, DatesMixin, forms.ModelForm):
    class Meta:
        model = Cohort
        fields = ["name", "starts_on", "ends_on", "journal_every", "journal_due_in", "journal_prompts"]
        labels = DAYS
        widgets = DATES | {"journal_prompts": forms.Textarea(attrs={"rows": 3})}


class CohortCopyForm(CrispyMixin, DatesMixin, forms.ModelForm):
    submit_label = gettext_lazy("Make the new cohort")
    with_classes = forms.BooleanField(label=gettext_lazy("Also its classes, empty"), required=False, initial=True)

    class Meta:
        model = Cohort
        fields = ["program", "name", "starts_on", "ends_on"]
        labels = DAYS
        widgets = DATES

    def __init__(self, *args, programs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = programs


class ClassForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = TrainingClass
        fields = ["name", "unit"]

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
