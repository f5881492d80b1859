"""The Django app."""

from django.apps import AppConfig


class TokenKeysConfig(AppConfig):
    """Keys for a gateway that starts while user_svc is away."""

    name = "gateway_svc.token_keys"
