"""Looking up credentials in the gateway's database, with a limit on guessing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gateway_svc.gateway.database import Database
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.middleware.rate_limits import refuse

T = TypeVar("T")


class LookUps:
    """A network address that sends unknown credentials is rate limited, so that it cannot fill the queue for others.

    Each look-up is counted first, and the count is given back if the credential exists: after a start many people may
    come from one network.
    """

    def __init__(self, *, at_once: int, limiter: Limiter | None) -> None:
        self.database = Database(at_once=at_once)
        self._limiter = limiter

    async def find(self, address: str, work: Callable[..., T | None], **arguments: Any) -> T | None:
        """What ``work`` finds for a caller at this address. Raises TooManyRequests, Overloaded or Unavailable."""
        if self._limiter is None:
            return await self.database.run(work, **arguments)
        refuse(self._limiter.guess(address))
        is_made_up = False
        try:
            found = await self.database.run(work, **arguments)
            is_made_up = found is None
            return found
        finally:
            if not is_made_up:
                self._limiter.forgive(address)

    def close(self) -> None:
        """Ask nobody any more."""
        self.database.close()
