"""The paths of accounts."""

from django.urls import path

from user_svc.accounts.api import views

urlpatterns = [
    path("auth/register/", views.Registration.as_view()),
    path("auth/token/", views.SignIn.as_view()),
    path("auth/token/refresh/", views.TokenRefresh.as_view()),
    path("auth/logout/", views.SignOut.as_view()),
    path("auth/password/change/", views.PasswordChange.as_view()),
    path("auth/password/reset/", views.PasswordReset.as_view()),
    path("auth/password/reset/confirm/", views.PasswordResetConfirmation.as_view()),
    path("auth/email/verify/", views.EmailVerification.as_view()),
    path("auth/email/verify/request/", views.EmailVerificationRequest.as_view()),
    path("users/me/", views.Me.as_view()),
]
