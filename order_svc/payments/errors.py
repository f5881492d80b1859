"""What a payment, and a notice of one, can be refused for."""

from common.errors import DomainError, InvalidInput


class UnknownProvider(InvalidInput):
    """There is no such payment provider here."""

    code = "unknown_payment_provider"


class BadSignature(DomainError):
    """The notice does not bear a valid signature."""

    code = "bad_signature"
    status = 400


class ProviderSilent(DomainError):
    """The payment provider gives no answer. Nothing is lost, and it is asked again by itself; or try once more."""

    code = "payment_provider_silent"
    status = 503


class NothingDue(DomainError):
    """No money is to go back here: it went already, or never had to."""

    code = "nothing_due"
    status = 409
