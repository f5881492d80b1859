"""Who is connected: not too many in all, nor from one address; and who is turned away without a word."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

from common import open_files
from gateway_svc.gateway import measures
from gateway_svc.gateway.admittance import ADMITTANCE, Admittance
from gateway_svc.gateway.limits.policies import network_of

if TYPE_CHECKING:
    from gateway_svc.gateway.server.http import ClientConnection

logger = logging.getLogger(__name__)

# Of any kind, with or without a request under way. An idle WebSocket takes some 20 KiB.
MOST_CONNECTIONS = 20_000
# Of the files that a process may have open: for all that is no connection to a client, or to a service for one.
OTHER_FILES = 256
_FEWEST_CONNECTIONS = 64
# Of all places; beyond it one address gets none, however many it may have.
_LARGEST_SHARE = 0.5
# Whoever is told why keeps a file for a moment, out of the others; the rest is hung up on.
TOLD_A_SECOND = 50
_QUIET_SECONDS = 60.0

ALL, ADDRESS = "all", "address"
"""Of whom there are too many, when somebody is turned away."""
_TOO_MANY = "%d connections are open, and no more are let in (%d turned away)"
_TOO_MANY_OF_ONE = (
    "%s has %d connections open, and no more are let in (%d turned away); if it is a proxy of yours, name it in"
    " OPENCOMMERCE_TRUSTED_PROXIES"
)


def most_connections() -> int:
    """So many that each can have another one, to a service, before the system refuses more files to this process."""
    return min(MOST_CONNECTIONS, max(_FEWEST_CONNECTIONS, (open_files.most() - OTHER_FILES) // 2))


class Crowd:
    """At one server: whoever comes enters, is turned away or not, and leaves."""

    def __init__(self, admittance: Admittance) -> None:
        self.idle: dict[ClientConnection, None] = {}
        """Those kept for later, the longest first."""
        self.size = 0
        self._admittance = admittance
        self._by_network: Counter[bytes] = Counter()
        self._told: list[float] = []
        self._unsaid = 0
        self._said_at = float("-inf")

    def enter(self, address: str) -> bytes:
        """One more. Returns whose they are, for the rest of this; empty where they are not counted."""
        self.size += 1
        measures.CONNECTIONS.set(self.size)
        if not address or not self._admittance.an_address or self._admittance.is_exempt(address):
            return b""
        network = network_of(address)
        self._by_network[network] += 1
        return network

    def leave(self, network: bytes) -> None:
        """One less."""
        self.size -= 1
        measures.CONNECTIONS.set(self.size)
        if network:
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]

    def is_full(self) -> bool:
        """More have come than there are places."""
        return self.size > most_connections()

    def has_too_many(self, network: bytes) -> bool:
        """More have come from there than may."""
        return bool(network) and self._by_network[network] > self._most_of_one()

    def turns_away(self, network: bytes, reason: str, now: float) -> bool:
        """Count it, and log it now and then. Returns whether there is room to tell why."""
        measures.CONNECTIONS_REFUSED.labels(reason).inc()
        self._log(network, reason, now)
        self._told = [each for each in self._told if now - each < 1]
        if len(self._told) >= TOLD_A_SECOND:
            return False
        self._told.append(now)
        return True

    def _most_of_one(self) -> int:
        return min(self._admittance.an_address, max(1, int(_LARGEST_SHARE * most_connections())))

    def _log(self, network: bytes, reason: str, now: float) -> None:
        """A flood is a line a minute."""
        self._unsaid += 1
        if now - self._said_at < _QUIET_SECONDS:
            return
        if reason == ADDRESS:
            logger.warning(_TOO_MANY_OF_ONE, network.decode(), self._most_of_one(), self._unsaid)
        else:
            logger.warning(_TOO_MANY, most_connections(), self._unsaid)
        self._unsaid, self._said_at = 0, now


_crowds: WeakKeyDictionary[ServerState, Crowd] = WeakKeyDictionary()


def crowd_at(server: ServerState, state: Mapping[str, Any]) -> Crowd:
    """Of this server, whose application left this state. One that says nothing bounds nobody by address."""
    crowd = _crowds.get(server)
    if crowd is None:
        crowd = _crowds[server] = Crowd(state.get(ADMITTANCE) or Admittance(an_address=0))
    return crowd
