"""Where the site's pages are."""

from django.urls import path

from gateway_svc.site.views import (
    account,
    api_docs,
    api_root,
    front,
    letters,
    registering,
    second_factor,
    signing_in,
    welcome,
)

urlpatterns = [
    path("", welcome.welcome),
    path("favicon.ico", welcome.icon),
    path("login/", signing_in.sign_in),
    path("login/second-factor/", signing_in.second_factor),
    path("login/passkey/", signing_in.passkey),
    path("logout/", signing_in.sign_out),
    path("register/", registering.register),
    path("account/", account.overview),
    path("admin/", front.front),
    path("api/docs/", api_docs.api_docs),
    path("api/v1/", api_root.api_root),
    path("account/password/", account.change_password),
    path("account/notifications/", account.notifications),
    path("account/forgot-password/", letters.forgot_password),
    path("account/reset-password/", letters.reset_password),
    path("account/verify-email/", letters.verify_email),
    path("account/verify-email/again/", letters.another_letter),
    path("account/second-factor/", second_factor.overview),
    path("account/second-factor/codes/", second_factor.begin_codes),
    path("account/second-factor/codes/confirm/", second_factor.confirm_codes),
    path("account/second-factor/codes/off/", second_factor.turn_off_codes),
    path("account/second-factor/passkeys/", second_factor.add_passkey),
    path("account/second-factor/passkeys/remove/", second_factor.remove_passkey),
    path("account/second-factor/recovery-codes/", second_factor.renew_recovery_codes),
]
