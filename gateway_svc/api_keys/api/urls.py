"""The paths of keys."""

from django.urls import path

from gateway_svc.api_keys.api import views

urlpatterns = [
    path("", views.ApiKeyList.as_view()),
    path("<uuid:key_id>/", views.OneApiKey.as_view()),
]
