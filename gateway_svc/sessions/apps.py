"""The Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SessionsConfig(AppConfig):
    """Registers the handlers once all apps are there."""

    name = "gateway_svc.sessions"
    label = "gateway_sessions"
    verbose_name = "Sessions"

    def ready(self) -> None:
        autodiscover_modules("handlers")
