"""The paths of accounts."""

from django.urls import path

from user_svc.accounts.api import views

urlpatterns = [
    path("auth/register/", views.Registration.as_view()),
    path("auth/token/", views.SignIn.as_view()),
    path("auth/token/refresh/", views.TokenRefresh.as_view()),
    path("auth/logout/", views.SignOut.as_view()),
    path("users/me/", views.Me.as_view()),
    path("sellers/<uuid:seller_id>/", views.Seller.as_view()),
]
