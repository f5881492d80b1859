"""Where the instances of a service are: at the URLs that were given, and wherever the names in them lead now."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Address:
    """Of one instance."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_name(self) -> bool:
        """It may lead to several, and to others tomorrow. This very machine stays what it is."""
        try:
            ip_address(self.host)
        except ValueError:
            return self.host != "localhost"
        return False


Resolve = Callable[[Address], Awaitable[list[Address]]]
"""All addresses of a name. Raises OSError."""


async def resolve(name: Address) -> list[Address]:
    """As the system finds them. A machine with addresses of both kinds is taken for one: by its IPv4 addresses."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name.host, name.port, type=socket.SOCK_STREAM)
    families = {family for family, *_ in found}
    family = socket.AF_INET if socket.AF_INET in families else socket.AF_INET6
    return [Address(str(each[4][0]), name.port) for each in found if each[0] == family]


class Addresses:
    """Of one service. Where the resolver fails, what it said last holds."""

    def __init__(self, urls: Iterable[str], resolve: Resolve = resolve) -> None:
        given = [_address_in(url) for url in urls]
        self._resolve = resolve
        self._known = {each: [] if each.is_name else [each] for each in given}

    @property
    def known(self) -> list[Address]:
        """As far as was found out, each once."""
        return list(dict.fromkeys(address for found in self._known.values() for address in found))

    @property
    def names(self) -> list[Address]:
        """Those that have to be looked up."""
        return [each for each in self._known if each.is_name]

    async def look_up(self) -> list[Address]:
        """Ask for all names again."""
        await asyncio.gather(*map(self._look_up, self.names))
        return self.known

    async def _look_up(self, name: Address) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self._resolve(name)
        except (OSError, TimeoutError) as error:
            logger.warning("no address of %s: %r", name.host, error)
        else:
            self._known[name] = sorted(found, key=str) or self._known[name]


def _address_in(url: str) -> Address:
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, 80 if parts.port is None else parts.port
    except ValueError:
        host, port = None, 0
    if not (host and port) or parts.scheme != "http" or parts.path.strip("/"):
        raise ImproperlyConfigured(f"{url!r} is not the http:// URL of an instance.")
    return Address(host, port)
