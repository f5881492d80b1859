"""The app of recipients."""

from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    """Whom to write to, and by which name."""

    name = "notify_svc.recipients"
