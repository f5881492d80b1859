"""Which WebSockets are open, by whose they are: none outlasts what it was opened with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Set
from contextlib import contextmanager

from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.websocket import WebSocket

SIGNED_OUT, BLOCKED = (4401, "signed out"), (4403, "blocked")


class OpenSockets:
    """Of this process; each is found by its session, or API key, and by its account."""

    def __init__(self, ended: Container[str]) -> None:
        self._ended = ended
        self._found: defaultdict[str, set[WebSocket]] = defaultdict(set)

    @contextmanager
    def noted(self, socket: WebSocket, principal: Principal) -> Iterator[None]:
        """For as long as it is open."""
        ids = [each for each in (principal.session_id, principal.user_id) if each]
        for each in ids:
            self._found[each].add(socket)
        if principal.session_id in self._ended:  # while it was being opened
            socket.close(*SIGNED_OUT)
        try:
            yield
        finally:
            for each in ids:
                self._found[each].discard(socket)
                if not self._found[each]:
                    del self._found[each]

    def end_signed_out(self, session_ids: Set[str]) -> None:
        """These sign-ins are over."""
        self._end(session_ids, *SIGNED_OUT)

    def end_blocked(self, ids: Set[str]) -> None:
        """These are let in nowhere."""
        self._end(ids, *BLOCKED)

    def _end(self, ids: Set[str], code: int, reason: str) -> None:
        for each in self._found.keys() & ids:
            for socket in self._found[each]:
                socket.close(code, reason)
