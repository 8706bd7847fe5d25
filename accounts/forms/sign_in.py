from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthCodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from trainee_mgmt.kit.forms import CrispyMixin

OWN_PASSWORD = _("At least 8 characters, not only digits, and not easy to guess.")


class _NoPlaceholders:
    """A placeholder is no label: the label stands above the field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["placeholder"] = ""
            field.help_text = ""


class LoginForm(CrispyMixin, _NoPlaceholders, AllauthLoginForm):
    """Sign in with a user name or a phone number."""

    submit_label = _("Sign in")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Phone number or user name")
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "autofocus": True}


class ChangePasswordForm(CrispyMixin, _NoPlaceholders, AllauthChangePasswordForm):
    submit_label = _("Change the password")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = OWN_PASSWORD


class ReauthenticateForm(CrispyMixin, _NoPlaceholders, AllauthReauthenticateForm):
    submit_label = _("Go on")


class CodeForm(CrispyMixin, _NoPlaceholders, AllauthAuthenticateForm):
    """The second step of signing in: a code of the app, or one of the recovery codes."""

    submit_label = _("Sign in")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}
        self.fields["code"].help_text = _("The six digits that the app shows now, or one of your recovery codes.")


class CodeAgainForm(CrispyMixin, _NoPlaceholders, AllauthCodeAgainForm):
    submit_label = _("Go on")


class ActivateCodeForm(CrispyMixin, _NoPlaceholders, AllauthActivateTOTPForm):
    submit_label = _("Switch on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows now")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class OwnPasswordFields(forms.Form):
    """A password of one's own, twice, checked against the rules for this person."""

    password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=OWN_PASSWORD,
    )
    password2 = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        data = super().clean()
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two are not the same."))
        elif first:
            try:
                validate_password(first, self.person())
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return data

    def person(self) -> User:
        """Whose password it will be: it must not resemble the name."""
        return User(username=self.cleaned_data.get("username", ""), name=self.cleaned_data.get("name", ""))


class OwnPasswordForm(CrispyMixin, OwnPasswordFields):
    submit_label = _("Save and go on")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].widget.attrs["autofocus"] = True

    def person(self):
        return self.user

    def clean_password1(self):
        password = self.cleaned_data["password1"]
        if self.user.check_password(password):
            raise forms.ValidationError(_("This is the first password; please choose one of your own."))
        return password


class SetupForm(CrispyMixin, OwnPasswordFields):
    """The first administrator."""

    layout = ("unit", "name", "username", "password1", "password2")
    submit_label = _("Start")
    unit = forms.CharField(
        label=_("Your office"), max_length=80, help_text=_("The unit at the top: all others will be below it.")
    )
    name = forms.CharField(label=_("Your name"), max_length=60)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        initial="admin",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
