"""What becomes of each read and each purge is counted."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from prometheus_client import REGISTRY
from redis.exceptions import RedisError

from common import caching
from common.caching import slot as slots
from common.caching.circuit import Circuit
from common.testing.private_redis import PrivateRedis


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


def reads(outcome: str) -> float:
    return REGISTRY.get_sample_value("opencommerce_cache_reads_total", {"outcome": outcome}) or 0.0


def purges(outcome: str) -> float:
    return REGISTRY.get_sample_value("opencommerce_cache_purges_total", {"outcome": outcome}) or 0.0


def read(name: str, compute: Any = lambda: b"x") -> None:
    caching.cached(name, [name], compute, seconds=60)


class TestReads:
    def test_are_computed_first_and_hits_then(self, name: str) -> None:
        computed, hits = reads("computed"), reads("hit")

        for _ in range(3):
            read(name)

        assert reads("computed") == computed + 1
        assert reads("hit") == hits + 2

    def test_wait_for_whoever_computes(self, name: str) -> None:
        begun, waited = threading.Event(), reads("waited")

        def slowly() -> bytes:
            begun.set()
            time.sleep(0.3)
            return b"x"

        with ThreadPoolExecutor() as threads:
            first = threads.submit(read, name, slowly)
            begun.wait(5)
            read(name)
            first.result()

        assert reads("waited") == waited + 1


class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def _gone(self, private_redis: PrivateRedis, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis.url}}
        monkeypatch.setattr(slots, "circuit", Circuit())
        private_redis.kill()

    def test_everybody_computes_alone_and_the_circuit_is_open(self, name: str) -> None:
        alone = reads("alone")

        read(name)

        assert reads("alone") == alone + 1
        assert REGISTRY.get_sample_value("opencommerce_cache_circuit_open") == 1

    def test_purges_fail(self, name: str) -> None:
        failed = purges("failed")

        with pytest.raises(RedisError):
            caching.purge(name)

        assert purges("failed") == failed + 1


class TestPurges:
    def test_are_counted(self, name: str) -> None:
        done = purges("done")

        caching.purge(name)

        assert purges("done") == done + 1
