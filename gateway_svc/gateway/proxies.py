"""The proxies before the gateway whose word counts, and who is behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_MOST_HOPS = 32


def read_network(text: str) -> Network:
    """One network. Raises ValueError."""
    return ip_network(text)


def networks(text: str) -> list[Network]:
    """Those that a setting lists. Raises ImproperlyConfigured."""
    try:
        return [read_network(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"OPENCOMMERCE_TRUSTED_PROXIES takes networks such as 10.0.0.0/8: {error}") from None


class Networks:
    """Some networks (CIDR), asked for addresses as text: those of the same few clients again and again.

    A look costs as many steps as there are lengths of prefixes, however many networks there are.
    """

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._by_prefix: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for network in networks:
            shift = network.max_prefixlen - network.prefixlen
            self._by_prefix[network.version, shift].add(int(network.network_address) >> shift)
        self._found = lru_cache(maxsize=4096)(self._find)

    def __bool__(self) -> bool:
        return bool(self._by_prefix)

    def __contains__(self, address: str) -> bool:
        return self._found(address)

    def _find(self, text: str) -> bool:
        address = _address(text)
        if address is None:
            return False
        number, version = int(address), address.version
        return any(number >> shift in numbers for (of, shift), numbers in self._by_prefix.items() if of == version)


class TrustedProxies:
    """Those in these networks are believed whom they speak for; of all others the address itself counts."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = Networks(networks)

    def trusts(self, peer: str) -> bool:
        """Whether it is one of them."""
        return peer in self._networks

    def client_of(self, peer: str, said: Sequence[bytes]) -> str:
        """The client's address, given who is connected and the values of X-Forwarded-For.

        Each proxy adds on the right whom it heard, so from there on we believe the ones that we trust, and stop at the
        first that we do not: what stands further left anybody may have written.
        """
        if not said or not self.trusts(peer):
            return peer
        heard = peer
        for part in reversed(b",".join(said).split(b",")[-_MOST_HOPS:]):
            address = _address(part.decode("latin-1"))
            if address is None:
                break
            heard = str(address)
            if not self.trusts(heard):
                break
        return heard


def _address(text: str) -> Address | None:
    """An address as proxies write it: perhaps with a port, an IPv6 one then in brackets."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
