from decimal import Decimal

from crispy_forms.layout import Div, Field
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assessments.models import Indicator, Scheme
from assessments.rules.hosting import MOST_LEADS, LeadRule, MentorRule
from assessments.rules.indicators import AttendanceRule, JournalRule, Leave
from assessments.rules.kinds import RULES
from assessments.rules.presets import PRESETS, preset
from placements.rules.leads import ORDER, STAGE_NAMES
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload

DECIMAL = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})


def points_field(label, *, top=Decimal("9999.99"), low=Decimal(0), required=True, **kwargs):
    """A number with two decimals at most; NaN, Infinity and exponents are no numbers here."""
    return PlainDecimalField(
        label=label,
        min_value=low,
        max_value=top,
        max_digits=6,
        decimal_places=2,
        required=required,
        widget=DECIMAL,
        **kwargs,
    )


class PlainDecimalField(forms.DecimalField):
    def to_python(self, value):
        if isinstance(value, str) and any(letter in value for letter in "eE"):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class SchemeForm(CrispyMixin, forms.Form):
    """A new scheme: its name, and what it starts from."""

    name = forms.CharField(
        label=_("Name of the scheme"), max_length=100, help_text=_("Trainees read it above their result.")
    )
    start = forms.ChoiceField(label=_("Start with"), widget=forms.RadioSelect)
    submit_label = _("Make the scheme")

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.others = {f"copy-{scheme.pk}": scheme for scheme in others}
        ready = [(each.key, each.label) for each in PRESETS]
        copies = [(key, f"{scheme.cohort.name} · {scheme}") for key, scheme in self.others.items()]
        self.fields["start"].choices = [*ready, *copies, ("empty", _("An empty scheme"))]

    def values(self) -> dict:
        start = self.cleaned_data["start"]
        origin = self.others.get(start)
        values = {"name": self.cleaned_data["name"], "preset": preset(start), "copy_of": origin}
        if origin:
            values |= {"method": origin.method, "trim_guard": origin.trim_guard, "decimals": origin.decimals}
        return values


class SchemeSettingsForm(CrispyMixin, forms.ModelForm):
    trim_guard = forms.IntegerField(
        label=_("Leave out the highest and the lowest from"),
        min_value=3,
        max_value=99,
        help_text=_("so many raters on; with fewer raters all of them count."),
    )

    class Meta:
        model = Scheme
        fields = ["name", "method", "trim_guard", "decimals"]
        labels = {
            "name": _("Name of the scheme"),
            "method": _("Several raters count as"),
            "decimals": _("Digits after the point that raters may type"),
        }
        widgets = {"method": forms.RadioSelect}

    def _post_clean(self):
        """The service writes; what is forbidden is the service's to say."""


class _IndicatorForm(CrispyMixin, forms.Form):
    """What an indicator of each kind asks for; the rule of a computed one lies in fields of its own."""

    kind = ""
    rule_fields: tuple[str, ...] = ()

    def __init__(self, *args, instance: Indicator | None = None, **kwargs):
        if instance is not None:
            initial = {name: getattr(instance, name) for name in self.base_fields if hasattr(instance, name)}
            kwargs["initial"] = initial | {name: instance.rule.get(name) for name in self.rule_fields}
        super().__init__(*args, **kwargs)

    def clean(self):
        data = super().clean()
        if self.rule_fields and not self.errors:
            try:
                RULES[self.kind].from_json(self._rule(data))
            except Refused as refusal:
                raise ValidationError(str(refusal)) from refusal
        if data.get("extra") == "" and data.get("weight") is None and "weight" not in self.errors:
            self.add_error("weight", _("Say how much it counts."))
        first, last = data.get("counts_from"), data.get("counts_until")
        if first and last and first > last:
            self.add_error("counts_until", _("The last day lies before the first."))
        return data

    def _rule(self, data) -> dict:
        return {name: str(data[name]) if isinstance(data[name], Decimal) else data[name] for name in self.rule_fields}

    def values(self) -> dict:
        data = {name: value for name, value in self.cleaned_data.items() if name not in self.rule_fields}
        data |= {"kind": self.kind}
        if self.rule_fields:
            data["rule"] = self._rule(self.cleaned_data)
        if data.get("extra"):
            data["weight"] = Decimal(0)
        return data


class GroupForm(_IndicatorForm):
    kind = "group"
    name = forms.CharField(label=_("Name of the indicator"), max_length=80)
    weight = points_field(_("Weight (%)"), top=Decimal(100), low=Decimal("0.01"))
    cap = points_field(_("Counts at most"), required=False, help_text=_("of its 100 points; leave empty for no limit."))
    floor = points_field(_("Counts at least"), required=False)
    layout = ("name", "weight", Div("cap", "floor", css_class="form-cols"))


class ManualForm(_IndicatorForm):
    kind = "manual"
    name = forms.CharField(label=_("Name of the indicator"), max_length=80)
    extra = forms.ChoiceField(
        label=_("How it counts"), choices=Indicator.Extra.choices, widget=forms.RadioSelect, required=False
    )
    weight = points_field(
        _("Weight (%)"), top=Decimal(100), low=Decimal("0.01"), required=False, help_text=_("Not for extra points.")
    )
    full_marks = points_field(_("Full marks"), low=Decimal("0.01"), initial=Decimal(100))
    cap = points_field(_("Counts at most"), required=False, help_text=_("points; leave empty for no limit."))
    floor = points_field(_("Counts at least"), required=False)
    layout = (
        "name",
        "extra",
        Div("weight", "full_marks", css_class="form-cols"),
        Div("cap", "floor", css_class="form-cols"),
    )


class _ComputedForm(_IndicatorForm):
    name = forms.CharField(label=_("Name of the indicator"), max_length=80)
    weight = points_field(_("Weight (%)"), top=Decimal(100), low=Decimal("0.01"))
    full_marks = points_field(_("Full marks"), low=Decimal("0.01"), initial=Decimal(100))
    counts_from = forms.DateField(label=_("Counts from"), widget=DateInput, required=False)
    counts_until = forms.DateField(
        label=_("Counts until"), widget=DateInput, required=False, help_text=_("Leave empty for the whole cohort.")
    )


def _share(label, initial, **kwargs):
    return points_field(label, top=Decimal(1), initial=initial, **kwargs)


class AttendanceForm(_ComputedForm):
    kind = "attendance"
    rule_fields = ("late_counts", "early_counts", "lates_per_absence", "excused", "missing_counts")
    late_counts = _share(
        _("A late arrival counts"), AttendanceRule.late_counts, help_text=_("of an attendance, from 0 to 1.")
    )
    early_counts = _share(_("An early leave counts"), AttendanceRule.early_counts)
    lates_per_absence = forms.IntegerField(
        label=_("So many late arrivals or early leaves take away one attendance"),
        min_value=0,
        max_value=99,
        initial=0,
        help_text=_("0: never."),
    )
    excused = forms.ChoiceField(
        label=_("Granted leave"),
        choices=[
            (Leave.OUT.value, _("is not counted")),
            (Leave.ATTENDED.value, _("counts as attended")),
            (Leave.ABSENT.value, _("counts as absent")),
        ],
        widget=forms.RadioSelect,
        initial=Leave.OUT.value,
    )
    missing_counts = forms.BooleanField(label=_("A session without a mark counts as not attended"), required=False)
    layout = (
        "name",
        Div("weight", "full_marks", css_class="form-cols"),
        Div("late_counts", "early_counts", css_class="form-cols"),
        "lates_per_absence",
        "excused",
        "missing_counts",
        Div("counts_from", "counts_until", css_class="form-cols"),
    )


class JournalsForm(_ComputedForm):
    kind = "journals"
    rule_fields = ("accepted_counts", "handed_in_counts")
    accepted_counts = _share(_("An accepted journal counts"), JournalRule.accepted_counts, help_text=_("from 0 to 1."))
    handed_in_counts = _share(_("One handed in but not accepted counts"), JournalRule.handed_in_counts)
    layout = (
        "name",
        Div("weight", "full_marks", css_class="form-cols"),
        Div("accepted_counts", "handed_in_counts", css_class="form-cols"),
        Div("counts_from", "counts_until", css_class="form-cols"),
    )


class LeadsForm(_ComputedForm):
    kind = "leads"
    rule_fields = ("from_stage", "full_at")
    from_stage = forms.ChoiceField(
        label=_("A lead counts from"),
        choices=[(str(key), STAGE_NAMES[key]) for key in ORDER],
        initial=LeadRule.from_stage,
    )
    full_at = points_field(
        _("So many leads give full marks"), low=Decimal("0.01"), top=MOST_LEADS, initial=LeadRule.full_at,
        help_text=_("By one's shares; more is not counted."),
    )  # fmt: skip
    layout = (
        "name",
        Div("weight", "full_marks", css_class="form-cols"),
        Div("from_stage", "full_at", css_class="form-cols"),
        Div("counts_from", "counts_until", css_class="form-cols"),
    )


class MentorsForm(_ComputedForm):
    kind = "mentors"
    rule_fields = ("lowest_counts", "least")
    lowest_counts = _share(
        _("A mean of 1 gives"),
        MentorRule.lowest_counts,
        help_text=_("of the full marks, from 0 to less than 1; 5 gives all."),
    )
    least = forms.IntegerField(
        label=_("Answers that are needed"), min_value=1, max_value=20, initial=MentorRule.least,
        help_text=_("With fewer there are no points; what a host did not answer is no zero."),
    )  # fmt: skip
    layout = (
        "name",
        Div("weight", "full_marks", css_class="form-cols"),
        Div("lowest_counts", "least", css_class="form-cols"),
        Div("counts_from", "counts_until", css_class="form-cols"),
    )


INDICATOR_FORMS = {
    form.kind: form for form in (GroupForm, ManualForm, AttendanceForm, JournalsForm, LeadsForm, MentorsForm)
}


class RaterForm(CrispyMixin, forms.Form):
    """Who rates, and whom. People are searched for, not listed in a box."""

    user = forms.ChoiceField(label=_("Evaluator"), widget=forms.RadioSelect)
    training_class = forms.ChoiceField(label=_("Rates"), required=False)
    layout = (Field("user"), Field("training_class"))
    submit_label = _("Name as evaluator")

    def __init__(self, *args, found, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = {str(user.pk): user for user in found}
        self.classes = {str(each.pk): each for each in classes}
        self.fields["user"].choices = [
            (key, " · ".join(filter(None, (user.name, user.unit.name if user.unit else "", user.username))))
            for key, user in self.found.items()
        ]
        self.fields["training_class"].choices = [
            ("", _("the whole cohort")),
            *((key, each.name) for key, each in self.classes.items()),
        ]

    def values(self) -> dict:
        return {
            "user": self.found[self.cleaned_data["user"]],
            "training_class": self.classes.get(self.cleaned_data["training_class"]),
        }


class ReasonForm(CrispyMixin, forms.Form):
    reason = forms.CharField(label=_("Why?"), max_length=200, help_text=_("The reason is kept with your name."))


class ScoreImportForm(CrispyMixin, forms.Form):
    submit_label = _("Read the file")
    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_(
            "One row for each person, one column for each indicator. You read what will change before it is saved."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)
