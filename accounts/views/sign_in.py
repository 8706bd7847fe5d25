"""Signing in and out, passwords, the second step. django-allauth does the work; each page states who may open it.

Only these of its pages exist here: no sign-up, no e-mail addresses, no reset by e-mail.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import RedirectView

from accounts.forms.sign_in import OwnPasswordForm
from accounts.services import record, set_own_password, system_is_empty
from trainee_mgmt.kit.pages import FormPage, Page

sensitive = method_decorator(sensitive_post_parameters("password1", "password2"), name="dispatch")


class Login(account.LoginView):
    """Open to everybody."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(is_new=system_is_empty(), providers=self.providers(), **kwargs)

    def providers(self) -> list[dict]:
        """Who else may vouch for a person, each with the address where that begins."""
        if not settings.SIGN_IN_PROVIDERS:
            return []
        following = self.get_next_url()
        return [
            {"name": each.name, "url": each.get_login_url(self.request, **({"next": following} if following else {}))}
            for each in get_adapter().list_providers(self.request)
        ]


class Logout(account.LogoutView):
    """Open to everybody."""


class Inactive(account.AccountInactiveView):
    """Open to everybody: where somebody else vouches for a suspended account."""


class PasswordChange(Page, account.PasswordChangeView):
    allow = "accounts.use_own_account"


class Reauthenticate(Page, account.ReauthenticateView):
    allow = "accounts.use_own_account"


class CodeAtSignIn(mfa.AuthenticateView):
    """Open to whoever has just given a right password."""


class CodeAgain(Page, mfa.ReauthenticateView):
    allow = "accounts.use_own_account"


class SecondStep(Page, RedirectView):
    allow = "accounts.use_second_step"
    pattern_name = "accounts:me"


class SecondStepChange(Page, abstract=True):
    """What changes the second step is written down, in the same transaction."""

    allow = "accounts.use_second_step"

    @transaction.atomic
    def form_valid(self, form):
        response = super().form_valid(form)
        record("accounts.second_step", self.request.user, after={"page": self.request.resolver_match.view_name})
        return response


class SecondStepOn(SecondStepChange, totp.ActivateTOTPView):
    pass


class IfSwitchedOn:
    """Who has no second step is led to where it is switched on."""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return redirect("accounts:me")


class SecondStepOff(IfSwitchedOn, SecondStepChange, totp.DeactivateTOTPView):
    pass


class RecoveryCodes(IfSwitchedOn, Page, codes.ViewRecoveryCodesView):
    allow = "accounts.use_second_step"


class RecoveryCodesNew(SecondStepChange, codes.GenerateRecoveryCodesView):
    pass


@sensitive
class FirstPassword(FormPage):
    """A password that somebody else knows is replaced before anything else."""

    allow = "accounts.use_own_account"
    form_class = OwnPasswordForm
    template_name = "accounts/first_password.html"
    title = _("Choose your own password")
    success_message = _("Your password is saved. The first one no longer works.")

    def dispatch(self, request, *args, **kwargs):
        if not request.user.must_change_password:  # else anyone at an open screen could set one without the old
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def save(self, form):
        set_own_password(self.request.user, form.cleaned_data["password1"])
        update_session_auth_hash(self.request, self.request.user)

    def get_success_url(self):
        target = self.request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(target, allowed_hosts={self.request.get_host()})
        return target if safe else resolve_url("/")
