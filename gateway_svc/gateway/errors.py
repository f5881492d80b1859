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
