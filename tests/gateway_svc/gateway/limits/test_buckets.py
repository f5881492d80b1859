"""What is owed, in Redis and here: the same arithmetic, twice."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from gateway_svc.gateway.limits.buckets import SCRIPT, LocalBuckets, Taken
from gateway_svc.gateway.limits.policies import Policy

SLOW = Policy("sign-in", "address", 5, 3600)
FAST = Policy("reading", "person", 20, 1)

Take = Callable[[bytes, Policy], int]


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with Redis.from_url(os.environ["OPENCOMMERCE_REDIS_URL"]) as client:
        yield client


@pytest.fixture(params=["redis", "local"])
def take(request: pytest.FixtureRequest, redis: Redis) -> Take:
    """Either way of taking a request out of a bucket."""
    if request.param == "local":
        return LocalBuckets().take
    script = redis.register_script(SCRIPT)
    return lambda key, policy: int(script(keys=[key], args=[policy.interval, policy.burst]))


@pytest.fixture
def key() -> bytes:
    return f"gateway_svc:limits:test:{uuid.uuid4()}".encode()


class TestALocalBucket:
    def test_takes_back(self, key: bytes) -> None:
        buckets = LocalBuckets()
        while buckets.take(key, SLOW) >= 0:
            pass

        buckets.give_back(key, SLOW)

        assert [buckets.take(key, SLOW) >= 0 for _ in range(2)] == [True, False]

    def test_never_holds_more_than_its_quota(self, key: bytes) -> None:
        buckets = LocalBuckets()
        buckets.give_back(key, SLOW)

        assert [buckets.take(key, SLOW) >= 0 for _ in range(6)] == [True] * 5 + [False]


class TestABucket:
    def test_holds_its_quota(self, take: Take, key: bytes) -> None:
        taken = [Taken(SLOW, take(key, SLOW)) for _ in range(7)]

        assert [each.is_refused for each in taken] == [False] * 5 + [True] * 2
        assert [each.left for each in taken] == [4, 3, 2, 1, 0, 0, 0]

    def test_says_when_the_next_comes_back(self, take: Take, key: bytes) -> None:
        taken = [Taken(SLOW, take(key, SLOW)) for _ in range(6)]

        assert all(700 <= each.seconds <= 720 for each in taken)

    def test_fills_again(self, take: Take, key: bytes) -> None:
        began, taken = time.monotonic(), 0
        while take(key, FAST) >= 0:
            taken += 1

        time.sleep(0.12)
        taken_again = sum(take(key, FAST) >= 0 for _ in range(10))

        assert taken_again >= 2
        assert taken + taken_again <= FAST.quota * (1 + time.monotonic() - began) + 1

    def test_is_not_emptied_further_by_what_was_refused(self, take: Take, key: bytes) -> None:
        refused = [owed for owed in (take(key, SLOW) for _ in range(50)) if owed < 0]

        assert len(refused) == 45
        assert max(refused) - min(refused) < 60_000_000

    def test_owes_no_more_than_the_policy_of_now_allows(self, take: Take, key: bytes) -> None:
        while take(key, SLOW) >= 0:
            pass

        at_first = Taken(FAST, take(key, FAST))
        time.sleep(0.12)

        assert (at_first.is_refused, at_first.seconds) == (True, 1)
        assert take(key, FAST) >= 0

    def test_is_each_ones_own(self, take: Take, key: bytes) -> None:
        while take(key, SLOW) >= 0:
            pass

        assert take(key + b"2", SLOW) >= 0


class TestInRedis:
    def test_many_at_once_get_no_more_than_there_is(self, redis: Redis, key: bytes) -> None:
        script = redis.register_script(SCRIPT)
        began = time.monotonic()

        with ThreadPoolExecutor(16) as pool:
            owed = list(pool.map(lambda _: int(script(keys=[key], args=[FAST.interval, FAST.burst])), range(300)))

        most = FAST.quota + (time.monotonic() - began) * FAST.quota / FAST.window_seconds + 1
        assert FAST.quota <= sum(each >= 0 for each in owed) <= most

    def test_nothing_stays_behind(self, redis: Redis, key: bytes) -> None:
        redis.register_script(SCRIPT)(keys=[key], args=[SLOW.interval, SLOW.burst])

        assert 0 < redis.pttl(key) <= SLOW.interval / 1000
