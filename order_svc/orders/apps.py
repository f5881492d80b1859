"""The app of orders."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders and what settles them."""

    name = "order_svc.orders"
