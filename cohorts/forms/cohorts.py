from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, TrainingClass
from cohorts.rules.defaults import JOURNAL_QUESTIONS
from cohorts.rules.scoring import grades_of
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

DATES = {"starts_on": DateInput, "ends_on": DateInput}
DAYS = {"starts_on": gettext_lazy("First day"), "ends_on": gettext_lazy("Last day")}

JOURNALS = [
    "journal_every",
    "journal_due_in",
    "journal_review_in",
    "journal_score",
    "journal_scale",
    "journal_prompts",
]
LINES = {name: forms.Textarea(attrs={"rows": 3}) for name in ("journal_scale", "journal_prompts")}


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
        for name in ("journal_due_in", "journal_review_in", "journal_score"):
            self.fields[name].required = False

    def clean_journal_due_in(self):
        return self.cleaned_data["journal_due_in"] or 0

    def clean_journal_review_in(self):
        given = self.cleaned_data["journal_review_in"]
        return Cohort._meta.get_field("journal_review_in").default if given is None else given

    def clean_journal_score(self):
        return self.cleaned_data["journal_score"] or Cohort.JournalScore.NONE

    def clean(self):
        cleaned = super().clean()
        try:
            grades = grades_of(cleaned.get("journal_scale") or "")
        except Refused as refusal:
            self.add_error("journal_scale", str(refusal))
        else:
            if cleaned.get("journal_score") == Cohort.JournalScore.GRADES and not grades:
                self.add_error("journal_scale", _("Write the grades, one on a line."))
        return cleaned


class CohortForm(CrispyMixin, JournalsMixin, DatesMixin, forms.ModelForm):
    class Meta:
        model = Cohort
        fields = ["program", "name", "starts_on", "ends_on", *JOURNALS]
        labels = DAYS
        widgets = DATES | LINES

    def __init__(self, *args, programs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = programs
        self.fields["program"].empty_label = _("Choose a program")


class CohortEditForm(CrispyMixin, JournalsMixin, DatesMixin, forms.ModelForm):
    class Meta:
        model = Cohort
        fields = ["name", "starts_on", "ends_on", *JOURNALS]
        labels = DAYS
        widgets = DATES | LINES


class CohortCopyForm(CrispyMixin, DatesMixin, forms.ModelForm):
    submit_label = gettext_lazy("Make the new cohort")
    with_classes = forms.BooleanField(label=gettext_lazy("Also its classes, empty"), required=False, initial=True)
    with_courses = forms.BooleanField(
        label=gettext_lazy("Also its online courses and what completion asks for"), required=False, initial=True
    )

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
