"""The app of notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Feeds, their notifications, and the letters that carry them."""

    name = "notify_svc.notifications"
