"""One process of a service, by its address, and the connections to it."""

from __future__ import annotations

import asyncio
from collections import deque
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.errors import UpstreamUnreachable
from gateway_svc.gateway.upstreams.connection import Connection

CONNECT_SECONDS = 1.0
# Shorter than the 30 s after which our servers close a connection that nobody uses.
IDLE_SECONDS = 20.0
MOST_IDLE = 64


class Instance:
    """Connections are kept after use, and the last one used is used first."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.strip())
        if parts.scheme != "http" or not parts.hostname:
            raise ImproperlyConfigured(f"{url!r} is not the http:// URL of an instance.")
        self.host = parts.hostname
        self.port = parts.port or 80
        self.address = f"{self.host}:{self.port}"
        self._idle: deque[Connection] = deque()

    async def connect(self, *, anew: bool = False) -> Connection:
        """A connection for one request. Raises UpstreamUnreachable."""
        loop = asyncio.get_running_loop()
        while self._idle and not anew:
            connection = self._idle.pop()
            if connection.is_open and loop.time() - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.close()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await loop.create_connection(Connection, self.host, self.port)
        except (OSError, TimeoutError) as error:
            raise UpstreamUnreachable(f"{self.address}: {error!r}") from error
        return connection

    def take_back(self, connection: Connection, *, is_clean: bool) -> None:
        """Keep it for the next request if this one was answered to the end."""
        if is_clean and connection.is_open and len(self._idle) < MOST_IDLE:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close what nobody uses at the moment."""
        while self._idle:
            self._idle.pop().close()
