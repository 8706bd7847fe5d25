from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import Leave, LeaveType
from learning.services.leave import FILES, KIND_FIELDS, Request
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.evidence import EvidenceField
from trainee_mgmt.kit.forms import CrispyMixin, DateTimeInput


class LeaveForm(CrispyMixin, forms.ModelForm):
    files = EvidenceField(
        label=_("Certificate or letter"),
        required=False,
        most=FILES,
        help_text=_("Pictures or PDF, up to five. Place and device are removed from pictures."),
    )
    submit_label = _("Ask for leave")

    class Meta:
        model = Leave
        fields = ["leave_type", "starts_at", "ends_at", "reason"]
        labels = {"reason": _("Why do you need it?")}
        widgets = {
            "leave_type": forms.RadioSelect,
            "starts_at": DateTimeInput,
            "ends_at": DateTimeInput,
            "reason": forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        }

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = self.fields["leave_type"]
        kinds.queryset = LeaveType.objects.filter(cohort=cohort, is_closed=False).order_by("pk")
        kinds.empty_label = None

    def clean(self):
        data = super().clean()
        if {"starts_at", "ends_at"} <= data.keys() and data["ends_at"] <= data["starts_at"]:
            raise ValidationError({"ends_at": _("Leave ends after it begins.")})
        return data

    def _post_clean(self):
        """The service builds the row; what the form holds is not yet one."""

    def request(self) -> Request:
        return Request(**self.cleaned_data)

    @staticmethod
    def suggested() -> dict:
        """Tomorrow, the whole working day."""
        tomorrow = timezone.localdate() + timedelta(days=1)
        nine = midnight(tomorrow) + timedelta(hours=9)
        return {"starts_at": nine, "ends_at": nine + timedelta(hours=9)}


class LeaveTypeForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = LeaveType
        fields = list(KIND_FIELDS)

    def clean(self):
        data = super().clean()
        if {"officer_days", "head_teacher_days"} <= data.keys() and data["head_teacher_days"] < data["officer_days"]:
            raise ValidationError(
                {"head_teacher_days": _("The head teacher decides at least as long as a class officer.")}
            )
        return data


class DecisionForm(forms.Form):
    """``do`` with the reason; drawn by the template, because each button asks for something else."""

    do = forms.ChoiceField(choices=[(each, each) for each in ("approve", "refuse", "return", "revoke")])
    text = forms.CharField(max_length=500, required=False)
