"""What is announced by Redis, and what is not while Redis is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.testing.private_redis import PrivateRedis
from gateway_svc.gateway import announcements
from gateway_svc.gateway.announcements import Announcements


@dataclass
class Listening:
    """Notes what it is told."""

    told: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        self.told.append("begin")

    def hear(self, message: str) -> None:
        self.told.append(message)

    async def lose(self) -> None:
        if self.told[-1:] != ["lose"]:
            self.told.append("lose")

    async def wait_for(self, *told: str) -> None:
        async with asyncio.timeout(10):
            while self.told != list(told):
                await asyncio.sleep(0.005)


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateRedis]:
    monkeypatch.setattr(announcements, "SILENCE_SECONDS", 0.02)
    monkeypatch.setattr(announcements, "RETRY_SECONDS", 0.02)
    server = PrivateRedis()
    yield server
    server.thaw()
    server.kill()


Scenario = Callable[[Listening, Listening], Awaitable[None]]


def with_listeners(redis: PrivateRedis, scenario: Scenario) -> None:
    async def run() -> None:
        one, other = Listening(), Listening()
        announced = Announcements(redis.url, {"one": one, "other": other})
        following = asyncio.create_task(announced.follow())
        try:
            await one.wait_for("begin")
            await other.wait_for("begin")
            await scenario(one, other)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await announced.close()

    asyncio.run(run())


async def announce(redis: PrivateRedis, channel: str, message: str) -> None:
    async with Redis.from_url(redis.url) as client:
        await client.publish(channel, message)


def test_each_listener_hears_its_own_channel(redis: PrivateRedis) -> None:
    async def scenario(one: Listening, other: Listening) -> None:
        await announce(redis, "one", "hello")
        await announce(redis, "other", "world")

        await one.wait_for("begin", "hello")
        await other.wait_for("begin", "world")

    with_listeners(redis, scenario)


def test_nothing_is_lost_by_a_long_silence(redis: PrivateRedis) -> None:
    async def scenario(one: Listening, _other: Listening) -> None:
        await asyncio.sleep(0.2)
        await announce(redis, "one", "hello")

        await one.wait_for("begin", "hello")

    with_listeners(redis, scenario)


def test_a_listener_begins_anew_after_redis_was_away(redis: PrivateRedis) -> None:
    async def scenario(one: Listening, other: Listening) -> None:
        redis.kill()
        await one.wait_for("begin", "lose")
        redis.start()

        await one.wait_for("begin", "lose", "begin")
        await other.wait_for("begin", "lose", "begin")

    with_listeners(redis, scenario)


def test_a_redis_that_hangs_is_noticed(redis: PrivateRedis) -> None:
    async def scenario(one: Listening, other: Listening) -> None:
        redis.freeze()

        await one.wait_for("begin", "lose")
        await other.wait_for("begin", "lose")

    with_listeners(redis, scenario)


def test_a_connection_that_is_cut_is_noticed_though_redis_is_there(redis: PrivateRedis) -> None:
    async def scenario(one: Listening, _other: Listening) -> None:
        async with Redis.from_url(redis.url) as client:
            await client.client_kill_filter(_type="pubsub")

        await one.wait_for("begin", "lose", "begin")

    with_listeners(redis, scenario)


def test_a_redis_that_is_back_answers_the_first_question(redis: PrivateRedis) -> None:
    async def answers() -> tuple[bool, bool]:
        announced = Announcements(redis.url, {})
        before = await announced.redis_answers()
        redis.kill()
        redis.start()
        try:
            return before, await announced.redis_answers()
        finally:
            await announced.close()

    assert asyncio.run(answers()) == (True, True)


def test_a_redis_that_is_away_answers_no_question(redis: PrivateRedis) -> None:
    async def ask() -> None:
        announced = Announcements(redis.url, {})
        redis.kill()
        try:
            await announced.redis_answers()
        finally:
            await announced.close()

    with pytest.raises(RedisError):
        asyncio.run(ask())
