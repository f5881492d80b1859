"""What is announced to every gateway process, by Redis: one connection, whoever listens."""

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
"""After so long without a word Redis is asked whether it is still there."""
_MOST_UNANSWERED = 2
_SOCKET_SECONDS = 2.0


class RedisSilent(RedisError):
    """It was asked whether it is there, and did not answer."""


class Listener(Protocol):
    """Somebody who has to hear what is announced on a channel."""

    async def begin(self) -> None:
        """From now on everything is heard; what was announced before may have been missed."""

    def hear(self, message: str) -> None:
        """Something was announced."""

    async def lose(self) -> None:
        """Nothing is heard at the moment. Said again as long as that lasts, twice a second."""


class Announcements:
    """Keeps listening until cancelled, with Redis or without."""

    def __init__(self, redis_url: str, listeners: Mapping[str, Listener]) -> None:
        self._listeners = listeners
        # A connection that was made again behind our back would have missed something, and nobody would know.
        self._heard = _client(redis_url, retries=0)
        # Of those that were kept since the last question, one may have ended with a Redis that is back by now.
        self._asked = _client(redis_url, retries=1)
        self._are_heard = False

    async def follow(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except Exception as error:  # whatever it is, nothing is heard, and whoever listens must know
                if self._are_heard:
                    logger.warning("announcements: Redis is out of reach: %r", error)
                self._are_heard = False
                for listener in self._listeners.values():
                    await listener.lose()
                await asyncio.sleep(RETRY_SECONDS)

    async def redis_answers(self) -> bool:
        """Redis takes a question. Raises RedisError otherwise."""
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
                # A Redis that hangs is as silent as one that has nothing to say.
                if unanswered == _MOST_UNANSWERED:
                    raise RedisSilent
                unanswered += 1
                await pubsub.ping()

    async def _take(self, message: Mapping[str, Any]) -> None:
        listener = self._listeners.get(message["channel"])
        if listener is None:  # an answer to our own question
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
