from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import TrainingClass
from learning.models import Session
from learning.services.sessions import REPEATS
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class SessionForm(CrispyMixin, forms.ModelForm):
    """A session as people say it: a day, from, until."""

    on = forms.DateField(label=_("Day"), widget=DateInput)
    start = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(label=_("Ends at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    classes = forms.ModelMultipleChoiceField(
        TrainingClass.objects.none(), label=_("Classes"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Session
        fields = ["title", "teacher_name", "place", "mode"]
        labels = {"title": _("Session title"), "teacher_name": _("Teacher"), "place": _("Place"), "mode": _("How")}

    field_order = ["title", "on", "start", "end", "classes", "teacher_name", "place", "mode"]

    def __init__(self, *args, cohort, classes, **kwargs):
        if kwargs.get("instance"):
            session = kwargs["instance"]
            start, end = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
            kwargs["initial"] = {
                "on": start.date(),
                "start": start.time(),
                "end": end.time(),
                "classes": session.classes.all(),
            } | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["classes"].queryset = classes
        self.fields["on"].widget.attrs |= {"min": cohort.starts_on.isoformat(), "max": cohort.ends_on.isoformat()}

    def clean(self):
        data = super().clean()
        if {"on", "start", "end"} <= data.keys():
            if data["end"] <= data["start"]:
                raise ValidationError({"end": _("It must end after it starts, on the same day.")})
            for name, clock in (("starts_at", data["start"]), ("ends_at", data["end"])):
                data[name] = timezone.make_aware(datetime.combine(data["on"], clock))
        return data

    def values(self) -> dict:
        """What the service takes."""
        names = ("title", "teacher_name", "place", "mode", "starts_at", "ends_at", "classes")
        return {name: self.cleaned_data[name] for name in names}


class CancelForm(CrispyMixin, forms.Form):
    reason = forms.CharField(label=_("Why is it cancelled?"), max_length=200, help_text=_("Those concerned read this."))
    submit_label = _("Cancel this session")


class RepeatForm(CrispyMixin, forms.Form):
    times = forms.IntegerField(label=_("How many more weeks?"), min_value=1, max_value=REPEATS, initial=4)
    submit_label = _("Repeat")
