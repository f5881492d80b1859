"""How much is kept."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from common.topology import PRODUCTS
from gateway_svc.gateway.cache.entry import Entry, entry_of
from gateway_svc.gateway.cache.store import Store
from gateway_svc.gateway.inner import InnerAnswer
from gateway_svc.gateway.routes import Route

MEBIBYTE = 1 << 20
ROUTE = Route("/api/v1/products/", PRODUCTS)


def entry(number: int, *, size: int = 4000) -> Entry:
    answer = InnerAnswer(
        200,
        [
            (b"content-type", b"application/json"),
            (b"etag", b'"%032d"' % number),
            (b"cache-control", b"public, no-cache"),
            (b"gateway-cache-control", b"max-age=60"),
        ],
        bytes(size),
    )
    made = entry_of(answer, frozenset({f"product:id-{number}", f"product:slug-{number}"}), ROUTE, [])
    assert made is not None
    return made


def key(number: int) -> bytes:
    return b"/api/v1/products/%d/" % number


class TestStore:
    @pytest.mark.parametrize("size", [0, 4000, 100_000])
    def test_counts_what_it_takes_of_memory(self, size: int) -> None:
        gc.collect()
        tracemalloc.start()
        store = Store(4 * MEBIBYTE)

        for number in range(5 * MEBIBYTE // (size + 1500)):
            store.put(key(number), entry(number, size=size))

        gc.collect()
        # What other threads of these tests take meanwhile is none of it.
        ours = [tracemalloc.Filter(inclusive=True, filename_pattern=each) for each in (__file__, "*/gateway/cache/*")]
        snapshot = tracemalloc.take_snapshot().filter_traces(ours)
        tracemalloc.stop()
        taken = sum(each.size for each in snapshot.traces)
        assert store.bytes <= 4 * MEBIBYTE
        assert 0.7 * taken <= store.bytes
        assert taken <= 1.1 * store.bytes

    def test_throws_out_what_was_not_asked_for_the_longest(self) -> None:
        store = Store(3 * (entry(0).size + 60))
        for number in range(3):
            store.put(key(number), entry(number))
        store.get(key(0))

        store.put(key(3), entry(3))

        assert [store.get(key(number)) is not None for number in range(4)] == [True, False, True, True]

    def test_does_not_throw_out_everything_for_what_is_too_large_itself(self) -> None:
        store = Store(20_000)
        store.put(key(0), entry(0))

        assert not store.put(key(1), entry(1, size=20_000))
        assert store.get(key(0)) is not None

    def test_counts_nothing_once_all_is_forgotten(self) -> None:
        store = Store(MEBIBYTE)
        for number in range(20):
            store.put(key(number % 10), entry(number % 10))

        store.drop(f"product:slug-{number}" for number in range(10))

        assert (len(store), store.bytes) == (0, 0)
        assert not store._by_group
