"""Correlation of a request on its way through all services: a request id and a W3C trace context.

Both travel in HTTP headers and in every fact's envelope, and stand in every log line.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

import msgspec

# https://www.w3.org/TR/trace-context/#traceparent-header: version 00, no all-zero ids. Of the flags only the last bit
# is ours to know ("sampled"); level 2 has a second one.
TRACEPARENT = re.compile(r"^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])$")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class Correlation(msgspec.Struct, frozen=True):
    """The ids of one piece of work."""

    request_id: str
    traceparent: str
    span: Any = None
    """OpenTelemetry's span of it, where traces are on (common/observability/tracing.py)."""

    @classmethod
    def start(cls, request_id: str = "", traceparent: str = "") -> Self:
        """Continue the caller's ids if they are well formed; otherwise make new ones."""
        if not request_id and not traceparent:
            digits = _hex(40)
            return cls(digits[:32], f"00-{digits[32:64]}-{digits[64:]}-01")
        return cls(good_request_id(request_id), child_of(traceparent))

    @property
    def trace_id(self) -> str:
        """The trace this belongs to: 32 hex digits."""
        return self.traceparent[3:35]


def good_request_id(request_id: str) -> str:
    """What the caller calls the request, where that is well formed, else a new name."""
    return request_id if _REQUEST_ID.match(request_id) else _hex(16)


def child_of(traceparent: str) -> str:
    """A span of our own in the caller's trace, or in a new one."""
    match = TRACEPARENT.match(traceparent)
    if not match:
        return f"00-{_hex(16)}-{_hex(8)}-01"
    return f"00-{match[1]}-{_hex(8)}-0{int(match[3], 16) & 1}"


def _hex(size: int) -> str:
    """Hex digits of so many random bytes. Not from the kernel: these are no secrets, and the system call releases the
    GIL, which took a fifth of the gateway's time under load.
    """
    return random.randbytes(size).hex()  # noqa: S311 - names


_current: ContextVar[Correlation | None] = ContextVar("correlation", default=None)


def current() -> Correlation:
    """The ids of the current work; work without a request (such as a timer's) gets new ones."""
    correlation = _current.get()
    if correlation is None:
        correlation = Correlation.start()
        _current.set(correlation)
    return correlation


@contextmanager
def correlated(request_id: str = "", traceparent: str = "") -> Iterator[Correlation]:
    """Do some work under a caller's ids."""
    correlation = Correlation.start(request_id, traceparent)
    token = enter(correlation)
    try:
        yield correlation
    finally:
        leave(token)


enter = _current.set
"""Make these the current ids. What this returns is for ``leave``."""
leave = _current.reset
"""Restore the ids from before."""


def is_under_way() -> bool:
    """Whether the current work has ids already."""
    return _current.get() is not None
