"""The workers of order_svc."""

from common.events.celery import service_app

app = service_app("order_svc")
