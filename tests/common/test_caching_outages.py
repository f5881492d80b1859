"""Redis gone means slower, not broken."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import transaction
from redis.exceptions import RedisError

from common import caching
from common.caching import circuit, slot
from common.testing.private_redis import PrivateRedis


class Rows:
    """What is computed from."""

    def __init__(self) -> None:
        self.computed = 0

    def compute(self) -> bytes:
        self.computed += 1
        return str(self.computed).encode()


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def redis(private_redis: PrivateRedis, settings: Any, monkeypatch: Any) -> PrivateRedis:
    """The cache's Redis, and a circuit that closes soon."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis.url}}
    monkeypatch.setattr(slot, "circuit", circuit.Circuit())
    monkeypatch.setattr(circuit, "PAUSE_SECONDS", 0.2)
    return private_redis


def read(rows: Rows) -> str:
    return caching.cached("page", ["all"], rows.compute, seconds=60).body.decode()


def wait_until_kept(rows: Rows) -> None:
    """Until Redis is asked again, and gives what it was given."""
    give_up_at = time.monotonic() + 20
    while read(rows) != read(rows) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert read(rows) == read(rows)


class TestRedisKilled:
    def test_is_computed_without(self, redis: PrivateRedis, rows: Rows) -> None:
        read(rows)
        redis.kill()

        assert [read(rows) for _ in range(3)] == ["2", "3", "4"]

    def test_is_used_again_when_it_comes_back_empty(self, redis: PrivateRedis, rows: Rows) -> None:
        read(rows)
        redis.kill()
        read(rows)

        redis.start()

        wait_until_kept(rows)
        assert read(rows) != "1"

    def test_while_somebody_computes_does_not_hurt(self, redis: PrivateRedis, rows: Rows) -> None:
        def compute() -> bytes:
            redis.kill()
            return rows.compute()

        assert caching.cached("page", ["all"], compute, seconds=60).body == b"1"

    def test_does_not_hide_what_computing_raises(self, redis: PrivateRedis) -> None:
        def fail() -> bytes:
            redis.kill()
            raise LookupError("not there")

        with pytest.raises(LookupError, match="not there"):
            caching.cached("page", ["all"], fail, seconds=60)


class TestRedisFrozen:
    def test_costs_one_time_out_and_not_one_a_request(self, redis: PrivateRedis, rows: Rows, monkeypatch: Any) -> None:
        monkeypatch.setattr(circuit, "PAUSE_SECONDS", 60)
        read(rows)
        redis.freeze()

        started_at = time.monotonic()
        bodies = [read(rows) for _ in range(100)]

        assert bodies == [str(turn) for turn in range(2, 102)]
        assert time.monotonic() - started_at < 10  # a hundred time-outs would be a hundred seconds

    def test_is_tried_again_now_and_then(self, redis: PrivateRedis, rows: Rows) -> None:
        read(rows)
        redis.freeze()
        assert read(rows) == "2"

        redis.thaw()

        wait_until_kept(rows)

    def test_forgets_after_all_when_the_purge_is_tried_again(self, redis: PrivateRedis, rows: Rows) -> None:
        assert read(rows) == "1"
        redis.freeze()
        with pytest.raises(RedisError):
            caching.purge("all")
        redis.thaw()

        caching.purge("all")

        assert read(rows) == "2"


class TestRedisFull:
    def test_is_computed_without(self, redis: PrivateRedis, rows: Rows) -> None:
        slot.connection().config_set("maxmemory", "1mb")

        assert [read(rows), read(rows)] == ["1", "2"]


class TestPurgeOutOfReach:
    def test_is_told_to_who_can_try_again(self, redis: PrivateRedis) -> None:
        redis.kill()

        with pytest.raises(RedisError):
            caching.purge("all")

    @pytest.mark.django_db(transaction=True)
    def test_does_not_undo_the_change(self, redis: PrivateRedis) -> None:
        redis.kill()

        with transaction.atomic():
            caching.purge_on_commit("all")

    @pytest.mark.django_db(transaction=True)
    def test_costs_one_time_out_and_not_one_a_change(self, redis: PrivateRedis, rows: Rows, monkeypatch: Any) -> None:
        monkeypatch.setattr(circuit, "PAUSE_SECONDS", 60)
        read(rows)
        redis.freeze()

        started_at = time.monotonic()
        for _ in range(20):
            with transaction.atomic():
                caching.purge_on_commit("all")

        assert time.monotonic() - started_at < 10

    def test_is_tried_even_when_redis_failed_just_now(self, redis: PrivateRedis, rows: Rows, monkeypatch: Any) -> None:
        monkeypatch.setattr(circuit, "PAUSE_SECONDS", 60)
        redis.freeze()
        read(rows)
        redis.thaw()

        caching.purge("all")

        assert read(rows) == read(rows)


class TestCircuit:
    def test_lets_one_try_for_all(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(circuit, "PAUSE_SECONDS", 0)
        tested = circuit.Circuit()
        with pytest.raises(RedisError), tested.guarded():
            raise RedisError

        monkeypatch.setattr(circuit, "PAUSE_SECONDS", 60)
        with tested.guarded(), pytest.raises(circuit.LeftAlone), tested.guarded():
            pass

        with tested.guarded(), tested.guarded():
            pass
