"""The workers of gateway_svc."""

from common.events.celery import service_app

app = service_app("gateway_svc")
