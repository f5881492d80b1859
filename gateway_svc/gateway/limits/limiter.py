"""Taking a request out of its bucket, with Redis or, for a while, without."""

from __future__ import annotations

import asyncio
import logging

from redis.exceptions import RedisError

from common.observability import metrics
from gateway_svc.gateway import measures
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.limits.buckets import SCRIPT, LocalBuckets, Taken
from gateway_svc.gateway.limits.policies import (
    ADDRESS,
    COUNTED_WITHOUT_REDIS,
    GUESSES,
    Policy,
    bearer_of,
    kind_of,
    network_of,
)
from gateway_svc.gateway.limits.redis_script import RedisScript
from gateway_svc.gateway.principals import Principal

logger = logging.getLogger(__name__)

# Longer than a busy loop makes an answer wait, and short enough to be waited for once.
REDIS_SECONDS = 0.25
# Between two tries to reach Redis; nobody waits for them.
PAUSE_SECONDS = 1.0


class Limiter:
    """One bucket for each policy and bearer, in Redis. While that is away most requests pass uncounted; those with
    which people sign in and pay are counted here, each process for itself.
    """

    def __init__(self, house_rules: HouseRules, redis_url: str) -> None:
        self._house_rules = house_rules
        self._redis = RedisScript(redis_url, SCRIPT, seconds=REDIS_SECONDS)
        self._local = LocalBuckets()
        self._connecting: asyncio.Task[None] | None = None
        self._is_away = False

    async def take(self, method: str, path: str, principal: Principal, address: str) -> Taken | None:
        """What came of it; None where nobody counted."""
        kind = kind_of(method, path)
        bearer, name = bearer_of(principal, address, kind)
        policy = self._house_rules.now.policies.get((kind, bearer))
        if policy is None:
            return None
        key = policy.key + name
        if self._redis.is_ready:
            try:
                return _counted(policy, await self._redis.ask(key, policy.costs))
            except RedisError as error:
                self._lose(error)
        self._reconnect()
        if kind in COUNTED_WITHOUT_REDIS:
            return _counted(policy, self._local.take(key, policy))
        measures.limits(policy.label, "uncounted").inc()
        return None

    def guess(self, address: str) -> Taken | None:
        """Somebody shows a credential that nobody here knows yet: counted at once, in this process alone."""
        policy = self._house_rules.now.policies.get((GUESSES, ADDRESS))
        return _counted(policy, self._local.take(policy.key + network_of(address), policy)) if policy else None

    def forgive(self, address: str) -> None:
        """It was none of those that are made up."""
        if policy := self._house_rules.now.policies.get((GUESSES, ADDRESS)):
            self._local.give_back(policy.key + network_of(address), policy)

    async def start(self) -> None:
        """Reach Redis, if it is there."""
        await self._connect()

    async def close(self) -> None:
        """Hang up."""
        if self._connecting is not None:
            self._connecting.cancel()
        self._redis.close()

    def _lose(self, error: Exception) -> None:
        if not self._is_away:
            logger.warning("limits: Redis is out of reach: %r", error)
            metrics.OUT_OF_REACH.labels("redis").inc()
        self._is_away = True
        measures.LIMITS_WITHOUT_REDIS.set(1)
        self._redis.close()

    def _reconnect(self) -> None:
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._keep_trying())

    async def _keep_trying(self) -> None:
        while not self._redis.is_ready:
            await self._connect()
            if not self._redis.is_ready:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _connect(self) -> None:
        try:
            await self._redis.connect()
        except (RedisError, OSError, TimeoutError) as error:
            self._lose(error)
            return
        if self._is_away:
            logger.info("limits: Redis is back")
        self._is_away = False
        measures.LIMITS_WITHOUT_REDIS.set(0)


def _counted(policy: Policy, owed: int) -> Taken:
    taken = Taken(policy, owed)
    measures.limits(policy.label, "refused" if taken.is_refused else "passed").inc()
    return taken
