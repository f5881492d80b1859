"""What can go wrong with either side of a request."""

from __future__ import annotations


class ClientGone(Exception):
    """Whoever asked has closed the connection: nobody is left to answer."""


class UpstreamError(Exception):
    """An instance of a service did not do its part."""


class UpstreamUnreachable(UpstreamError):
    """No connection could be made: the instance has seen nothing of the request."""


class UpstreamClosed(UpstreamError):
    """The connection ended before the answer did."""


class UpstreamReset(UpstreamClosed):
    """The connection broke."""


class UpstreamTimedOut(UpstreamError):
    """Nothing came for too long."""


class UpstreamGarbled(UpstreamError):
    """What came is not HTTP, or can be read in two ways."""
