"""Forms of those who administer: units, accounts, roles; and the complaint button."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import SCOPES
from accounts.forms.search import SearchInput, UnitField, the_one
from accounts.models import Complaint, Role, ScopeKind, Unit, User
from accounts.rules.grants import GIVEN_BY_HAND
from accounts.selectors import scopes_named
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload


class UnitForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = Unit
        fields = ["name", "level", "code"]


class UnitMoveForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Move the unit")
    to = UnitField(
        label=gettext_lazy("Belongs to"),
        help_text=gettext_lazy("Type a part of the name, its code, or the way to it: district / street."),
    )

    def __init__(self, *args, instance, reachable, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].reachable = reachable


class UnitImportForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Read the file")
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy(
            "A spreadsheet or text with the columns Belongs to, Name, Level, Code. You read the plan before anything is written."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)


class UserForm(CrispyMixin, forms.Form):
    """One account. On a change an empty phone keeps the one that is there."""

    layout = ("name", "phone", "username", "unit")
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("Signs in with it. Kept encrypted; lists show it masked."),
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        help_text=gettext_lazy("Left empty, it is made from the name."),
    )
    unit = UnitField(label=gettext_lazy("Unit"), help_text=gettext_lazy("Type a part of the name and choose."))

    def __init__(self, *args, reachable, is_everywhere=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].reachable = reachable
        self.fields["unit"].required = not is_everywhere


class UserChangeForm(UserForm):
    layout = ("name", "phone", "without_phone", "username", "unit")
    without_phone = forms.BooleanField(label=gettext_lazy("Take the phone number away"), required=False)

    def __init__(self, *args, instance: User, way: str, **kwargs):
        kwargs["initial"] = {"name": instance.name, "username": instance.username, "unit": way}
        super().__init__(*args, **kwargs)
        self.fields["username"].required = True
        self.fields["username"].help_text = ""
        if instance.phone_mask:
            self.fields["phone"].help_text = _("Now %(phone)s. Leave it empty to keep it.") % {
                "phone": instance.phone_mask
            }
        else:
            del self.fields["without_phone"]
            self.helper.layout.fields.remove("without_phone")

    def values(self) -> dict:
        """What to change, for ``change_account``."""
        data = self.cleaned_data
        values = {name: data[name] for name in ("name", "username", "unit")}
        if data["phone"] or data.get("without_phone"):
            values["phone"] = "" if data.get("without_phone") else data["phone"]
        return values


MAY = {
    Role.ADMIN: gettext_lazy("units, accounts, roles, the audit log"),
    Role.ORGANIZER: gettext_lazy("programs and cohorts: rosters, classes, sessions, scores"),
    Role.LEADER: gettext_lazy("reads the figures and their rows"),
    Role.OFFICER: gettext_lazy("roll call and journals of the class"),
    Role.EVALUATOR: gettext_lazy("points in the scoring grid"),
}


class GrantForm(CrispyMixin, forms.Form):
    """A role over a scope that the administrator covers."""

    submit_label = gettext_lazy("Give the role")
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    scope_kind = forms.ChoiceField(label=gettext_lazy("Over"), widget=forms.RadioSelect)
    scope = forms.CharField(
        label=gettext_lazy("Which one"),
        max_length=400,
        required=False,
        widget=SearchInput("accounts:scope_options", include="[name='scope_kind']"),
        help_text=gettext_lazy("Type a part of the name and choose. Not needed for everything."),
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Until"), widget=DateInput, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        is_everywhere = any(grant.scope_kind == ScopeKind.ALL for grant in by.grants_of(Role.ADMIN))
        kinds = [kind for kind in ScopeKind if kind in SCOPES or (is_everywhere and kind == ScopeKind.ALL)]
        self.fields["role"].choices = [
            (role, _("%(role)s: %(may)s") % {"role": Role(role).label, "may": MAY[Role(role)]})
            for role in GIVEN_BY_HAND
        ]
        self.fields["scope_kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["scope_kind"].initial = ScopeKind.UNIT
        self.fields["starts_on"].initial = timezone.localdate

    def clean(self):
        data = super().clean()
        data["scope_id"] = None
        kind, typed = data.get("scope_kind"), data.get("scope")
        if not kind or kind == ScopeKind.ALL:
            return data
        if not typed:
            self.add_error("scope", _("Choose what the role is given over."))
            return data
        try:
            data["scope_id"] = the_one(scopes_named(kind, typed, self.by))
        except forms.ValidationError as error:
            self.add_error("scope", error)
        return data


class DelegateForm(CrispyMixin, forms.Form):
    """Somebody stands in for a time. The person is named by login, so that the form lists nobody."""

    submit_label = gettext_lazy("Let this person stand in")
    to = forms.CharField(
        label=gettext_lazy("User name or phone number of the person"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Until"), widget=DateInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate

    def clean_to(self):
        user = User.objects.find_by_login(self.cleaned_data["to"])
        if user is None or not user.is_active:
            raise forms.ValidationError(_("No working account has this user name or phone number."))
        return user


class ReasonForm(CrispyMixin, forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("It is kept with the record.")
    )


class ComplaintForm(CrispyMixin, forms.ModelForm):
    submit_label = gettext_lazy("Send")

    class Meta:
        model = Complaint
        fields = ["text"]
        labels = {"text": gettext_lazy("What is too much, asked twice, or gets in the way?")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}


class AnswerForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Send the answer")
    answer = forms.CharField(label=gettext_lazy("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, **kwargs)
