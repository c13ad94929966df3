"""Addresses of sign-in, of the user's own account and of the administrator's pages."""

from django.urls import include, path

from anye.doors.office import sign_in

# names with account_ and mfa_ are those that allauth asks for
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/code/", sign_in.code, name="mfa_authenticate"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("link/<str:token>/", sign_in.link, name="link"),
    path("set-up/", sign_in.set_up, name="set_up"),
    path("duty/", sign_in.switch_duty, name="switch_duty"),
    path("account/", sign_in.account, name="account"),
    path("account/password/", sign_in.password, name="password"),
    path("account/confirm/", sign_in.password_again, name="account_reauthenticate"),
    path("account/confirm/code/", sign_in.code_again, name="mfa_reauthenticate"),
    path("account/device/", sign_in.account, name="mfa_index"),
    path("account/device/add/", sign_in.add_device, name="mfa_activate_totp"),
    path("account/device/remove/", sign_in.remove_device, name="mfa_deactivate_totp"),
    path("account/codes/", sign_in.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", sign_in.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("administration/", include("anye.doors.office.administration.urls")),
]
