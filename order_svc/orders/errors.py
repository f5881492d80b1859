"""What an order can be refused for."""

from common.errors import DomainError, InvalidInput


class UnavailableItems(InvalidInput):
    """Some of the items cannot be bought."""

    code = "unavailable_items"


class TooMuch(InvalidInput):
    """The order is larger than can be taken."""

    code = "order_too_large"


class TotalChanged(DomainError):
    """The total is not the one that was expected."""

    code = "total_changed"
    status = 409


class ImpossibleTransition(DomainError):
    """The order can no longer become that."""

    code = "impossible_transition"
    status = 409


class NotCancellable(DomainError):
    """The order can no longer be cancelled."""

    code = "order_not_cancellable"
    status = 409


class NotShippable(DomainError):
    """There is nothing to send of this order now."""

    code = "order_not_shippable"
    status = 409


class NotDeliverable(DomainError):
    """The order is not on its way."""

    code = "order_not_deliverable"
    status = 409
