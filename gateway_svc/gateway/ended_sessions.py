"""The sign-ins that are over although their access tokens have not expired: known here within moments."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Set

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 300.0

Read = Callable[[], set[str]]
Follower = Callable[[Set[str]], None]


class EndedSessions:
    """A set in memory. The database is the truth; Redis says what was added since it was read.

    Whenever Redis was out of reach the database is read again, twice a second until Redis is back.
    """

    def __init__(self, *, read: Read) -> None:
        self._read = read
        self._ids: set[str] = set()
        self._heard_while_reading: set[str] = set()
        self._reading = asyncio.Lock()
        self.followers: list[Follower] = []
        """They are told which are over, some of them again and again."""

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._ids

    async def begin(self) -> None:
        """Read the database after the listening began, so that nothing falls between the two."""
        await self.load()

    def hear(self, session_id: str) -> None:
        """One more is over."""
        self._ids.add(session_id)
        self._heard_while_reading.add(session_id)
        self._tell({session_id})

    async def lose(self) -> None:
        """Without Redis the database says it."""
        await self.load()

    async def keep_fresh(self) -> None:
        """Now and then forget those that have expired by themselves, until cancelled."""
        while True:
            await asyncio.sleep(RELOAD_SECONDS)
            await self.load()

    async def load(self) -> None:
        """Read the database. What is no longer in it has expired by itself and is forgotten here too."""
        async with self._reading:
            self._heard_while_reading = set()
            try:
                self._ids = await asyncio.to_thread(self._read) | self._heard_while_reading
            except Exception as error:  # the set we have is better than none
                logger.warning("ended sessions: the database is out of reach: %r", error)
        self._tell(self._ids)

    def _tell(self, session_ids: Set[str]) -> None:
        for follower in self.followers:
            follower(session_ids)
