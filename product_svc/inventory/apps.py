"""The app of stock."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Stock, its movements and its reservations."""

    name = "product_svc.inventory"
