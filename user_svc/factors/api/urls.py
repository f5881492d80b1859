"""The paths of second factors."""

from django.urls import path

from user_svc.factors.api import views

urlpatterns = [
    path("auth/token/second-factor/", views.SecondFactor.as_view()),
    path("auth/token/second-factor/options/", views.SecondFactorOptions.as_view()),
    path("auth/token/passkey/", views.PasskeySignIn.as_view()),
    path("auth/token/passkey/options/", views.PasskeySignInOptions.as_view()),
    path("users/me/factors/", views.Factors.as_view()),
    path("users/me/factors/recovery-codes/", views.RecoveryCodes.as_view()),
    path("users/me/factors/totp/", views.Totp.as_view()),
    path("users/me/factors/totp/confirm/", views.TotpConfirmation.as_view()),
    path("users/me/factors/passkeys/", views.PasskeyList.as_view()),
    path("users/me/factors/passkeys/options/", views.PasskeyOptions.as_view()),
    path("users/me/factors/passkeys/<uuid:passkey_id>/", views.OnePasskey.as_view()),
]
