"""The app of what can be bought."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Offers, kept from product facts."""

    name = "order_svc.offers"
