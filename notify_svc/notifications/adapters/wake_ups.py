"""Wake-ups: telling a person's open sockets, over the Redis layer of Channels, that there is something new.

They carry no data and may be lost: what is new is read from the database, which is also polled now and then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.conf import settings
from django_redis import get_redis_connection
from redis.exceptions import RedisError

RETRY_SECONDS = 5
_MESSAGE = {"type": "wake"}

logger = logging.getLogger(__name__)


def wake(user_ids: Iterable[UUID]) -> None:
    """Wake these people's sockets. While Redis is away, they find out by polling, a little later."""
    # Published in the layer's format, but without an event loop: a worker has none that lives from task to task.
    prefix = settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"]
    message = get_channel_layer().serialize(_MESSAGE)
    try:
        with get_redis_connection("default").pipeline(transaction=False) as pipeline:
            for user_id in user_ids:
                pipeline.publish(f"{prefix}__group__{_group_of(user_id)}", message)
            pipeline.execute()
    except RedisError as error:
        logger.warning("a wake-up is lost: %s", type(error).__name__)


async def listen(user_id: UUID, on_wake_up: Callable[[], Any]) -> None:
    """Call ``on_wake_up`` at each wake-up, and whenever one may have been missed. Ends only when it is cancelled."""
    while True:
        try:
            await _listen(_group_of(user_id), on_wake_up)
        except (RedisError, OSError) as error:
            logger.warning("no wake-ups for now: %s", type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _listen(group: str, on_wake_up: Callable[[], Any]) -> None:
    layer = get_channel_layer()
    # The layer keeps a queue even for a channel that it could not open, so check first that Redis is there.
    await layer.group_send(group, _MESSAGE)
    channel = await layer.new_channel()
    try:
        await layer.group_add(group, channel)
        on_wake_up()
        while True:
            await layer.receive(channel)
            on_wake_up()
    finally:
        with suppress(RedisError, OSError):
            await layer.group_discard(group, channel)


def _group_of(user_id: UUID) -> str:
    return f"feed.{user_id.hex}"
