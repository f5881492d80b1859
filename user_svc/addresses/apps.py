"""The app of addresses."""

from django.apps import AppConfig


class AddressesConfig(AppConfig):
    """Where people have things sent."""

    name = "user_svc.addresses"
