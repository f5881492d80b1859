"""What a payment can be refused for."""

from common.errors import InvalidInput


class UnknownProvider(InvalidInput):
    """There is no such payment provider here."""

    code = "unknown_payment_provider"
