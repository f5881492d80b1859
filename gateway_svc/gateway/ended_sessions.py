"""The sign-ins that are over although their access tokens have not expired: known here within moments."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 300.0
RETRY_SECONDS = 0.5
_SOCKET_SECONDS = 2.0

Read = Callable[[], set[str]]


class EndedSessions:
    """A set in memory. The database is the truth; Redis says what was added since it was read.

    Whenever Redis was out of reach the database is read again, twice a second until Redis is back.
    """

    def __init__(self, *, read: Read, redis_url: str, channel: str) -> None:
        self._read = read
        self._channel = channel
        self._redis = Redis.from_url(
            redis_url,
            decode_responses=True,
            socket_timeout=_SOCKET_SECONDS,
            socket_connect_timeout=_SOCKET_SECONDS,
            health_check_interval=1,
        )
        self._ids: set[str] = set()
        self.is_fed = False
        """Redis is being listened to."""

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._ids

    async def follow(self) -> None:
        """Keep the set true until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                if self.is_fed:
                    logger.warning("ended sessions: Redis is out of reach: %r", error)
                self.is_fed = False
                await self.load()
                await asyncio.sleep(RETRY_SECONDS)

    async def redis_answers(self) -> bool:
        """Redis takes a question. Raises RedisError otherwise."""
        return bool(await self._redis.ping())

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    async def _listen(self) -> None:
        """Read the database after the subscription began, so that nothing falls between the two."""
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(self._channel)
            await pubsub.get_message(ignore_subscribe_messages=False, timeout=_SOCKET_SECONDS)
            await self.load()
            self.is_fed = True
            reload_at = asyncio.get_running_loop().time() + RELOAD_SECONDS
            while asyncio.get_running_loop().time() < reload_at:
                message = await pubsub.get_message(timeout=1.0)
                if message:
                    self._ids.add(message["data"])

    async def load(self) -> None:
        """Read the database. What is no longer in it has expired by itself and is forgotten here too."""
        try:
            self._ids = await asyncio.to_thread(self._read)
        except Exception as error:  # the set we have is better than none
            logger.warning("ended sessions: the database is out of reach: %r", error)
