"""The app that remembers the answers to keyed requests."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """Keys and the answers given to them."""

    name = "common.api.idempotency"
    label = "idempotency"
