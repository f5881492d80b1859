"""The workers of file_svc."""

from common.events.celery import service_app

app = service_app("file_svc")
