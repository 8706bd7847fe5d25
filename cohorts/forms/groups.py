from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.fields import RuleField, name_field
from cohorts.models import ClassOfficer, Person, StudyGroup, TrainingClass
from cohorts.rules.values import BadValue, clean_phone, clean_text
from cohorts.services.people import find_person
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class GroupCreateForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = StudyGroup
        fields = ["name", "training_class", "plan"]
        widgets = {"plan": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["training_class"].queryset = cohort.classes.order_by("number", "pk")
        self.fields["training_class"].empty_label = _("across all classes")


class GroupEditForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = StudyGroup
        fields = ["name", "plan"]
        widgets = {"plan": forms.Textarea(attrs={"rows": 4})}


class AppointForm(CrispyMixin, forms.Form):
    """The person is named by number or phone; only somebody who is not known yet needs a name."""

    submit_label = gettext_lazy("Appoint")
    training_class = forms.ModelChoiceField(label=gettext_lazy("Class"), queryset=None)
    office = forms.ChoiceField(label=gettext_lazy("Office"), choices=ClassOfficer.Office.choices)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("As the class says it, if it is none of the list."),
    )
    who = RuleField(
        clean_text,
        label=gettext_lazy("Number of the trainee, or phone"),
        help_text=gettext_lazy("A head teacher is named by phone."),
    )
    name = name_field(
        label=gettext_lazy("Name"), required=False, help_text=gettext_lazy("Only for somebody who is not known yet.")
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DateInput)
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Left blank, the term lasts until you end it."),
    )

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort, self.person, self.person_values = cohort, None, None
        self.fields["training_class"].queryset = TrainingClass.objects.filter(cohort=cohort).order_by("number", "pk")
        self.fields["training_class"].empty_label = _("Choose a class")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("who"):
            self._find(cleaned["who"], cleaned.get("name", ""))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        return cleaned

    def _find(self, who: str, name: str) -> None:
        self.person = Person.objects.filter(traineeships__cohort=self.cohort, traineeships__number=who).first()
        if self.person:
            return
        try:
            phone = clean_phone(who)
        except BadValue as bad:
            self.add_error("who", _("No trainee has this number, and it is no phone: %(why)s") % {"why": bad.sentence})
            return
        known = find_person(phone=phone, name=name)
        if known is None and not name:
            self.add_error("name", _("Nobody with this phone is known yet. Please give the name too."))
        self.person, self.person_values = known, {"name": name, "phone": phone}

    @property
    def values(self) -> dict:
        cleaned = {key: self.cleaned_data[key] for key in ("office", "title", "starts_on", "ends_on")}
        return cleaned | {"person": self.person, "person_values": self.person_values}


class EndForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("End the term")
    on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput)
