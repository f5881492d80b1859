"""Telling every gateway process, by Redis, that a session is over."""

from __future__ import annotations

import logging

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CHANNEL = "gateway_svc.ended_sessions"
_SECONDS = 1.0


def announce(session_id: str) -> None:
    """Publish it. When Redis is away the processes find it in the database, which they read while Redis is away."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as redis:
            redis.publish(CHANNEL, session_id)
    except RedisError as error:
        logger.warning("the end of a session could not be announced: %r", error)
