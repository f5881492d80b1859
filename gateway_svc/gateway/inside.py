"""Who may see the gateway's metrics through the public door."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from gateway_svc.gateway.asgi import Scope

# What proxies say of those whom they speak for.
_SAID_BY_PROXIES = frozenset({b"forwarded", b"via", b"x-real-ip"})
_SAID_BY_PROXIES_PREFIX = b"x-forwarded-"


class Inside:
    """Only those on this very machine, and only while nobody else can come: while the shop's public origin is a
    loopback address, as on a developer's machine.

    Once the origin is public, a proxy before us may well sit on this machine, and say nothing of whom it speaks for;
    then the public door shows nothing to anybody, and ``OPENCOMMERCE_INSIDE_ADDRESS`` opens one inside.
    """

    def __init__(self, public_url: str) -> None:
        self._is_local = _is_loopback(urlsplit(public_url).hostname)

    def sees(self, scope: Scope) -> bool:
        """Whether this request comes from inside."""
        client = scope.get("client") or ("",)
        return self._is_local and _is_loopback(client[0]) and not _is_proxied(scope) and _is_loopback(_host(scope))


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_proxied(scope: Scope) -> bool:
    return any(name in _SAID_BY_PROXIES or name.startswith(_SAID_BY_PROXIES_PREFIX) for name, _ in scope["headers"])


def _host(scope: Scope) -> str | None:
    """A page of another site whose name was made to lead here still says that name."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    try:
        return urlsplit(f"//{hosts[0].decode('latin-1')}").hostname if len(hosts) == 1 else None
    except ValueError:
        return None
