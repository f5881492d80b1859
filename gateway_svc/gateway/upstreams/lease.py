"""One try: a connection to one instance of a service, for one request and its answer."""

from __future__ import annotations

from collections.abc import Callable

from gateway_svc.gateway.upstreams.connection import Connection
from gateway_svc.gateway.upstreams.instance import Instance

UNWELL = frozenset({502, 503, 504})
"""With these a service says that it, or what it needs, is not there: gateways' failures, not answers to the request."""


class Lease:
    """Whoever has it gives it back, saying how it went."""

    __slots__ = ("_end", "_is_over", "began_at", "connection", "instance")

    def __init__(
        self,
        instance: Instance,
        connection: Connection,
        began_at: float,
        end: Callable[[Lease, bool | None, bool], None],
    ) -> None:
        self.instance = instance
        self.connection = connection
        self.began_at = began_at
        self._is_over = False
        self._end = end

    def answered(self, now: float) -> None:
        """The answer begins."""
        self.instance.note_answer(now, took=now - self.began_at)

    def end(self, *, is_good: bool | None, is_clean: bool = False) -> None:
        """The first time counts. ``is_good``: the service did its part; None when that cannot be said. ``is_clean``:
        the answer was read to its end, so that the connection can be used again.
        """
        if not self._is_over:
            self._is_over = True
            self._end(self, is_good, is_clean)
