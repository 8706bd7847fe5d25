from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort
from placements.models import Host, HostContact, Post
from placements.models.hosts import MOST_SEATS
from placements.rules import credit_code, phones
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload

LODGING = (("", gettext_lazy("as the host says")), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no")))


class HostForm(CrispyMixin, forms.ModelForm):
    credit_code = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        max_length=40,  # as it is typed, with blanks
        required=False,
        help_text=gettext_lazy("18 signs. May stay empty until the enterprise is checked."),
    )

    class Meta:
        model = Host
        fields = ["name", "credit_code", "unit", "industry", "size", "address", "has_lodging"]
        labels = {"has_lodging": gettext_lazy("Trainees can live there")}

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("Choose a unit")

    def clean_credit_code(self):
        code = credit_code.clean(self.cleaned_data["credit_code"])
        if code and not credit_code.has_its_shape(code):
            raise forms.ValidationError(
                _("A credit code has 18 signs: digits and capital letters without I, O, S, V and Z.")
            )
        return code

    def clean(self):
        """Which other host is in the way is said beside the field."""
        given = super().clean()
        others = Host.objects.filter(unit=given.get("unit")).exclude(pk=self.instance.pk)
        if given.get("name") and others.filter(name=given["name"]).exists():
            self.add_error("name", _("This unit has a host of this name already."))
        code = given.get("credit_code")
        if code and (other := others.filter(credit_code=code).first()):
            self.add_error("credit_code", _("This is the code of %(host)s.") % {"host": other})
        return given


class CheckForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Keep the check")
    on = forms.DateField(label=gettext_lazy("Checked on"), widget=DateInput)
    note = forms.CharField(
        label=gettext_lazy("What was found"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Licence, safety, lodging, posts: what you saw. It stands on the page of the host."),
    )

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return self.cleaned_data["on"]


class HostsCheckForm(CheckForm):
    """The same for several; which ones comes along with the form."""

    chosen = forms.CharField(widget=forms.HiddenInput)
    layout = ("chosen", "on", "note")


class ContactForm(CrispyMixin, forms.ModelForm):
    """The phone is asked for again only to replace it: an empty box leaves the known one."""

    number = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)

    class Meta:
        model = HostContact
        fields = ["name", "position", "is_mentor", "email"]
        labels = {"is_mentor": gettext_lazy("Mentor of trainees")}

    field_order = ["name", "position", "number", "email", "is_mentor"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.phone_mask:
            words = _("Known: %(mask)s. Leave it empty to keep it.") % {"mask": self.instance.phone_mask}
            self.fields["number"].help_text = words

    def clean_number(self):
        given = self.cleaned_data["number"].strip()
        if not given:
            return None if self.instance.phone_mask else ""
        if not (phone := phones.clean(given)):
            raise forms.ValidationError(_("This is no phone. Write a mobile number, or a landline with its area code."))
        return phone


class PostForm(CrispyMixin, forms.ModelForm):
    has_lodging = forms.TypedChoiceField(
        label=gettext_lazy("Lodging with this post"),
        choices=LODGING,
        required=False,
        coerce={"true": True, "false": False}.get,
        empty_value=None,
    )

    class Meta:
        model = Post
        fields = ["name", "requirements", "mentor", "has_lodging"]
        widgets = {"requirements": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, host, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mentor"].queryset = host.contacts.filter(is_mentor=True, left_on=None).order_by("name", "pk")
        self.fields["mentor"].empty_label = _("nobody yet")
        if self.instance.pk and self.instance.has_lodging is not None:
            self.initial["has_lodging"] = str(self.instance.has_lodging).lower()


class CloseForm(CrispyMixin, forms.Form):
    on = forms.DateField(label=gettext_lazy("From"), widget=DateInput)


class OfferForm(CrispyMixin, forms.Form):
    """Seats and days; with ``cohorts`` also to which of them."""

    cohort = forms.ModelChoiceField(label=gettext_lazy("Cohort"), queryset=Cohort.objects.none())
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": MOST_SEATS}),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput, required=False)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput, required=False)
    is_required = forms.BooleanField(
        label=gettext_lazy("To be filled first"),
        required=False,
        help_text=gettext_lazy("The match leaves such a post empty only if nobody can take it."),
    )

    def __init__(self, *args, cohorts=None, **kwargs):
        super().__init__(*args, **kwargs)
        if cohorts is None:
            del self.fields["cohort"]
            self.fields["starts_on"].required = self.fields["ends_on"].required = True
        else:
            self.fields["cohort"].queryset = cohorts
            self.fields["cohort"].empty_label = _("Choose a cohort")
            self.fields["starts_on"].help_text = _("Empty: the first and the last day of the cohort.")
        self.helper.layout.fields[:] = list(self.fields)


class HostImportForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Read the file")
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy("One row for each post, with its host and its seats. You read the plan first."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)


class PhoneForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Show")
    reason = forms.CharField(
        label=gettext_lazy("What for"), max_length=200, help_text=gettext_lazy("Kept with your name and the time.")
    )
