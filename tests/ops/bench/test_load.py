"""Asking as fast as answers come, of servers that answer well, badly or not at all."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import redis

from common.topology import NOTIFICATIONS
from ops.bench.load import flood, http, jobs, paced, sql, wrk
from ops.bench.load.jobs import FloodJob, HttpJob, Measured, Pace, Paced, PacedJob, SqlJob
from ops.bench.load.watch import percentile
from ops.errors import OpsError

PATHS = [f"/{number}" for number in range(32)]


class Door(ThreadingHTTPServer):
    """Answers, and remembers what it was asked for and in how many connections."""

    block_on_close = False
    daemon_threads = True

    def __init__(self, answer: type[Answering]) -> None:
        super().__init__(("127.0.0.1", 0), answer)
        self.asked: list[str] = []
        self.connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class Answering(BaseHTTPRequestHandler):
    """Well, with a length."""

    server: Door
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.answer()

    def answer(self) -> None:
        self._say(200, b"well")

    def _say(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class InChunks(Answering):
    def answer(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"4\r\nwell\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n")


class Once(Answering):
    def answer(self) -> None:
        self._say(200, b"well", Connection="close")


class Busy(Answering):
    def answer(self) -> None:
        self._say(503 if self.path == "/1" else 200, b"")


class Together(Answering):
    """Answers once so many ask at the same time, and tells them to come back."""

    ALL = threading.Barrier(8, timeout=10)

    def answer(self) -> None:
        self.ALL.wait()
        self._say(503, b"", **{"Retry-After": "1"})


class Broken(Answering):
    def answer(self) -> None:
        self.wfile.write(b"nonsense\r\n\r\n")
        self.close_connection = True


class Caching(Answering):
    """Says 409 when it finds the page in the cache."""

    cache = redis.Redis.from_url(os.environ["OPENCOMMERCE_REDIS_URL"])

    def answer(self) -> None:
        is_new = self.cache.set(f"bench-test:{self.path}", 1, nx=True, ex=60)
        self._say(200 if is_new else 409, b"")


class Lagging(Caching):
    """Takes longer for one page than the others need for a round."""

    def answer(self) -> None:
        if self.path == "/3":
            time.sleep(0.05)
        super().answer()


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    with Door(getattr(request, "param", Answering)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(door: Door, *, connections: int = 4, **job: Any) -> Measured:
    given = {"seconds": 0.2, "watched": {}, "headers": {}, "paths": PATHS, **job}
    return http.run(HttpJob(port=door.server_port, connections=connections, **given))


def answering(*kinds: type[Answering]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("door", kinds, indirect=True)


class TestFlood:
    @answering(Answering)
    def test_asks_for_one_page_on_connections_that_stay(self, door: Door) -> None:
        measured = self._flood(door)

        assert measured.errors == {}
        assert measured.requests > 10
        assert set(door.asked) == {"/1"}
        assert door.connections <= 1 + 4 + 4  # to see how long the page is, to wake it, to measure

    @answering(Busy)
    def test_counts_what_is_no_answer(self, door: Door) -> None:
        measured = self._flood(door)

        assert measured.errors == {"503": measured.requests}

    def _flood(self, door: Door) -> Measured:
        job = FloodJob(port=door.server_port, connections=4, seconds=0.2, watched={}, headers={}, path="/1")
        return flood.run(job)


class TestPaced:
    @answering(Together)
    def test_asks_again_whether_or_not_it_is_answered(self, door: Door) -> None:
        found = self._ask(door, Pace(100, 0.08))

        assert [(each.status, each.retry_after) for each in found.replies] == [("503", "1")] * 8

    @answering(Answering)
    def test_tells_of_each_at_which_pace_it_was_asked_and_when(self, door: Door) -> None:
        found = self._ask(door, Pace(100, 0.05), Pace(200, 0.01))

        asked = sorted((each.pace, each.after) for each in found.replies)
        assert asked == [(0, 0.0), (0, 0.01), (0, 0.02), (0, 0.03), (0, 0.04), (1, 0.0), (1, 0.005)]
        assert all(each.took > 0 for each in found.replies)

    def test_tells_that_nobody_is_there(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            job = PacedJob(port=free.getsockname()[1], headers={}, path="/", paces=[Pace(100, 0.01)])

            found = paced.run(job)

        assert [each.status for each in found.replies] == ["ConnectionRefusedError"]

    def _ask(self, door: Door, *paces: Pace) -> Paced:
        return paced.run(PacedJob(port=door.server_port, headers={}, path="/", paces=paces))


@pytest.mark.skipif(not wrk.is_here(), reason="wrk is not installed")
class TestWrk:
    @answering(Busy)
    def test_tells_what_it_counted(self, door: Door) -> None:
        job = FloodJob(
            port=door.server_port, connections=2, seconds=0.5, watched={"me": os.getpid()}, headers={}, path="/1"
        )

        measured = wrk.run(job)

        assert measured.requests > 10
        assert measured.errors == {"status": measured.requests}
        assert measured.seconds >= 1
        assert 0 < measured.p50_ms <= measured.p99_ms
        assert measured.cpu_ms.keys() == {"me", "load"}

    def test_says_when_nobody_answers(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        with pytest.raises(OpsError, match="unable to connect"):
            wrk.run(FloodJob(port=port, connections=1, seconds=0.5, watched={}, headers={}, path="/"))


class TestHttp:
    @answering(Answering, InChunks)
    def test_asks_for_all_pages_on_connections_that_stay(self, door: Door) -> None:
        measured = ask(door)

        assert measured.errors == {}
        assert set(door.asked) == set(PATHS)
        assert measured.requests == len(door.asked) - len(PATHS)
        assert door.connections <= 4

    @answering(Once)
    def test_opens_another_connection_when_one_was_closed(self, door: Door) -> None:
        assert ask(door).errors == {}
        assert door.connections == len(door.asked)

    @answering(Busy)
    def test_counts_what_was_refused(self, door: Door) -> None:
        measured = ask(door, paths=["/0", "/1"])

        assert 0 < measured.errors.pop("503") < measured.requests
        assert measured.errors == {}

    @answering(Broken)
    def test_counts_what_is_no_answer(self, door: Door) -> None:
        measured = ask(door)

        assert sum(measured.errors.values()) == measured.requests > 0

    def test_counts_that_nobody_is_there(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]

            measured = http.run(HttpJob(port=port, connections=1, seconds=0.1, watched={}, headers={}, paths=["/"]))

        assert measured.errors == {"ConnectionRefusedError": measured.requests}

    @answering(Caching)
    def test_finds_nothing_in_a_cache_that_it_empties(self, door: Door) -> None:
        assert ask(door, connections=8, empty_cache_at=os.environ["OPENCOMMERCE_REDIS_URL"]).errors == {}

    @answering(Lagging)
    def test_finds_nothing_that_a_late_answer_left_there(self, door: Door) -> None:
        assert ask(door, connections=8, empty_cache_at=os.environ["OPENCOMMERCE_REDIS_URL"]).errors == {}

    @answering(Caching)
    def test_finds_everything_in_a_cache_that_it_does_not(self, door: Door) -> None:
        measured = ask(door, connections=8)

        assert measured.errors == {"409": measured.requests}


class TestSql:
    def test_fetches_each_statement_of_a_page(self) -> None:
        measured = sql.run(sql_job(["SELECT 1", "SELECT 'x' LIKE '%x'"]))

        assert measured.requests > 0
        assert measured.errors == {}

    def test_counts_what_went_wrong(self) -> None:
        measured = sql.run(sql_job(["SELECT 1 / 0"]))

        assert measured.errors == {"DivisionByZero": measured.requests}


class TestDo:
    def test_has_it_done_by_another_process_and_tells_what_it_took(self) -> None:
        measured = jobs.do(sql_job(["SELECT count(*) FROM generate_series(1, 10000)"], watched={"us": os.getpid()}))

        assert measured.requests > 0
        assert measured.rate == pytest.approx(measured.requests / measured.seconds)
        assert set(measured.cpu_ms) == {"us", "load"}
        assert 0 < measured.p50_ms <= measured.p99_ms

    def test_has_it_asked_for_at_a_pace_by_another_process(self, door: Door) -> None:
        job = PacedJob(port=door.server_port, headers={}, path="/", paces=[Pace(100, 0.03)])

        found = jobs.paced(job)

        assert [each.status for each in found.replies] == ["200"] * 3
        assert found.late >= 0


class TestPercentile:
    @pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (100, 100), (1, 1), (0.5, 1)])
    def test_is_the_smallest_that_so_many_do_not_exceed(self, percent: float, value: int) -> None:
        assert percentile(range(1, 101), percent) == value

    def test_of_few_is_one_of_them(self) -> None:
        assert percentile([7.0], 99) == 7.0
        assert percentile([1.0, 2.0, 3.0], 50) == 2.0

    def test_of_none_is_nothing(self) -> None:
        assert percentile([], 50) == 0.0


def sql_job(page: list[str], *, watched: dict[str, int] | None = None) -> SqlJob:
    url = os.environ[NOTIFICATIONS.database_variable]
    return SqlJob(connections=2, seconds=0.2, watched=watched or {}, database_url=url, pages=[page])
