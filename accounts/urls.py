from django.urls import path

from accounts.views import me, sign_in

app_name = "accounts"
urlpatterns = [
    path("first-password/", sign_in.FirstPassword.as_view(), name="first_password"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/appearance/", me.Appearance.as_view(), name="appearance"),
    path("me/data/", me.OwnData.as_view(), name="own_data"),
    path("language/", me.Language.as_view(), name="language"),
]

# Those pages of django-allauth that exist here, under the names it knows them by.
sign_in_patterns = [
    path("login/", sign_in.Login.as_view(), name="account_login"),
    path("logout/", sign_in.Logout.as_view(), name="account_logout"),
    path("inactive/", sign_in.Inactive.as_view(), name="account_inactive"),
    path("password/change/", sign_in.PasswordChange.as_view(), name="account_change_password"),
    path("reauthenticate/", sign_in.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("2fa/", sign_in.SecondStep.as_view(), name="mfa_index"),
    path("2fa/authenticate/", sign_in.CodeAtSignIn.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", sign_in.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", sign_in.SecondStepOn.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", sign_in.SecondStepOff.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", sign_in.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", sign_in.RecoveryCodesNew.as_view(), name="mfa_generate_recovery_codes"),
]
