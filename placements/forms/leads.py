from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Trainee
from placements.models import Lead, LeadStage
from placements.rules import credit_code
from placements.services.leads import FILES
from trainee_mgmt.kit.evidence import EvidenceField
from trainee_mgmt.kit.forms import CheckedByModel, CrispyMixin, DateInput

HUNDRED = Decimal(100)
TEXT = {"rows": 3, "maxlength": 1000}


class LeadForm(CheckedByModel, CrispyMixin, forms.ModelForm):
    credit_code = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        max_length=40,  # as it is typed, with blanks
        required=False,
        help_text=gettext_lazy(
            "18 signs, if you know it: it shows for sure whether somebody named the company before."
        ),
    )

    class Meta:
        model = Lead
        fields = ["company", "what", "credit_code", "amount"]
        widgets = {"what": forms.Textarea(attrs={"rows": 4, "maxlength": 2000})}

    def clean_credit_code(self):
        code = credit_code.clean(self.cleaned_data["credit_code"])
        if code and not credit_code.has_its_shape(code):
            raise forms.ValidationError(
                _("A credit code has 18 signs: digits and capital letters without I, O, S, V and Z.")
            )
        return code


class DayMixin:
    """``on`` or ``found_on`` has come."""

    def clean(self):
        given = super().clean()
        for name in {"on", "found_on"} & given.keys():
            if given[name] > timezone.localdate():
                self.add_error(name, _("This day has not come yet."))
        return given


class NewLeadForm(DayMixin, LeadForm):
    found_on = forms.DateField(
        label=gettext_lazy("Found on"),
        widget=DateInput,
        initial=timezone.localdate,
        help_text=gettext_lazy("The day on which you learnt of it, which may be before today."),
    )
    field_order = ("company", "what", "found_on", "credit_code", "amount")


class LeadEntryForm(NewLeadForm):
    """By the office, for trainees named by their numbers."""

    numbers = forms.CharField(
        label=gettext_lazy("Numbers of the trainees"),
        max_length=200,
        help_text=gettext_lazy("One or several with blanks between them; they share the credit equally."),
    )

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        self.order_fields(["numbers", *self.field_order])
        self.helper.layout.fields[:] = list(self.fields)

    def clean_numbers(self):
        numbers = dict.fromkeys(
            self.cleaned_data["numbers"].replace(",", " ").replace("，", " ").replace("、", " ").split()
        )
        found = {each.number: each for each in Trainee.objects.filter(cohort=self.cohort, number__in=numbers)}
        missing = [number for number in numbers if number not in found]
        if missing:
            raise forms.ValidationError(
                _("Nobody in this cohort has the number %(numbers)s.") % {"numbers": _(", ").join(missing)}
            )
        return [found[number] for number in numbers]


class LeadMoveForm(DayMixin, CrispyMixin, forms.Form):
    stage = forms.ChoiceField(label=gettext_lazy("New stage"))
    on = forms.DateField(label=gettext_lazy("On which day"), widget=DateInput, initial=timezone.localdate)
    text = forms.CharField(
        label=gettext_lazy("Evidence: what happened"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=TEXT),
    )
    files = EvidenceField(label=gettext_lazy("Pictures or PDF"), most=FILES, required=False)
    submit_label = gettext_lazy("Keep the stage")

    def __init__(self, *args, lead, **kwargs):
        super().__init__(*args, **kwargs)
        others = [each for each in LeadStage.choices if each[0] != lead.stage]
        self.fields["stage"].choices = others if self.initial.get("stage") else [("", "—"), *others]


class LeadDayForm(DayMixin, CrispyMixin, forms.Form):
    on = forms.DateField(label=gettext_lazy("On which day"), widget=DateInput)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)
    submit_label = gettext_lazy("Correct the day")


class LeadNoteForm(CrispyMixin, forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is new?"), max_length=1000, required=False, widget=forms.Textarea(attrs=TEXT)
    )
    files = EvidenceField(label=gettext_lazy("Pictures or PDF"), most=FILES, required=False)
    submit_label = gettext_lazy("Add it")


class SharesForm(CrispyMixin, forms.Form):
    """A box of percent for each trainee; cleaned, ``shares`` are parts of 1 by trainee."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)
    submit_label = gettext_lazy("Keep the shares")

    def __init__(self, *args, trainees, shares, **kwargs):
        super().__init__(*args, **kwargs)
        for trainee in trainees:
            share = shares.get(trainee.pk, Decimal(0)) * HUNDRED
            self.fields[f"share_{trainee.pk}"] = forms.DecimalField(
                label=_("%(name)s: percent") % {"name": trainee.person.name},
                min_value=Decimal("0.01"),
                max_value=HUNDRED,
                decimal_places=2,
                max_digits=5,
                initial=share.quantize(Decimal("0.01")),
            )
        self.order_fields([*(f"share_{each.pk}" for each in trainees), "reason"])
        self.helper.layout.fields[:] = list(self.fields)

    def clean(self):
        given = super().clean()
        given["shares"] = {
            int(name.removeprefix("share_")): value / HUNDRED
            for name, value in given.items()
            if name.startswith("share_") and value is not None
        }
        return given


class MergeForm(SharesForm):
    submit_label = gettext_lazy("Put them together")
