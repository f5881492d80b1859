"""The Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApiKeysConfig(AppConfig):
    """Registers the handlers once all apps are there."""

    name = "gateway_svc.api_keys"
    verbose_name = "API keys"

    def ready(self) -> None:
        autodiscover_modules("handlers")
