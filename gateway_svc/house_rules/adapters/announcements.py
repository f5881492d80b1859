"""Telling every gateway process, by Redis, that the rules have changed."""

from __future__ import annotations

import logging

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CHANNEL = "gateway_svc.house_rules"
_SECONDS = 1.0


def announce() -> None:
    """Have them read anew. When Redis is away the processes find it in the database, which they read meanwhile."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as redis:
            redis.publish(CHANNEL, "changed")
    except RedisError as error:
        logger.warning("a change of the rules could not be announced: %r", error)
