"""Which instance of a service takes the next request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from gateway_svc.gateway import measures
from gateway_svc.gateway.errors import UpstreamUnreachable
from gateway_svc.gateway.upstreams.connection import Connection
from gateway_svc.gateway.upstreams.instance import Instance

RETRY_AFTER_SECONDS = 0.1


class Balancer:
    """The instances of one service, in turn."""

    def __init__(self, urls: Iterable[str], *, service: str = "") -> None:
        self._service = service
        self.instances = [Instance(url) for url in urls]
        self._next = 0

    def pick(self) -> Instance:
        """The one whose turn it is."""
        self._next = (self._next + 1) % len(self.instances)
        return self.instances[self._next]

    async def connect(self, *, anew: bool = False) -> tuple[Instance, Connection]:
        """A connection to one of them. Whoever cannot be reached has seen nothing, so another (or the same, a moment
        later) is tried once, whatever the request. Raises UpstreamUnreachable.
        """
        instance = self.pick()
        try:
            return instance, await instance.connect(anew=anew)
        except UpstreamUnreachable:
            if len(self.instances) == 1:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
        measures.RETRIES.labels(self._service).inc()
        instance = self.pick()
        return instance, await instance.connect(anew=anew)

    def close(self) -> None:
        """Close the connections that are kept."""
        for instance in self.instances:
            instance.close()
