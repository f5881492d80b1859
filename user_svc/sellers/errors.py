"""What sellers can be refused for."""

from common.errors import DomainError, NotFound


class SellerNotFound(NotFound):
    """There is no such seller."""


class AccountIsDisabled(DomainError):
    """The seller's account is disabled, so their shop stays closed."""

    code = "account_disabled"
