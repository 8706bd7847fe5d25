"""What django-allauth asks us: who may sign in, how wrong passwords slow it down, what is written to the audit log."""

from dataclasses import replace

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from accounts.rules.logins import clean_phone
from accounts.services import LANGUAGE_COOKIE, adopt_language, record, set_own_password
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.crypto import Sealed

VOUCH_FOR_PHONES = {"dingtalk", "feishu"}  # an organisation's own members, with numbers they have confirmed


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the office; nobody signs up by himself."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name, phone number or password is not right. Please try again."),
        "too_many_login_attempts": _(
            "Too many wrong passwords for this account. It rests for five minutes; then please try again, "
            "or ask your administrator for a new first password."
        ),
    }

    def is_open_for_signup(self, request):
        return False

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Wrong passwords count per account, whichever of its names was typed, and never per address: a whole class
        shares one. Unknown names are counted alike, so that nothing shows which accounts exist."""
        typed = credentials.get("username", "")
        user = User.objects.find_by_login(typed)
        return f"account:{user.pk}" if user else f"name:{typed.strip().lower()}"

    def authentication_failed(self, request, **credentials):
        if user := User.objects.find_by_login(credentials.get("username", "")):
            with _as(user):
                record("accounts.sign_in", user, outcome=AuditEntry.Outcome.DENIED)

    @transaction.atomic
    def login(self, request, user):
        """The language that was chosen on the page of the sign-in goes on afterwards."""
        language = request.session.get(LANGUAGE_COOKIE, "")
        super().login(request, user)
        with _as(user):
            record("accounts.sign_in", user, after=adopt_language(user, language))

    @transaction.atomic
    def logout(self, request):
        record("accounts.sign_out", request.real_user)
        super().logout(request)

    def set_password(self, user, password):
        set_own_password(user, password)


class VouchedForAdapter(DefaultSocialAccountAdapter):
    """Somebody whom another server vouches for: known by a link made before, or by a phone number that it has checked.
    Nobody gets an account this way."""

    def is_open_for_signup(self, request, sociallogin):
        return False

    def pre_social_login(self, request, sociallogin):
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        data = sociallogin.account.extra_data
        data = data.get("userinfo") or data
        is_checked = sociallogin.account.provider in VOUCH_FOR_PHONES or data.get("phone_number_verified") is True
        phone = clean_phone(str(data.get("mobile") or data.get("phone_number") or "")) if is_checked else ""
        user = User.objects.find_by_login(phone) if phone else None
        if user is None or not user.is_active:
            messages.error(
                request,
                _(
                    "No account here belongs to it. Sign in with your password once, and link it on the page of your account."
                ),
            )
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        sociallogin.connect(request, user)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of the second step lie encrypted, like phones."""

    def encrypt(self, text):
        return Sealed.of(text).token

    def decrypt(self, encrypted_text):
        return Sealed(encrypted_text).open()


def _as(user: User):
    return actor.acting(replace(actor.current(), user_id=user.pk, name=user.name))
