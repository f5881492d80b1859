"""The Django app."""

from django.apps import AppConfig


class BrowsersConfig(AppConfig):
    """Sign-ins of browsers."""

    name = "gateway_svc.browsers"
