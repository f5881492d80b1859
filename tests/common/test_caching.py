"""Answers are computed once, kept, and forgotten by families; on a real Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction

from common import caching
from common.caching import slot as slots
from common.testing.private_redis import PrivateRedis
from tests.common.caching_reader import FOREVER


class Shop:
    """What is computed from, and how often it was."""

    def __init__(self) -> None:
        self.row = "old"
        self.computed = 0
        self._lock = threading.Lock()

    def compute(self) -> bytes:
        with self._lock:
            self.computed += 1
        return self.row.encode()

    def slowly(self) -> bytes:
        body = self.compute()
        time.sleep(0.3)
        return body


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def name() -> str:
    """Of an answer or of a family, and nobody else's."""
    return uuid.uuid4().hex


def read(name: str, compute: Callable[[], bytes], *families: str, seconds: float = 60) -> str:
    return caching.cached(name, families or [name], compute, seconds=seconds).body.decode()


def generation_key(family: str) -> str:
    [key] = slots.family_keys([family])
    return key


def answer_key(name: str) -> str:
    return slots.Slot(name, ["any"]).key


class TestCached:
    def test_computes_once(self, shop: Shop, name: str) -> None:
        answers = [caching.cached(name, [name], shop.compute, seconds=60) for _ in range(3)]

        assert shop.computed == 1
        assert answers == [caching.Answer.of(b"old")] * 3

    def test_gives_an_etag_that_follows_from_the_body(self, name: str) -> None:
        kept = caching.cached(name, [name], lambda: b"[1]", seconds=60)
        other = caching.cached(f"{name}-other", [name], lambda: b"[2]", seconds=60)

        assert kept.etag == caching.Answer.of(b"[1]").etag != other.etag
        assert kept.etag.startswith('"')
        assert kept.etag.endswith('"')

    def test_keeps_any_bytes(self, name: str) -> None:
        body = bytes(range(256)) * 4_000

        assert [caching.cached(name, [name], lambda: body, seconds=60).body for _ in range(2)] == [body, body]

    def test_tells_names_apart(self, name: str) -> None:
        assert read(f"{name}?page=1", lambda: b"one", name) == "one"
        assert read(f"{name}?page=2", lambda: b"two", name) == "two"
        assert read("long" * 10_000 + name, lambda: b"long", name) == "long"

    def test_tells_the_families_of_a_name_apart(self, name: str) -> None:
        assert read(name, lambda: b"for one", f"{name}-1") == "for one"
        assert read(name, lambda: b"for both", f"{name}-1", f"{name}-2") == "for both"

    def test_refuses_an_answer_of_no_family(self, shop: Shop, name: str) -> None:
        with pytest.raises(ValueError, match="no family"):
            caching.cached(name, [], shop.compute, seconds=60)

    def test_ends_by_itself(self, shop: Shop, name: str) -> None:
        read(name, shop.compute, seconds=60)

        assert 50_000 < slots.connection().pttl(answer_key(name)) <= 60_000
        assert slots.connection().ttl(generation_key(name)) > 60

    def test_is_computed_again_after_its_end(self, shop: Shop, name: str) -> None:
        read(name, shop.compute, seconds=0.05)
        time.sleep(0.1)
        read(name, shop.compute)

        assert shop.computed == 2

    def test_asks_redis_once_for_what_is_kept(
        self, private_redis: PrivateRedis, settings: Any, shop: Shop, name: str
    ) -> None:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis.url}}
        read(name, shop.compute, f"{name}-a", f"{name}-b")
        before = _commands()

        read(name, shop.compute, f"{name}-a", f"{name}-b")

        assert _commands() - before == 2  # the MGET, and the INFO that counts

    @pytest.mark.parametrize("content", [b"", b"=", b"?", b"nonsense", b"\x80\x04N.", b"=" + b"0" * 80])
    def test_takes_what_it_did_not_write_for_nothing(self, shop: Shop, name: str, content: bytes) -> None:
        read(name, shop.compute)
        slots.connection().set(answer_key(name), content)

        assert [read(name, shop.compute) for _ in range(2)] == ["old", "old"]
        assert shop.computed == 2

    def test_takes_a_damaged_answer_for_nothing(self, shop: Shop, name: str) -> None:
        read(name, shop.compute)
        slots.connection().append(answer_key(name), "!")

        assert [read(name, shop.compute) for _ in range(2)] == ["old", "old"]
        assert shop.computed == 2

    def test_takes_other_types_for_nothing(self, shop: Shop, name: str) -> None:
        read(name, shop.compute)
        for key in (answer_key(name), generation_key(name)):
            slots.connection().delete(key)
            slots.connection().rpush(key, "a list")

        assert [read(name, shop.compute) for _ in range(2)] == ["old", "old"]
        assert shop.computed == 2


def _commands() -> int:
    return int(slots.connection().info("stats")["total_commands_processed"])


class TestFailure:
    def test_passes_through_and_nothing_is_kept(self, shop: Shop, name: str) -> None:
        with pytest.raises(LookupError, match="not there"):
            read(name, _fail)

        assert read(name, shop.compute) == "old"

    def test_lets_the_next_one_try_at_once(self, shop: Shop, name: str) -> None:
        with pytest.raises(LookupError):
            read(name, _fail)

        assert slots.connection().get(answer_key(name)) is None

    def test_is_told_to_the_one_who_computed_alone(self, shop: Shop, name: str) -> None:
        def first_fails() -> bytes:
            if shop.slowly() and shop.computed == 1:
                raise LookupError("not there")
            return b"there"

        with ThreadPoolExecutor(10) as pool:
            reads = [pool.submit(read, name, first_fails) for _ in range(10)]

        assert sorted(str(asked.exception() or asked.result()) for asked in reads) == ["not there", *["there"] * 9]
        assert shop.computed == 2


def _fail() -> bytes:
    raise LookupError("not there")


class TestPurge:
    def test_makes_its_families_be_computed_again(self, shop: Shop, name: str) -> None:
        read(name, shop.compute, f"{name}-a", f"{name}-b")
        shop.row = "new"

        caching.purge(f"{name}-b")

        assert read(name, shop.compute, f"{name}-a", f"{name}-b") == "new"

    def test_makes_each_answer_of_its_families_be_computed_again(self, shop: Shop, name: str) -> None:
        pages = [f"{name}?page=1", f"{name}?page=2"]
        assert [read(page, shop.compute, name) for page in pages] == ["old", "old"]
        shop.row = "new"

        caching.purge(name)

        assert [read(page, shop.compute, name) for page in pages] == ["new", "new"]

    def test_is_never_undone_by_readers(self, shop: Shop, name: str) -> None:
        shop.row = "0"
        told = [0]

        def change(version: int) -> None:
            shop.row = str(version)
            caching.purge(f"{name}-{version % 2}")
            told[0] = version

        def look(turn: int) -> bool:
            oldest = told[0]
            return int(read(f"{name}?page={turn % 3}", shop.compute, f"{name}-0", f"{name}-1")) >= oldest

        with ThreadPoolExecutor(8) as pool:
            looks = pool.map(look, range(2_000))
            for version in range(1, 200):
                change(version)
            assert all(looks)

        assert shop.computed < 2_000

    def test_leaves_other_families_alone(self, shop: Shop, name: str) -> None:
        read(name, shop.compute, f"{name}-a", f"{name}-b")

        caching.purge(f"{name}-c", f"{name}-d")
        caching.purge()

        read(name, shop.compute, f"{name}-a", f"{name}-b")
        assert shop.computed == 1

    def test_is_seen_by_other_processes(self, readers: Readers, name: str) -> None:
        [before] = readers.start(name, name, threads=1).read()
        caching.purge(name)
        [after] = readers.start(name, name, threads=1).read()
        [again] = readers.start(name, name, threads=1).read()

        assert before != after == again

    def test_overtakes_who_computes_from_old_rows(self, shop: Shop, name: str) -> None:
        def purged_meanwhile() -> bytes:
            body = shop.compute()
            shop.row = "new"
            caching.purge(name)
            return body

        assert read(name, purged_meanwhile) == "old"
        assert read(name, shop.compute) == "new"

    def test_does_not_wait_for_who_computes_from_old_rows(self, shop: Shop, name: str) -> None:
        def overtaken() -> bytes:
            body = shop.compute()
            shop.row = "new"
            caching.purge(name)
            assert read(name, shop.compute) == "new"
            return body

        assert read(name, overtaken) == "old"
        assert read(name, shop.compute) == "new"
        assert shop.computed == 2

    @pytest.mark.parametrize("lost", ["evicted", "purged"])
    def test_never_brings_back_what_was_forgotten(self, shop: Shop, name: str, lost: str) -> None:
        contents = set()
        for turn in range(50):
            shop.row = str(turn)
            assert read(name, shop.compute) == str(turn)
            contents.add(slots.connection().get(generation_key(name)))
            slots.connection().delete(generation_key(name)) if lost == "evicted" else caching.purge(name)

        assert len(contents) == 50

    def test_keeps_one_answer_a_name_however_often(self, shop: Shop, name: str) -> None:
        for _ in range(5):
            read(name, shop.compute)
            caching.purge(name)

        assert len(list(slots.connection().scan_iter(f"*{answer_key(name)}*", count=10_000))) == 1


@pytest.mark.django_db(transaction=True)
class TestPurgeOnCommit:
    def test_happens_after_the_commit(self, shop: Shop, name: str) -> None:
        read(name, shop.compute)
        with transaction.atomic():
            shop.row = "new"
            caching.purge_on_commit(name)
            assert read(name, shop.compute) == "old"

        assert read(name, shop.compute) == "new"

    def test_does_not_happen_when_nothing_commits(self, shop: Shop, name: str) -> None:
        read(name, shop.compute)
        with transaction.atomic():
            caching.purge_on_commit(name)
            transaction.set_rollback(True)

        read(name, shop.compute)
        assert shop.computed == 1


class Readers:
    """Processes that read through the cache."""

    def __init__(self) -> None:
        self.all: list[Reader] = []

    def start(self, name: str, family: str, *, threads: int) -> Reader:
        self.all.append(Reader(name, family, threads))
        return self.all[-1]


class Reader:
    """One of them, which waits until it is let go."""

    def __init__(self, name: str, family: str, threads: int) -> None:
        command = [sys.executable, "-m", "tests.common.caching_reader", name, family, str(threads)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=os.environ)

    def ready(self) -> Reader:
        self.wait_for("ready")
        return self

    def go(self) -> Reader:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self

    def read(self) -> list[str]:
        """What each of its threads is given."""
        return self.ready().go().given()

    def given(self) -> list[str]:
        return json.loads(self.process.stdout.read().splitlines()[-1])

    def wait_for(self, line: str) -> None:
        while self.process.stdout.readline().strip() != line:
            assert self.process.poll() is None

    def end(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


@pytest.fixture
def readers() -> Iterator[Readers]:
    readers = Readers()
    yield readers
    for reader in readers.all:
        reader.end()


class TestStampede:
    def test_of_a_hundred_threads_computes_once(self, shop: Shop, name: str) -> None:
        with ThreadPoolExecutor(100) as pool:
            bodies = list(pool.map(lambda _: read(name, shop.slowly), range(100)))

        assert bodies == ["old"] * 100
        assert shop.computed == 1

    def test_of_several_processes_computes_once(self, readers: Readers, name: str) -> None:
        crowd = [readers.start(name, name, threads=10) for _ in range(4)]
        for reader in crowd:
            reader.ready()
        for reader in crowd:
            reader.go()

        given = [body for reader in crowd for body in reader.given()]

        assert len(given) == 40
        assert len(set(given)) == 1
        assert _computed_by(name) == given[:1]

    def test_goes_on_when_the_one_who_computes_is_killed(self, readers: Readers, shop: Shop, name: str) -> None:
        name = f"{name}-{FOREVER}"
        dying = readers.start(name, name, threads=1).ready().go()
        dying.wait_for("computing")
        dying.end()

        with ThreadPoolExecutor(20) as pool:
            bodies = list(pool.map(lambda _: read(name, shop.slowly), range(20)))

        assert bodies == ["old"] * 20
        assert shop.computed == 1

    def test_waits_no_longer_than_it_may(self, shop: Shop, name: str, monkeypatch: Any) -> None:
        monkeypatch.setattr(caching.families, "WAIT_SECONDS", 0.1)
        claim = slots.Slot(name, [name]).claim()

        assert claim is not None
        assert read(name, shop.compute) == "old"
        assert slots.Slot(name, [name]).look() == claim

    def test_keeps_what_took_longer_than_a_claim(self, shop: Shop, name: str, monkeypatch: Any) -> None:
        monkeypatch.setattr(slots, "CLAIM_SECONDS", 0.05)

        read(name, shop.slowly)
        read(name, shop.slowly)

        assert shop.computed == 1


def _computed_by(name: str) -> list[str]:
    return [process.decode() for process in slots.connection().lrange(f"computed:{name}", 0, -1)]
