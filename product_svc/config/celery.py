"""The workers of product_svc."""

from common.events.celery import service_app

app = service_app("product_svc", prepares_statements=True)
