"""What an address can be refused for."""

from common.errors import DomainError, InvalidInput, NotFound


class AddressNotFound(NotFound):
    """There is no such address, or it is not yours."""


class AddressNotAcceptable(InvalidInput):
    """No letter would arrive at this address."""


class TooManyAddresses(DomainError):
    """You keep as many addresses as there may be; remove one first."""

    code = "too_many_addresses"
