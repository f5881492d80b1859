"""The paths of addresses."""

from django.urls import path

from user_svc.addresses.api import views

urlpatterns = [
    path("", views.AddressList.as_view()),
    path("<uuid:address_id>/", views.OneAddress.as_view()),
]
