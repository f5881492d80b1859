"""What can go wrong with either side of a request."""

from __future__ import annotations

from typing import ClassVar


class ClientGone(Exception):
    """Whoever asked has closed the connection: nobody is left to answer."""


class UpstreamError(Exception):
    """An instance of a service did not do its part."""

    reason: ClassVar[str] = "failed"
    """What it did instead, in one word."""


class UpstreamUnreachable(UpstreamError):
    """No connection could be made: the instance has seen nothing of the request."""

    reason = "unreachable"


class UpstreamClosed(UpstreamError):
    """The connection ended before the answer did."""

    reason = "closed"


class UpstreamReset(UpstreamClosed):
    """The connection broke."""

    reason = "reset"


class UpstreamTimedOut(UpstreamError):
    """Nothing came for too long."""

    reason = "timed_out"


class UpstreamGarbled(UpstreamError):
    """What came is not HTTP, or can be read in two ways."""

    reason = "garbled"


class UpstreamUnwell(UpstreamError):
    """It answered that it cannot answer: 502, 503 or 504."""

    reason = "unwell"


class UpstreamSpared(UpstreamError):
    """It was not even asked: what it has to do is too much for it already."""

    def __init__(self, retry_after_seconds: float) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"not asked, for {retry_after_seconds:.1f} s")


class CircuitOpen(UpstreamSpared):
    """Too many of its last answers were none."""

    reason = "circuit_open"


class Overloaded(UpstreamSpared):
    """As many requests as it may have are under way."""

    reason = "overloaded"


class Stuck(Overloaded):
    """The same, for as long as anybody waits for a place."""
