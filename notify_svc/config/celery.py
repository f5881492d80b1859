"""The workers of notify_svc."""

from common.events.celery import service_app

app = service_app("notify_svc")
