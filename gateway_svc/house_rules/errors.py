"""What setting a rule can be refused for."""

from common.errors import DomainError, NotFound


class UnknownRule(NotFound):
    """There is no such limit or route."""


class BlockNotFound(NotFound):
    """There is no such block."""


class LocksOneselfOut(DomainError):
    """That is yourself: you would not get in to lift it again."""

    code = "locks_oneself_out"


class TooManyBlocks(DomainError):
    """There are as many blocks as the gateway holds; lift some, or block the network that they are in."""

    code = "too_many_blocks"
