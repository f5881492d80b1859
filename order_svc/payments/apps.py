"""The app of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments and the providers that take them."""

    name = "order_svc.payments"
