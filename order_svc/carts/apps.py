"""The app of carts."""

from django.apps import AppConfig


class CartsConfig(AppConfig):
    """Carts of customers and of guests."""

    name = "order_svc.carts"
