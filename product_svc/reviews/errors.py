"""What can be refused about reviews."""

from common.errors import DomainError


class NotBought(DomainError):
    """Only those who bought a product can review it, and no confirmed order of yours has it."""

    code = "not_bought"
    status = 403


class OwnProduct(DomainError):
    """Nobody reviews what they sell themselves."""

    code = "own_product"
    status = 403


class AlreadyReviewed(DomainError):
    """You have reviewed this product already; change that review instead."""

    code = "already_reviewed"
    status = 409
