"""The app of the people who are told."""

from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    """Whom to write to, and by which name."""

    name = "notify_svc.recipients"
