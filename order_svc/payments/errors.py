"""What a payment, and a notice of one, can be refused for."""

from common.errors import DomainError, InvalidInput


class UnknownProvider(InvalidInput):
    """There is no such payment provider here."""

    code = "unknown_payment_provider"


class BadSignature(DomainError):
    """The notice does not bear a valid signature."""

    code = "bad_signature"
    status = 400
