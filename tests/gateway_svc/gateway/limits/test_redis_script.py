"""Asking one script in Redis: many at once, and never for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from redis import Redis
from redis.exceptions import RedisError

from common.testing.private_redis import PrivateRedis
from gateway_svc.gateway.limits.redis_script import RedisScript

COUNT = b"return redis.call('INCRBY', KEYS[1], ARGV[1])"
SECONDS = 0.2


@pytest.fixture(scope="module")
def redis() -> Iterator[PrivateRedis]:
    server = PrivateRedis()
    yield server
    server.kill()


@asynccontextmanager
async def connected(url: str, *, seconds: float = 2.0) -> AsyncIterator[RedisScript]:
    script = RedisScript(url, COUNT, seconds=seconds)
    try:
        await script.connect()
        yield script
    finally:
        script.close()
        # A connection is only gone once the loop has come round.
        await asyncio.sleep(0)


def test_each_gets_its_own_answer(redis: PrivateRedis) -> None:
    async def many() -> list[int]:
        async with connected(redis.url) as script:
            return await asyncio.gather(*(script.ask(b"key %d" % number, (b"%d" % number,)) for number in range(1000)))

    assert asyncio.run(many()) == list(range(1000))


def test_who_goes_away_takes_nobodys_answer(redis: PrivateRedis) -> None:
    async def some() -> list[int]:
        async with connected(redis.url) as script:
            asked = [script.ask(b"gone %d" % number, (b"%d" % number,)) for number in range(1, 4)]
            asked[1].cancel()
            return [await asked[0], await asked[2]]

    assert asyncio.run(some()) == [1, 3]


def test_signs_in_and_takes_its_database(redis: PrivateRedis) -> None:
    with Redis.from_url(redis.url) as client:
        client.config_set("requirepass", "s3cret/@")

        async def one() -> int:
            async with connected(f"redis://:s3cret%2F%40@127.0.0.1:{redis.port}/3") as script:
                return await script.ask(b"here", (b"7",))

        with Redis.from_url(f"redis://:s3cret%2F%40@127.0.0.1:{redis.port}/3") as there:
            assert asyncio.run(one()) == 7
            assert there.get("here") == b"7"
            there.config_set("requirepass", "")


def test_a_wrong_password_is_said(redis: PrivateRedis) -> None:
    with pytest.raises(RedisError, match="AUTH"):
        asyncio.run(_connect_to(f"redis://:wrong@127.0.0.1:{redis.port}/0"))


def test_an_error_of_the_script_is_its_askers(redis: PrivateRedis) -> None:
    async def bad_then_good() -> int:
        async with connected(redis.url) as script:
            bad, good = script.ask(b"x", (b"no number",)), script.ask(b"y", (b"5",))
            with pytest.raises(RedisError):
                await bad
            return await good

    assert asyncio.run(bad_then_good()) == 5


def test_what_hangs_is_given_up(redis: PrivateRedis) -> None:
    async def ask_the_frozen() -> tuple[list[int | BaseException], bool]:
        async with connected(redis.url, seconds=SECONDS) as script:
            redis.freeze()
            try:
                answers = await asyncio.gather(*(script.ask(b"z", (b"1",)) for _ in range(5)), return_exceptions=True)
            finally:
                redis.thaw()
            return answers, script.is_ready

    answers, is_ready = asyncio.run(ask_the_frozen())

    assert all(isinstance(answer, RedisError) for answer in answers)
    assert not is_ready


def test_what_is_no_redis_is_refused() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def ask() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            await _connect_to(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")

    with pytest.raises(RedisError, match="not Redis"):
        asyncio.run(ask())


async def _connect_to(url: str) -> None:
    async with connected(url):
        pass
