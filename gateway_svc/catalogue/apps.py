"""The Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CatalogueConfig(AppConfig):
    """Registers the handlers once all apps are there."""

    name = "gateway_svc.catalogue"
    label = "gateway_catalogue"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        autodiscover_modules("handlers")
