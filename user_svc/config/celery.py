"""The workers of user_svc."""

from common.events.celery import service_app

app = service_app("user_svc")
