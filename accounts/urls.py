from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.urls import include, path

from accounts.views import grants, inbox, me, outbox, records, seeing, setup, sign_in, units, users, work

app_name = "accounts"
urlpatterns = [
    path("setup/<str:token>/", setup.Setup.as_view(), name="setup"),
    path("first-password/", sign_in.FirstPassword.as_view(), name="first_password"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/appearance/", me.Appearance.as_view(), name="appearance"),
    path("me/data/", me.OwnData.as_view(), name="own_data"),
    path("language/", me.Language.as_view(), name="language"),
    path("why/", seeing.Why.as_view(), name="why"),
    path("view-as/end/", seeing.ViewAsEnd.as_view(), name="view_as_end"),
    # The tree of units
    path("units/", units.UnitList.as_view(), name="unit_list"),
    path("units/new/", units.UnitCreateTop.as_view(), name="unit_create_top"),
    path("units/options/", units.UnitOptions.as_view(), name="unit_options"),
    path("units/template/", units.UnitTemplate.as_view(), name="unit_template"),
    path("units/<int:pk>/", units.UnitDetail.as_view(), name="unit_detail"),
    path("units/<int:pk>/new/", units.UnitCreate.as_view(), name="unit_create"),
    path("units/<int:pk>/edit/", units.UnitUpdate.as_view(), name="unit_update"),
    path("units/<int:pk>/move/", units.UnitMove.as_view(), name="unit_move"),
    path("units/<int:pk>/close/", units.UnitClose.as_view(), name="unit_close"),
    path("units/<int:pk>/reopen/", units.UnitReopen.as_view(), name="unit_reopen"),
    path("units/<int:pk>/delete/", units.UnitDelete.as_view(), name="unit_delete"),
    path("units/<int:pk>/import/", units.UnitImport.as_view(), name="unit_import"),
    # Accounts
    path("users/", users.UserList.as_view(), name="user_list"),
    path("users/new/", users.UserCreate.as_view(), name="user_create"),
    path("users/<int:pk>/", users.UserDetail.as_view(), name="user_detail"),
    path("users/<int:pk>/edit/", users.UserUpdate.as_view(), name="user_update"),
    path("users/<int:pk>/reset-password/", users.UserResetPassword.as_view(), name="user_reset_password"),
    path("users/<int:pk>/slip/", users.UserSlip.as_view(), name="user_slip"),
    path("users/<int:pk>/suspend/", users.UserSuspend.as_view(), name="user_suspend"),
    path("users/<int:pk>/reactivate/", users.UserReactivate.as_view(), name="user_reactivate"),
    path("users/<int:pk>/second-step-off/", users.UserSecondStepOff.as_view(), name="user_second_step_off"),
    path("users/<int:pk>/view-as/", seeing.ViewAs.as_view(), name="view_as"),
    # Roles
    path("users/<int:pk>/roles/new/", grants.GrantGive.as_view(), name="grant_give"),
    path("roles/", grants.GrantList.as_view(), name="grant_list"),
    path("roles/scopes/", grants.ScopeOptions.as_view(), name="scope_options"),
    path("roles/<int:pk>/end/", grants.GrantEnd.as_view(), name="grant_end"),
    path("roles/<int:pk>/lend/", grants.GrantDelegate.as_view(), name="grant_delegate"),
    # Plans and background work
    path("plans/", work.PlanList.as_view(), name="plan_list"),
    path("plans/<int:pk>/", work.PlanDetail.as_view(), name="plan_detail"),
    path("plans/<int:pk>/apply/", work.PlanApply.as_view(), name="plan_apply"),
    path("plans/<int:pk>/recompute/", work.PlanRecompute.as_view(), name="plan_recompute"),
    path("plans/<int:pk>/discard/", work.PlanDiscard.as_view(), name="plan_discard"),
    path("jobs/", work.JobList.as_view(), name="job_list"),
    path("jobs/<int:pk>/", work.JobDetail.as_view(), name="job_detail"),
    path("jobs/<int:pk>/file/", work.JobFile.as_view(), name="job_file"),
    # Notices: one's own, the outbox of the office, holidays
    path("inbox/", inbox.Inbox.as_view(), name="inbox"),
    path("me/notices/", inbox.NoticeSettingsUpdate.as_view(), name="notice_settings"),
    path("outbox/", outbox.MessageList.as_view(), name="message_list"),
    path("outbox/<int:pk>/", outbox.MessageDetail.as_view(), name="message_detail"),
    path("outbox/<int:pk>/cancel/", outbox.MessageCancel.as_view(), name="message_cancel"),
    path("outbox/<int:pk>/again/", outbox.MessageAgain.as_view(), name="message_again"),
    path("outbox/notices/", outbox.NoticeList.as_view(), name="notice_list"),
    path("outbox/notices/cancel/", outbox.NoticeCancel.as_view(), name="notice_cancel"),
    path("outbox/letters/", outbox.LetterList.as_view(), name="letter_list"),
    path("outbox/channels/", outbox.ChannelList.as_view(), name="channel_list"),
    path("outbox/channels/test/", outbox.ChannelTest.as_view(), name="channel_test"),
    path("holidays/", outbox.CalendarDayList.as_view(), name="calendarday_list"),
    path("holidays/new/", outbox.CalendarDayCreate.as_view(), name="calendarday_create"),
    path("holidays/<int:pk>/", outbox.CalendarDayUpdate.as_view(), name="calendarday_update"),
    path("holidays/<int:pk>/forget/", outbox.CalendarDayForget.as_view(), name="calendarday_forget"),
    # Records
    path("audit/", records.AuditList.as_view(), name="audit_list"),
    path("audit/<int:pk>/", records.AuditDetail.as_view(), name="audit_detail"),
    path("exports/", records.ExportList.as_view(), name="export_list"),
    path("complaints/", records.ComplaintList.as_view(), name="complaint_list"),
    path("complaints/new/", records.ComplaintCreate.as_view(), name="complaint_create"),
    path("complaints/mine/", records.ComplaintMine.as_view(), name="complaint_mine"),
    path("complaints/<int:pk>/", records.ComplaintAnswer.as_view(), name="complaint_answer"),
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
if settings.SIGN_IN_PROVIDERS:
    sign_in_patterns += [path("linked/", include("allauth.socialaccount.urls")), *build_provider_urlpatterns()]
