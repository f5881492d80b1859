"""Redis pub/sub to all gateway processes: one connection for all listeners of a process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
SILENCE_SECONDS = 1.0
"""After so long without a message Redis is pinged."""
_MOST_UNANSWERED = 2
_SOCKET_SECONDS = 2.0


class RedisSilent(RedisError):
    """It did not answer several pings."""


class Listener(Protocol):
    """What listens on one channel."""

    async def begin(self) -> None:
        """Subscribed: from now on every message is heard. Earlier ones may have been missed."""

    def hear(self, message: str) -> None:
        """A message arrived."""

    async def lose(self) -> None:
        """Redis is out of reach, so messages are missed. Called twice a second for as long as that lasts."""


class Announcements:
    """Keeps the subscriptions until cancelled, and reconnects whenever Redis is lost."""

    def __init__(self, redis_url: str, listeners: Mapping[str, Listener]) -> None:
        self._listeners = listeners
        # No retries: a connection that the library silently replaced would have missed messages, and nobody would know.
        self._heard = _client(redis_url, retries=0)
        # One retry: a pooled connection may have died when Redis restarted.
        self._asked = _client(redis_url, retries=1)
        self._are_heard = False

    async def follow(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except Exception as error:  # whatever it is, messages are missed, and the listeners must know
                if self._are_heard:
                    logger.warning("announcements: Redis is out of reach: %r", error)
                self._are_heard = False
                for listener in self._listeners.values():
                    await listener.lose()
                await asyncio.sleep(RETRY_SECONDS)

    async def redis_answers(self) -> bool:
        """Redis answers a ping. Raises RedisError otherwise."""
        return bool(await self._asked.ping())

    async def close(self) -> None:
        """Give the connections back."""
        await self._heard.aclose()
        await self._asked.aclose()

    async def _listen(self) -> None:
        async with self._heard.pubsub() as pubsub:
            await pubsub.subscribe(*self._listeners)
            unanswered = 0
            while True:
                message = await pubsub.get_message(timeout=SILENCE_SECONDS)
                if message is not None:
                    unanswered = 0
                    await self._take(message)
                    continue
                # Silence may mean that Redis hangs.
                if unanswered == _MOST_UNANSWERED:
                    raise RedisSilent
                unanswered += 1
                await pubsub.ping()

    async def _take(self, message: Mapping[str, Any]) -> None:
        listener = self._listeners.get(message["channel"])
        if listener is None:  # the answer to a ping
            return
        if message["type"] == "subscribe":
            await listener.begin()
            self._are_heard = True
        elif message["type"] == "message":
            listener.hear(message["data"])


def _client(url: str, *, retries: int) -> Redis:
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_SOCKET_SECONDS,
        socket_connect_timeout=_SOCKET_SECONDS,
        retry=Retry(NoBackoff(), retries),
    )
