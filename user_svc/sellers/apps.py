"""The app of sellers."""

from django.apps import AppConfig


class SellersConfig(AppConfig):
    """Those who sell here."""

    name = "user_svc.sellers"
