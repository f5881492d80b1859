"""Answers from memory, as time goes by and things change: seen from within, where both can be had at will."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from common.observability.correlation import Correlation
from gateway_svc.gateway.cache import filling
from gateway_svc.gateway.cache.entry import Entry
from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.middleware.cache import Cache
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.problems import InternalError, TimedOut, Unavailable
from gateway_svc.gateway.routes import http_routes

LAMP = "/api/v1/products/lamp/"
LIST = "/api/v1/products/"
KEPT = [
    (b"cache-control", b"public, no-cache"),
    (b"gateway-cache-control", b"max-age=60, stale-while-revalidate=60, stale-if-error=600"),
    (b"etag", b'"v1"'),
]
SELLER = Principal(user_id="7", key=b"7")


@dataclass
class Service:
    """Stands where the way to product_svc begins."""

    status: int = 200
    body: bytes = b'{"id": "ID-1", "slug": "lamp"}'
    error: Exception | None = None
    asked: list[Any] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked.append(scope)
        status, body, error = self.status, self.body, self.error
        await self.gate.wait()
        if error:
            raise error
        await send({"type": "http.response.start", "status": status, "headers": list(KEPT)})
        await send({"type": "http.response.body", "body": body})


@dataclass
class Heard:
    """What a client got."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]


class Bench:
    """A cache and its service."""

    def __init__(self, *, most_bytes: int = 1 << 20) -> None:
        self.service = Service()
        self.cache = Cache(self.service, most_bytes=most_bytes, always=[])

    async def ask(
        self, path: str = LAMP, *, method: str = "GET", who: Principal = ANONYMOUS, receive: Any = None
    ) -> Heard:
        exchange = Exchange(Correlation.start(), route=http_routes().find(path), principal=who)
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "exchange": exchange,
        }
        heard = Heard()
        await self.cache(scope, receive or _stays, heard)
        heard.headers |= dict(exchange.marks)
        return heard

    def asking(self, *args: Any, **kwargs: Any) -> asyncio.Task[Heard]:
        """Somebody who asks meanwhile."""
        return asyncio.create_task(self.ask(*args, **kwargs))

    async def wait_until_asked(self, *, times: int = 1) -> None:
        async with asyncio.timeout(5):
            while len(self.service.asked) < times:
                await asyncio.sleep(0)

    def kept(self, path: str = LAMP) -> Entry:
        entry = self.cache._store.get(path.encode())
        assert entry is not None
        return entry

    def age(self, *, is_unquestioned: bool = False) -> None:
        """The lamp is stale; and it is long since it was to be asked for anew, unless it is ``unquestioned``."""
        entry = self.kept()
        entry.fresh_until = 0.0
        if not is_unquestioned:
            entry.unquestioned_until = 0.0


async def _stays() -> Any:
    await asyncio.get_running_loop().create_future()


def with_bench(scenario: Callable[[Bench], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        bench = Bench(**options)
        await bench.cache.begin()
        await scenario(bench)

    asyncio.run(run())


class TestStaleAnswers:
    def test_are_given_while_they_are_asked_for_anew(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.age(is_unquestioned=True)
            bench.service.status = 304
            bench.service.gate.clear()

            stale = await bench.ask()

            assert (stale.status, stale.body) == (200, bench.service.body)
            assert b"hit; ttl=-" in stale.headers[b"cache-status"]
            bench.service.gate.set()
            await bench.wait_until_asked(times=2)
            assert (b"if-none-match", b'"v1"') in bench.service.asked[1]["exchange"].headers
            await asyncio.sleep(0.01)
            assert b"hit; ttl=-" not in (await bench.ask()).headers[b"cache-status"]
            assert len(bench.service.asked) == 2

        with_bench(scenario)

    @pytest.mark.parametrize("trouble", [{"error": Unavailable()}, {"error": TimedOut()}, {"status": 500}], ids=str)
    def test_are_given_while_nobody_can_be_asked(self, trouble: dict[str, Any]) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.age()
            vars(bench.service).update(trouble)

            answers = [await bench.ask() for _ in range(3)]

            assert {answer.status for answer in answers} == {200}
            assert all(b"hit; ttl=-" in answer.headers[b"cache-status"] for answer in answers)

        with_bench(scenario)

    def test_are_not_given_for_ever(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.age()
            bench.kept().good_until = 0.0
            bench.service.error = Unavailable()

            with pytest.raises(Unavailable):
                await bench.ask()

        with_bench(scenario)

    def test_are_not_given_once_they_are_purged(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.age()
            bench.service.gate.clear()
            bench.service.error = Unavailable()
            asking = bench.asking()
            await bench.wait_until_asked(times=2)

            bench.cache.purge(["product:lamp"])
            bench.service.gate.set()

            with pytest.raises(Unavailable):
                await asking

        with_bench(scenario)

    @pytest.mark.parametrize("is_unquestioned", [True, False])
    def test_are_forgotten_once_they_are_known_to_be_wrong(self, *, is_unquestioned: bool) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.age(is_unquestioned=is_unquestioned)
            bench.service.status = 404
            await bench.ask()
            await bench.wait_until_asked(times=2)
            await asyncio.sleep(0.01)
            bench.service.error = Unavailable()

            with pytest.raises(Unavailable):
                await bench.ask()

        with_bench(scenario)

    def test_make_room_for_what_is_new(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.age()
            bench.service.body = b"{}"

            assert (await bench.ask()).body == b"{}"

        with_bench(scenario)


class TestAPurge:
    @pytest.mark.parametrize("group", ["product:lamp", "product:id-1", "*"])
    def test_forgets_a_product_by_its_id_and_its_slug(self, group: str) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            await bench.ask("/api/v1/products/ID-1/")

            bench.cache.purge([group])

            await bench.ask()
            await bench.ask("/api/v1/products/ID-1/")
            assert len(bench.service.asked) == 4

        with_bench(scenario)

    def test_leaves_everything_else(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            await bench.ask(LIST)

            bench.cache.purge(["product:spade", "categories"])

            await bench.ask()
            await bench.ask(LIST)
            assert len(bench.service.asked) == 2

        with_bench(scenario)

    @pytest.mark.parametrize("group", ["product:lamp", "product:id-1", "*"])
    def test_keeps_nothing_that_was_read_before_it(self, group: str) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.gate.clear()
            before = bench.asking()
            await bench.wait_until_asked()

            bench.cache.purge([group])
            bench.service.body = b"new"
            after = bench.asking()
            await bench.wait_until_asked(times=2)
            bench.service.gate.set()

            assert (await before).body != b"new"
            assert (await after).body == b"new"
            assert (await bench.ask()).body == b"new"

        with_bench(scenario)

    def test_comes_again_in_case_the_service_was_slower_than_the_fact(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("gateway_svc.gateway.middleware.cache._AGAIN_SECONDS", 0.01)

        async def scenario(bench: Bench) -> None:
            bench.cache.hear('["product:lamp"]')
            await bench.ask()
            await asyncio.sleep(0.05)

            await bench.ask()

            assert len(bench.service.asked) == 2

        with_bench(scenario)

    def test_that_cannot_be_read_forgets_everything(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()

            bench.cache.hear("nonsense")

            await bench.ask()
            assert len(bench.service.asked) == 2

        with_bench(scenario)

    @pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
    def test_follows_a_change_that_is_made_here_before_anybody_hears_of_it(self, method: str) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            await bench.ask(LIST)

            await bench.ask("/api/v1/products/ID-1/", method=method)

            await bench.ask()
            await bench.ask(LIST)
            assert len(bench.service.asked) == 5

        with_bench(scenario)

    def test_is_nothing_to_who_only_asks_what_can_be_done(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            await bench.ask("/api/v1/categories/", method="OPTIONS")

            await bench.ask()

            assert len(bench.service.asked) == 2

        with_bench(scenario)

    def test_does_not_follow_a_change_that_was_refused(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            bench.service.status = 403
            await bench.ask(method="PATCH")

            await bench.ask()

            assert len(bench.service.asked) == 2

        with_bench(scenario)


class TestWithoutNews:
    def test_nothing_is_kept_before_changes_are_heard_of(self) -> None:
        async def scenario() -> None:
            bench = Bench()

            answers = [await bench.ask() for _ in range(2)]

            assert len(bench.service.asked) == 2
            assert {answer.headers[b"cache-status"] for answer in answers} == {b"opencommerce; fwd=bypass"}

        asyncio.run(scenario())

    def test_nothing_is_given_that_was_kept_before(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()

            await bench.cache.lose()
            await bench.ask()
            await bench.cache.begin()
            await bench.ask()
            await bench.ask()

            assert len(bench.service.asked) == 3

        with_bench(scenario)

    def test_nothing_is_kept_that_was_asked_for_before(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.gate.clear()
            asking = bench.asking()
            await bench.wait_until_asked()
            await bench.cache.lose()
            await bench.cache.begin()
            bench.service.gate.set()
            await asking

            await bench.ask()

            assert len(bench.service.asked) == 2

        with_bench(scenario)

    def test_nothing_is_kept_where_there_is_no_room_at_all(self) -> None:
        async def scenario(bench: Bench) -> None:
            await bench.ask()
            await bench.ask()

            assert len(bench.service.asked) == 2

        with_bench(scenario, most_bytes=0)


class TestManyAtOnce:
    def test_wait_for_the_one_who_asks(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.gate.clear()
            asking = [bench.asking(who=who) for who in [ANONYMOUS, SELLER] * 50]
            await bench.wait_until_asked()
            await asyncio.sleep(0)
            bench.service.gate.set()

            answers = await asyncio.gather(*asking)

            assert len(bench.service.asked) == 1
            assert [answer.status for answer in answers] == [200] * 100
            assert sum(b"collapsed" in answer.headers[b"cache-status"] for answer in answers) == 99

        with_bench(scenario)

    @pytest.mark.parametrize(
        ("trouble", "problem"),
        [({"error": Unavailable()}, Unavailable), ({"error": TimedOut()}, TimedOut), ({"status": 500}, InternalError)],
        ids=str,
    )
    def test_get_the_problem_of_the_one_who_asks(self, trouble: dict[str, Any], problem: type[Exception]) -> None:
        async def scenario(bench: Bench) -> None:
            vars(bench.service).update(trouble)
            bench.service.gate.clear()
            asking = [bench.asking() for _ in range(100)]
            await bench.wait_until_asked()
            await asyncio.sleep(0)
            bench.service.gate.set()

            outcomes = await asyncio.gather(*asking, return_exceptions=True)

            assert len(bench.service.asked) == 1
            assert sum(isinstance(outcome, problem) for outcome in outcomes) >= 99

        with_bench(scenario)

    def test_go_on_when_the_one_who_asked_first_has_gone(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.gate.clear()
            first = bench.asking(receive=_leaves)
            await bench.wait_until_asked()
            second = bench.asking()
            with pytest.raises(ClientGone):
                await first
            bench.service.gate.set()

            assert (await second).status == 200
            assert len(bench.service.asked) == 1

        with_bench(scenario)

    def test_have_another_ask_where_the_first_hangs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(filling, "LOCK_SECONDS", 0.05)

        async def scenario(bench: Bench) -> None:
            hangs, bench.service.gate = bench.service.gate, asyncio.Event()
            hangs.clear()
            bench.service.gate, answers = hangs, asyncio.Event()
            first = bench.asking()
            await bench.wait_until_asked()
            bench.service.gate = answers
            others = [bench.asking() for _ in range(20)]
            await bench.wait_until_asked(times=2)
            await asyncio.sleep(0.1)
            answers.set()

            assert {answer.status for answer in await asyncio.gather(*others)} == {200}
            assert len(bench.service.asked) == 2
            assert not first.done()
            hangs.set()
            assert (await first).status == 200

        with_bench(scenario)

    def test_end_the_question_when_all_have_gone(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.gate.clear()
            with pytest.raises(ClientGone):
                await bench.ask(receive=_leaves)
            bench.service.gate.set()

            await bench.ask()

            assert len(bench.service.asked) == 2

        with_bench(scenario)


async def _leaves() -> Any:
    await asyncio.sleep(0.01)
    return {"type": "http.disconnect"}


class TestWhatIsOnlySomebodys:
    def test_is_asked_for_in_their_name(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.status = 404

            await bench.ask(who=SELLER)

            assert [scope["exchange"].principal for scope in bench.service.asked] == [ANONYMOUS, SELLER]

        with_bench(scenario)

    def test_is_not_looked_for_among_everybodys_again(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.status = 404
            await bench.ask(who=SELLER)

            await bench.ask(who=SELLER)

            assert len(bench.service.asked) == 3

        with_bench(scenario)

    def test_may_become_everybodys(self) -> None:
        async def scenario(bench: Bench) -> None:
            bench.service.status = 404
            await bench.ask(who=SELLER)
            bench.service.status = 200

            bench.cache.hear('["product:lamp"]')
            await bench.ask(who=SELLER)
            await bench.ask()

            assert len(bench.service.asked) == 3

        with_bench(scenario)
