from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cohorts.models import TrainingClass
from learning.models import CalendarFeed
from trainee_mgmt.kit.forms import CrispyMixin


class CalendarForm(CrispyMixin, forms.Form):
    """A new link. Asked is only what the person's roles can see."""

    kind = forms.ChoiceField(label=_("What it shows"), widget=forms.RadioSelect)
    training_class = forms.ModelChoiceField(
        TrainingClass.objects.none(), label=_("Class"), required=False, empty_label=_("Choose a class")
    )
    teacher_name = forms.CharField(label=_("Teacher"), max_length=60, required=False)
    submit_label = _("Make a link")

    def __init__(self, *args, kinds, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [choice for choice in CalendarFeed.Kind.choices if choice[0] in kinds]
        self.fields["kind"].initial = kinds[0] if kinds else None
        self.fields["training_class"].queryset = classes
        self.fields["training_class"].label_from_instance = lambda each: f"{each.cohort.name} · {each.name}"
        if kinds == [CalendarFeed.Kind.OWN]:
            del self.fields["training_class"], self.fields["teacher_name"]
            self.fields["kind"].widget = forms.HiddenInput()
            self.helper.layout.fields[1:] = []

    def clean(self):
        data = super().clean()
        kind = data.get("kind")
        if kind == CalendarFeed.Kind.CLASS and not data.get("training_class"):
            raise ValidationError({"training_class": _("Choose a class.")})
        if kind == CalendarFeed.Kind.TEACHER and not (data.get("teacher_name") or "").strip():
            raise ValidationError({"teacher_name": _("Write the teacher's name.")})
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
