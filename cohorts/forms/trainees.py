from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.fields import (
    email_field,
    id_number_field,
    name_field,
    phone_field,
    profile_form_fields,
    profile_values,
)
from cohorts.models import Person, StudyGroup, TrainingClass
from cohorts.rules.values import BadValue, clean_id_number, clean_phone, facts_of_id
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

PERSON_FIELDS = ("name", "phone", "id_number", "sex", "born_on", "email")
KNOWN_SALT = "cohorts.known_person"


class FindPersonForm(CrispyMixin, forms.Form):
    """Asked before anything else is typed: whoever is known already is not asked again."""

    submit_label = gettext_lazy("Next")
    number = forms.CharField(
        label=gettext_lazy("Phone or ID number"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Whoever took part before is found by it, and nothing is asked twice."),
    )

    def clean(self):
        cleaned = super().clean()
        typed = cleaned.get("number", "")
        cleaned |= {"phone": "", "id_number": ""}
        if typed:
            cleaned |= self._told_apart(typed)
        return cleaned

    def _told_apart(self, typed: str) -> dict:
        kind, clean = ("phone", clean_phone) if len(typed.replace(" ", "")) < 15 else ("id_number", clean_id_number)
        try:
            return {kind: clean(typed)}
        except BadValue as bad:
            self.add_error("number", bad.sentence)
            return {}


class TraineeCreateForm(CrispyMixin, forms.Form):
    """The person (only what is not known yet), the place, the profile."""

    submit_label = gettext_lazy("Add the trainee")
    known = forms.CharField(widget=forms.HiddenInput, required=False)
    name = name_field(label=gettext_lazy("Name"))
    phone = phone_field(label=gettext_lazy("Phone"), required=False)
    id_number = id_number_field(
        label=gettext_lazy("ID number"), required=False, help_text=gettext_lazy("Gives sex and birth date by itself.")
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False, choices=[("", "—"), *Person.Sex.choices])
    born_on = forms.DateField(label=gettext_lazy("Born"), required=False, widget=DateInput)
    email = email_field(label=gettext_lazy("E-mail"), required=False)
    number = forms.CharField(
        label=gettext_lazy("Number"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Left blank, the next free number is taken."),
    )
    training_class = forms.ModelChoiceField(label=gettext_lazy("Class"), required=False, queryset=None)
    joined_on = forms.DateField(label=gettext_lazy("In training from"), widget=DateInput)
    work_unit = forms.CharField(label=gettext_lazy("Works at"), required=False, max_length=120)
    position = forms.CharField(label=gettext_lazy("Position"), required=False, max_length=80)

    def __init__(self, *args, cohort, known: Person | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort, self.person = cohort, known
        self.profile_fields = list(cohort.profile_fields.order_by("order", "pk"))
        self.fields["training_class"].queryset = TrainingClass.objects.filter(cohort=cohort).order_by("number", "pk")
        self.fields["training_class"].empty_label = _("none yet")
        if known:
            for field in PERSON_FIELDS:
                if getattr(known, field):
                    del self.fields[field]
        self.fields |= profile_form_fields(self.profile_fields, self.initial.get("profile", {}))
        self.helper.layout.fields[:] = list(self.fields)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("id_number"):
            _agree_with_id(self, cleaned)
        return cleaned

    @property
    def values(self) -> dict:
        """What ``add_trainee`` takes."""
        cleaned = self.cleaned_data
        place = {key: cleaned[key] for key in ("number", "training_class", "joined_on", "work_unit", "position")}
        person = {key: cleaned[key] for key in PERSON_FIELDS if key in cleaned}
        return place | {"person_values": person, "profile": profile_values(self.profile_fields, cleaned)}


def _agree_with_id(form, cleaned: dict) -> None:
    facts = facts_of_id(cleaned["id_number"])
    if cleaned.get("born_on") and cleaned["born_on"] != facts.born_on:
        form.add_error("born_on", _("The ID number says another birth date. Please check both."))
    if cleaned.get("sex") and cleaned["sex"] != facts.sex:
        form.add_error("sex", _("The ID number says another sex. Please check both."))


def sign_known(person: Person) -> str:
    """A token for the hidden field: nobody can name a person that our own search did not find."""
    return signing.dumps(person.pk, salt=KNOWN_SALT)


def known_person(token: str) -> Person | None:
    try:
        return Person.objects.filter(pk=signing.loads(token, salt=KNOWN_SALT, max_age=3600)).first()
    except signing.BadSignature:
        return None


class TraineeEditForm(CrispyMixin, forms.Form):
    number = forms.CharField(label=gettext_lazy("Number"), max_length=20)
    work_unit = forms.CharField(label=gettext_lazy("Works at"), required=False, max_length=120)
    position = forms.CharField(label=gettext_lazy("Position"), required=False, max_length=80)
    joined_on = forms.DateField(label=gettext_lazy("In training from"), widget=DateInput)

    def __init__(self, *args, trainee, profile_fields, withheld, **kwargs):
        initial = {field: getattr(trainee, field) for field in ("number", "work_unit", "position", "joined_on")}
        super().__init__(*args, **kwargs | {"initial": initial})
        self.profile_fields, self.withheld = profile_fields, withheld
        self.fields |= profile_form_fields(profile_fields, trainee.profile, withheld)
        self.helper.layout.fields[:] = list(self.fields)

    @property
    def values(self) -> dict:
        place = {key: self.cleaned_data[key] for key in ("number", "work_unit", "position", "joined_on")}
        return place | {"profile": profile_values(self.profile_fields, self.cleaned_data, self.withheld)}


class ChosenForm(CrispyMixin, forms.Form):
    """What is done with several chosen trainees; their keys travel in one hidden field."""

    submit_label = gettext_lazy("Go on")
    chosen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort


class DatedForm(ChosenForm):
    on = forms.DateField(label=gettext_lazy("From"), widget=DateInput)


class MoveForm(DatedForm):
    submit_label = gettext_lazy("Move")
    training_class = forms.ModelChoiceField(label=gettext_lazy("To the class"), queryset=None)
    field_order = ("training_class", "on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["training_class"].queryset = self.cohort.classes.order_by("number", "pk")
        self.fields["training_class"].empty_label = _("Choose a class")
        self.fields["on"].help_text = _("The days before keep their class; marks and journals stay where they are.")


class GroupForm(DatedForm):
    submit_label = gettext_lazy("Put into the group")
    group = forms.ModelChoiceField(label=gettext_lazy("Group"), queryset=None)
    field_order = ("group", "on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        groups = StudyGroup.objects.filter(cohort=self.cohort).select_related("training_class")
        self.fields["group"].queryset = groups.order_by("training_class__number", "number", "pk")
        self.fields["group"].empty_label = _("Choose a group")
        self.fields["group"].label_from_instance = lambda group: (
            f"{group.training_class.name} · {group.name}" if group.training_class else group.name
        )


class WithdrawForm(DatedForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("First day not in training")


class RejoinForm(DatedForm):
    submit_label = gettext_lazy("Take back into training")
    training_class = forms.ModelChoiceField(label=gettext_lazy("Class"), required=False, queryset=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["training_class"].queryset = self.cohort.classes.order_by("number", "pk")
        self.fields["training_class"].empty_label = _("none yet")
