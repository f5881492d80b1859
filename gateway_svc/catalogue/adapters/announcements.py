"""Telling every gateway process, by Redis, which groups of the catalogue are old."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import msgspec
from django.conf import settings
from redis import Redis

CHANNEL = "gateway_svc.old_groups"
_SECONDS = 1.0


def announce(groups: Collection[str]) -> None:
    """Publish them. Raises RedisError; then the fact that made them old is heard again."""
    if groups:
        _redis(settings.REDIS_URL).publish(CHANNEL, msgspec.json.encode(sorted(groups)))


@cache
def _redis(url: str) -> Redis:
    """One connection a process: there is something to say for each change and each order."""
    return Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
