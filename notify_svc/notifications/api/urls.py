"""Paths below ``/api/v1/notifications/``."""

from django.urls import path

from notify_svc.notifications.api import views

urlpatterns = [
    path("", views.NotificationList.as_view()),
    path("read-all/", views.AllRead.as_view()),
    path("preferences/", views.Preferences.as_view()),
    path("ticket/", views.SocketTicket.as_view()),
    path("<uuid:notification_id>/read/", views.NotificationRead.as_view()),
]
