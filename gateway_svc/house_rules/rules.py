"""What may be set, within which bounds, and how whoever is kept out is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from uuid import UUID

NETWORK, ACCOUNT, KEY = "network", "account", "key"
KINDS = [(NETWORK, "network"), (ACCOUNT, "account"), (KEY, "API key")]


@dataclass(frozen=True)
class Bounds:
    """Wide enough for every shop; beyond them it is a mistake."""

    least: int
    most: int


COSTS = ("body_bytes", "body_seconds", "connect_seconds", "first_byte_seconds", "idle_seconds", "total_seconds")
"""What can be set of what a route's requests may cost; the gateway's own limits have the same names."""

REQUESTS = Bounds(1, 1_000_000)
WINDOW = Bounds(1, 86_400)
BODY = Bounds(1024, 256 * 1024 * 1024)
SECONDS = Bounds(1, 600)
BACK_IN = Bounds(1, 86_400)
BACK_IN_SECONDS = 60
"""When those who come to a closed route are told to try again, unless it is said."""

MOST_BLOCKS = 10_000
"""That hold at a time: every process has all in memory."""
KEPT_AFTER_ITS_END = timedelta(days=90)
# Wider than this it is a good part of everybody.
_WIDEST = {4: 8, 6: 24}
_MAPPED = 96


def named(kind: str, value: str) -> str:
    """Who is blocked, in the one way in which it is kept. Raises ValueError, whose text is for people."""
    if kind != NETWORK:
        return str(UUID(value.strip()))
    network = _plain(ip_network(value.strip(), strict=False))
    widest = _WIDEST[network.version]
    if network.prefixlen < widest:
        raise ValueError(f"{network} is too wide: /{widest} at most.")
    return str(network)


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """As clients in it are known: by IPv4 where that is what is written in IPv6 (RFC 4291, section 2.5.5.2)."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return (
        network if mapped is None or network.prefixlen < _MAPPED else ip_network((mapped, network.prefixlen - _MAPPED))
    )


def is_within(network: str, address: str) -> bool:
    """Whether somebody at this address is in it."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found) in ip_network(network)
