"""What can be refused about stock."""

from common.errors import DomainError


class InsufficientStock(DomainError):
    """There would be less than what is put aside for orders."""

    code = "insufficient_stock"
    status = 409


class NothingReserved(Exception):
    """An order is said to be confirmed that has nothing put aside: its earlier facts are still on their way."""
