"""The app that every service tells and hears facts with."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from common.observability import tracing


class EventsConfig(AppConfig):
    """Outbox, inbox, and the registry of what this service reacts to."""

    name = "common.events"
    label = "events"
    verbose_name = "Facts"

    def ready(self) -> None:
        autodiscover_modules("handlers")
        if tracing.IS_ON:
            from common.observability import database_spans

            database_spans.install()
