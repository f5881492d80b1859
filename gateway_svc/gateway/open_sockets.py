"""Which WebSockets are open, by whose they are: none outlasts what it was opened with."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Container, Iterator, Set
from contextlib import contextmanager

from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.upstreams.socket import UpstreamSocket
from gateway_svc.gateway.websocket import WebSocket

SIGNED_OUT, EXPIRED, BLOCKED = (4401, "signed out"), (4401, "the key has expired"), (4403, "blocked")


class OpenSockets:
    """Of this process; each is found by its session, or API key, and by its account.

    Of one that was opened with a ticket the service says whose it is, and both count: whoever came, and whoever it is.
    """

    def __init__(self, ended: Container[str]) -> None:
        self._ended = ended
        self._blocked: Set[str] = frozenset()
        self._found: defaultdict[str, set[WebSocket]] = defaultdict(set)

    @contextmanager
    def noted(self, socket: UpstreamSocket, principal: Principal) -> Iterator[None]:
        """For as long as it is open."""
        ids = _ids(socket, principal)
        for each in ids:
            self._found[each].add(socket)
        self._end_if_over(socket, ids)
        expiry = _expiry(socket, principal)
        try:
            yield
        finally:
            if expiry:
                expiry.cancel()
            for each in ids:
                self._found[each].discard(socket)
                if not self._found[each]:
                    del self._found[each]

    def end_signed_out(self, session_ids: Set[str]) -> None:
        """These sign-ins are over."""
        self._end(session_ids, *SIGNED_OUT)

    def end_blocked(self, ids: Set[str]) -> None:
        """These are let in nowhere."""
        self._blocked = ids
        self._end(ids, *BLOCKED)

    def _end_if_over(self, socket: WebSocket, ids: Set[str]) -> None:
        """What was asked of whoever came may have changed while it was being opened, or since they got their ticket."""
        if any(each in self._ended for each in ids):
            socket.close(*SIGNED_OUT)
        elif not self._blocked.isdisjoint(ids):
            socket.close(*BLOCKED)

    def _end(self, ids: Set[str], code: int, reason: str) -> None:
        for each in self._found.keys() & ids:
            for socket in self._found[each]:
                socket.close(code, reason)


def _expiry(socket: WebSocket, principal: Principal) -> asyncio.TimerHandle | None:
    """Of an API key. An access token is renewed behind an open socket: that lasts as long as the sign-in."""
    if principal.scopes is None:
        return None
    seconds_left = principal.expires_at - time.time()
    return asyncio.get_running_loop().call_later(seconds_left, socket.close, *EXPIRED)


def _ids(socket: UpstreamSocket, principal: Principal) -> frozenset[str]:
    said = (socket.holder.user_id, socket.holder.session_id) if socket.holder else ()
    return frozenset((principal.user_id, principal.session_id, *said)) - {""}
