from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.models import TrainingClass
from learning.models import CalendarFeed
from trainee_mgmt.kit.forms import CrispyMixin

NEEDS = {"training_class": CalendarFeed.Kind.CLASS, "teacher_name": CalendarFeed.Kind.TEACHER}


class CalendarForm(CrispyMixin, forms.Form):
    """A new link. Asked is only what the person's roles can see."""

    kind = forms.ChoiceField(label=_("What it shows"), widget=forms.RadioSelect)
    training_class = forms.ModelChoiceField(
        TrainingClass.objects.none(), label=_("Class, for the sessions of a class"), empty_label=_("Choose a class")
    )
    teacher_name = forms.CharField(label=_("Teacher, for the sessions of a teacher"), max_length=60)
    layout = (
        "kind",
        Field("training_class", wrapper_class="for-class"),
        Field("teacher_name", wrapper_class="for-teacher"),
    )
    use_required_attribute = False  # a field that is not shown must not hold the form back
    submit_label = _("Make a link")

    def __init__(self, *args, kinds, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [choice for choice in CalendarFeed.Kind.choices if choice[0] in kinds]
        self.fields["kind"].initial = kinds[0] if kinds else None
        self.fields["training_class"].queryset = classes
        self.fields["training_class"].label_from_instance = lambda each: f"{each.cohort.name} · {each.name}"
        self.fields["training_class"].error_messages["required"] = _("Choose a class.")
        self.fields["teacher_name"].error_messages["required"] = _("Write the teacher's name.")
        if kinds == [CalendarFeed.Kind.OWN]:
            del self.fields["training_class"], self.fields["teacher_name"]
            self.fields["kind"].widget = forms.HiddenInput()
            self.helper.layout.fields[1:] = []

    def clean(self):
        """What belongs to another kind than the chosen one is not asked for."""
        data = super().clean()
        for name, kind in NEEDS.items():
            if data.get("kind") != kind:
                self.errors.pop(name, None)
        return data

    def values(self) -> dict:
        """Only what belongs to the kind."""
        data = self.cleaned_data
        values = {"kind": data["kind"]}
        if data["kind"] == CalendarFeed.Kind.CLASS:
            values["training_class"] = data["training_class"]
        if data["kind"] == CalendarFeed.Kind.TEACHER:
            values["teacher_name"] = data["teacher_name"]
        return values
