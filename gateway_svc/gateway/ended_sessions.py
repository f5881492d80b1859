"""Revoked sessions: those that ended before their access tokens expire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Set

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 300.0

Read = Callable[[], set[str]]
Follower = Callable[[Set[str]], None]


class EndedSessions:
    """A set of session ids in memory: read from the database, and kept up to date by messages through Redis.

    While Redis is out of reach the database is read twice a second, and once more when it is back.
    """

    def __init__(self, *, read: Read) -> None:
        self._read = read
        self._ids: set[str] = set()
        self._heard_while_reading: set[str] = set()
        self._reading = asyncio.Lock()
        self.followers: list[Follower] = []
        """Called with ids of ended sessions, with some of them repeatedly."""

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._ids

    async def begin(self) -> None:
        """Read the database once messages are heard, so that none falls between the two."""
        await self.load()

    def hear(self, session_id: str) -> None:
        """One more session has ended."""
        self._ids.add(session_id)
        self._heard_while_reading.add(session_id)
        self._tell({session_id})

    async def lose(self) -> None:
        """Without Redis, read the database."""
        await self.load()

    async def keep_fresh(self) -> None:
        """Reload every RELOAD_SECONDS, until cancelled, to forget sessions whose tokens have expired anyway."""
        while True:
            await asyncio.sleep(RELOAD_SECONDS)
            await self.load()

    async def load(self) -> None:
        """Replace the set by what the database holds now."""
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
