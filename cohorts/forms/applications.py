"""Forms of applying: first the questions of the rules, then the rest; and the office's forms of a round."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms.search import UnitField
from cohorts.forms.fields import id_number_field, name_field, phone_field, profile_form_fields, profile_values
from cohorts.models import Application, ApplicationRound, EligibilityRule, Person, ProfileField
from cohorts.rules.applications import AGE, NUMBERS, SEX, asked_first
from cohorts.rules.values import BadValue, clean_number
from cohorts.selectors.applications import Applicant, asked_fields, conditions_of
from cohorts.selectors.cohorts import fields_of
from trainee_mgmt.kit.forms import CheckedByModel, CrispyMixin, DateInput, DateTimeInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload

KEEP, HAND_IN = "keep", "hand_in"


class RuleQuestionsForm(CrispyMixin, forms.Form):
    """What the eligibility rules need to know, and nothing else; what is known of the person is not asked."""

    submit_label = gettext_lazy("Next")

    def __init__(self, *args, round: ApplicationRound, applicant: Applicant, **kwargs):
        super().__init__(*args, **kwargs)
        self.applicant = applicant
        asked = asked_first(conditions_of(round))
        own = {field.key: field for field in fields_of(cohort=round.cohort_id)}
        self.profile_fields = [own[key] for key in asked if key in own]
        if AGE in asked and not self._known_birth():
            self.fields["born_on"] = forms.DateField(label=_("Born"), widget=DateInput)
        if SEX in asked and not (applicant.person and applicant.person.sex):
            self.fields["sex"] = forms.ChoiceField(label=_("Sex"), choices=[("", "—"), *Person.Sex.choices])
        self.fields |= profile_form_fields(self.profile_fields, dict(applicant.profile))
        for field in self.fields.values():
            field.required = True
        self.helper.layout.fields[:] = list(self.fields)

    def _known_birth(self):
        person = self.applicant.person
        return person.born_on if person and not person.born_month_only else None

    def clean(self):
        cleaned = super().clean()
        for field in self.profile_fields:  # "no" is an answer too
            name = f"profile_{field.key}"
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def values(self) -> dict:
        cleaned, person = self.cleaned_data, self.applicant.person
        return {
            "answers": profile_values(self.profile_fields, cleaned),
            "born_on": cleaned.get("born_on") or self._known_birth(),
            "sex": cleaned.get("sex") or (person.sex if person else ""),
        }


class ApplicationForm(CrispyMixin, forms.Form):
    """The rest, after the rules. What was asked first stands on the page and is not asked again."""

    submit_label = gettext_lazy("Hand in")
    name = name_field(label=gettext_lazy("Name"))
    id_number = id_number_field(
        label=gettext_lazy("ID number"), help_text=gettext_lazy("Kept encrypted; pages show a mask of it.")
    )
    phone = phone_field(label=gettext_lazy("Phone"))
    work_unit = forms.CharField(label=gettext_lazy("Works at"), max_length=120)
    position = forms.CharField(label=gettext_lazy("Position"), max_length=80, required=False)

    def __init__(self, *args, application: Application, everything: bool = False, **kwargs):
        """``everything``: also what the rules ask, for the office."""
        initial = {name: getattr(application, name) for name in ("name", "work_unit", "position")}
        super().__init__(*args, **kwargs | {"initial": initial})
        self.application = application
        first = set() if everything else set(asked_first(conditions_of(application.round)))
        self.profile_fields = [each for each in asked_fields(application.round.cohort_id) if each.key not in first]
        self.fields |= profile_form_fields(self.profile_fields, application.answers)
        if application.person_id and application.account_id:  # the person's own row is changed elsewhere
            for name in ("name", "id_number"):
                if getattr(application, name):
                    del self.fields[name]
        self._say_what_is_known()
        self._require(self.data.get("do") != KEEP)
        self.helper.layout.fields[:] = list(self.fields)

    def _say_what_is_known(self):
        for name, mask in (("id_number", self.application.id_mask), ("phone", self.application.phone_mask)):
            if mask and name in self.fields:
                self.fields[name].help_text = _("Now %(mask)s. Leave it blank to keep it.") % {"mask": mask}
                self.fields[name].required = False

    def _require(self, is_final: bool):
        for field in self.profile_fields:
            kept = field.is_personal and self.application.answers.get(field.key) is not None
            self.fields[f"profile_{field.key}"].required = field.needed_of_applicants and not kept
        if not is_final:
            for field in self.fields.values():
                field.required = False

    def clean(self):
        cleaned = super().clean()
        for field in self.profile_fields:
            name = f"profile_{field.key}"
            if self.fields[name].required and cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def values(self) -> dict:
        cleaned = self.cleaned_data
        names = ("name", "id_number", "phone", "work_unit", "position")
        return {
            "values": {name: cleaned[name] for name in names if name in cleaned},
            "answers": profile_values(self.profile_fields, cleaned),
        }


class WhyForm(CrispyMixin, forms.Form):
    """An act on an application that needs a reason."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class ApplicationsFileForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Read the file")
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy(
            "As it is; the columns are found by their names. You read the plan before anything is written."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)


class RoundForm(CheckedByModel, CrispyMixin, forms.ModelForm):
    class Meta:
        model = ApplicationRound
        fields = ["opens_at", "closes_at", "seats", "self_application", "nomination", "guide"]
        widgets = {"opens_at": DateTimeInput, "closes_at": DateTimeInput, "guide": forms.Textarea(attrs={"rows": 5})}

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Applications close after they open."))
        if not cleaned.get("self_application") and not cleaned.get("nomination"):
            self.add_error(
                "self_application", _("Choose at least one way: people apply themselves, or units nominate.")
            )
        return cleaned


class ReopenForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Open again")
    until = forms.DateTimeField(label=pgettext_lazy("application", "Closes"), widget=DateTimeInput)


class EligibilityRuleForm(CrispyMixin, forms.Form):
    """One condition: about what, how, and which value or values."""

    submit_label = gettext_lazy("Add the rule")
    field = forms.ChoiceField(label=pgettext_lazy("rule", "About"))
    operator = forms.ChoiceField(label=pgettext_lazy("rule", "Condition"), choices=EligibilityRule.Operator.choices)
    value = forms.CharField(
        label=pgettext_lazy("rule", "Value"),
        max_length=400,
        help_text=gettext_lazy("A number, or words with commas between them. For yes or no: yes or no."),
    )

    def __init__(self, *args, round: ApplicationRound, **kwargs):
        super().__init__(*args, **kwargs)
        self.own = {each.key: each for each in fields_of(cohort=round.cohort_id)}
        names = [(key, each.label) for key, each in self.own.items() if not each.is_personal]
        self.fields["field"].choices = [(AGE, _("Age on the first day")), (SEX, _("Sex")), *names]

    def clean(self):
        cleaned = super().clean()
        field, operator, value = (cleaned.get(name) for name in ("field", "operator", "value"))
        if not (field and operator and value):
            return cleaned
        own = self.own.get(field)
        kind = own.kind if own else ("number" if field == AGE else "sex")
        if (operator in NUMBERS) != (kind == "number"):
            self.add_error("operator", _("At least and at most go with numbers, the others with words."))
            return cleaned
        try:
            cleaned["value"] = self._value(kind, own, value)
        except ValidationError as error:
            self.add_error("value", error)
        return cleaned

    def _value(self, kind: str, own: ProfileField | None, text: str):
        if kind == "number":
            try:
                return str(clean_number(text))
            except BadValue as bad:
                raise ValidationError(bad.sentence) from bad
        words = [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",") if word.strip()]
        known = {"yes_no": YES_NO, "sex": SEXES}.get(kind) or (
            {each: each for each in own.choices} if own.choices else None
        )
        if known is None:
            return words
        if strange := [word for word in words if word.lower() not in known and word not in known]:
            raise ValidationError(
                _("“%(word)s” is none of: %(words)s.") % {"word": strange[0], "words": _(", ").join(map(str, known))}
            )
        return [known.get(word, known.get(word.lower())) for word in words]

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("field", "operator", "value")}


YES_NO = {"是": True, "否": False, "yes": True, "no": False}
SEXES = {"男": "m", "女": "f", "male": "m", "female": "f"}


class QuotaForm(CrispyMixin, forms.Form):
    """How many a unit may nominate; for a unit that has a quota its number is changed."""

    unit = UnitField(label=gettext_lazy("Unit"), help_text=gettext_lazy("Type a part of the name and choose."))
    seats = forms.IntegerField(label=pgettext_lazy("application", "Slots"), min_value=0, max_value=9999)

    def __init__(self, *args, units, options_url, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].reachable = units
        self.fields["unit"].widget.address = options_url
