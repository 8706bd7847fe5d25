from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.fields import email_field, id_number_field, name_field, phone_field
from cohorts.models import Person
from cohorts.rules.values import facts_of_id
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

PLAIN = ("name", "name_key", "sex", "born_on", "email")
SECRETS = ("phone", "id_number")


class PersonForm(CrispyMixin, forms.Form):
    """Phone and ID number are not shown: a blank keeps what is there, a tick erases it."""

    name = name_field(label=gettext_lazy("Name"))
    name_key = forms.CharField(
        label=gettext_lazy("Reading"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Pinyin by which lists are ordered. Mend it where a surname is read otherwise."),
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False, choices=[("", "—"), *Person.Sex.choices])
    born_on = forms.DateField(label=gettext_lazy("Born"), required=False, widget=DateInput)
    phone = phone_field(label=gettext_lazy("Phone"), required=False)
    erase_phone = forms.BooleanField(label=gettext_lazy("Erase the phone number"), required=False)
    id_number = id_number_field(label=gettext_lazy("ID number"), required=False)
    erase_id_number = forms.BooleanField(label=gettext_lazy("Erase the ID number"), required=False)
    email = email_field(label=gettext_lazy("E-mail"), required=False)

    def __init__(self, *args, instance: Person, **kwargs):
        initial = {field: getattr(instance, field) for field in PLAIN}
        super().__init__(*args, **kwargs | {"initial": initial})
        self.person = instance
        for field, mask in (("phone", instance.phone_mask), ("id_number", instance.id_mask)):
            if mask:
                self.fields[field].help_text = _("Now %(mask)s. Leave it blank to keep it.") % {"mask": mask}
            else:
                del self.fields[f"erase_{field}"]
        self.helper.layout.fields[:] = list(self.fields)

    def clean(self):
        cleaned = super().clean()
        number = cleaned.get("id_number")
        if number:
            facts = facts_of_id(number)
            if cleaned.get("born_on") and cleaned["born_on"] != facts.born_on:
                self.add_error("born_on", _("The ID number says another birth date. Please check both."))
            if cleaned.get("sex") and cleaned["sex"] != facts.sex:
                self.add_error("sex", _("The ID number says another sex. Please check both."))
        for field in SECRETS:
            if cleaned.get(field) and cleaned.get(f"erase_{field}"):
                self.add_error(field, _("Either erase it or give another one."))
        return cleaned

    @property
    def values(self) -> dict:
        """What ``edit_person`` takes: plain fields as typed, secrets only where they change."""
        cleaned = self.cleaned_data
        values = {field: cleaned[field] for field in PLAIN}
        if not values["name_key"] or values["name_key"] == self.person.name_key:
            del values["name_key"]
        for field in SECRETS:
            if cleaned[field]:
                values[field] = cleaned[field]
            elif cleaned.get(f"erase_{field}"):
                values[field] = ""
        return values


class ReasonForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Show")
    field = forms.ChoiceField(
        label=gettext_lazy("What to show"),
        choices=[("phone", gettext_lazy("Phone")), ("id_number", gettext_lazy("ID number"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("What for"), max_length=200, help_text=gettext_lazy("Kept with your name and the time.")
    )
