"""The gateway's figures: how they come about, what they are judged by, and what is said of them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from rich.table import Table
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request
from websockets.sync.server import ServerConnection, serve

from ops import procfs
from ops.bench.claim import Claim
from ops.bench.gateway import figures, sockets, ways
from ops.bench.gateway.claims import claims
from ops.bench.gateway.cores import kept, parted
from ops.bench.gateway.figures import Door, Figure, as_json, compared, of_rounds, on_cores, together
from ops.bench.gateway.overload import Overload, of_replies
from ops.bench.gateway.sockets import MANY, Held, hold, spread
from ops.bench.gateway.table import memory, overload, shortfall, speed
from ops.bench.load.jobs import Measured, Reply
from ops.bench.load.watch import TICKS_A_SECOND
from ops.errors import OpsError

ALONE = Measured(requests=200, seconds=2.0, p50_ms=1.5, p99_ms=4.0, errors={}, cpu_ms={"server": 0.02})
MEASURED = Measured(requests=100, seconds=2.0, p50_ms=1.0, p99_ms=2.0, errors={"503": 3}, cpu_ms={"server": 0.05})


def figure(asked: str, *, page: str = "a list", connections: int = 16, cpu: float = 1.0, **others: float) -> Figure:
    rates = {getattr(ways, name): rate for name, rate in others.items()}
    return Figure(page, asked, connections, rates, dict.fromkeys(rates, 0.7), dict.fromkeys(rates, cpu), MEASURED)


def judged(*figures: Figure, held: tuple[Held, ...] = (), cores: int = 4) -> list[Claim]:
    return list(claims(figures, held, cores=cores))


def measured(requests: int, *, cpu_ms: float) -> Measured:
    return Measured(requests=requests, seconds=1.0, p50_ms=1.0, p99_ms=2.0, errors={}, cpu_ms={"server": cpu_ms})


class Listening:
    """A server that keeps every WebSocket open."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self._server = serve(_listen, "127.0.0.1", 0, process_request=self._note)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.socket.getsockname()[1])

    def end(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _note(self, _connection: ServerConnection, request: Request) -> None:
        self.tokens.append(request.headers["Authorization"])


def _listen(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        connection.recv()


@pytest.fixture
def servers() -> Iterator[list[Listening]]:
    found = [Listening(), Listening()]
    yield found
    for each in found:
        each.end()


# A process with a thread, and one below it, which start another thread each when they are told to.
_FAMILY = """
import os, sys, threading, time

rest = lambda: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
told, tell = os.pipe()
is_below = not os.fork()
rest()
print("ready", flush=True)
os.read(told, 1) if is_below else os.write(tell, sys.stdin.buffer.raw.read(1))
rest()
print("more", flush=True)
time.sleep(60)
"""


@dataclasses.dataclass
class Family:
    """Processes that belong together."""

    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def threads(self) -> list[int]:
        return [int(task.name) for pid in procfs.family_of(self.pid) for task in Path(f"/proc/{pid}/task").iterdir()]

    def cores(self) -> set[frozenset[int]]:
        return {frozenset(os.sched_getaffinity(thread)) for thread in self.threads()}

    def hear(self) -> None:
        """Each of the two says so once it has started its thread."""
        assert self.process.stdout is not None
        for _ in range(2):
            self.process.stdout.readline()

    def grow(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(".")
        self.process.stdin.flush()
        self.hear()

    def end(self) -> None:
        if self.process.poll() is None:
            for pid in procfs.family_of(self.pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def family() -> Iterator[Family]:
    command = [sys.executable, "-c", _FAMILY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        found = Family(process)
        found.hear()
        yield found
        found.end()


_ASKER = "OPENCOMMERCE_TEST_ASKER"


class Answering(BaseHTTPRequestHandler):
    """Answers, and notes at first where those may be that ask."""

    protocol_version = "HTTP/1.1"
    askers: ClassVar[set[frozenset[int]]] = set()

    def do_GET(self) -> None:
        if not self.askers:
            there = procfs.carrying(f"{_ASKER}=yes")
            self.askers.update(frozenset(os.sched_getaffinity(each.pid)) for each in there)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server."""
    monkeypatch.setenv(_ASKER, "yes")
    monkeypatch.setattr(Answering, "askers", set())
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


CALM, FLOOD, AFTER = range(3)


def evenly(
    pace: int, *, seconds: float = 2.0, took: float = 0.1, status: str = "200", retry_after: str = ""
) -> list[Reply]:
    """Ten a second."""
    return [Reply(pace, place / 10, took, status, retry_after) for place in range(int(10 * seconds))]


def flooded(*more: list[Reply]) -> Overload:
    """A service that answers twenty a second, for which two seconds of flood are forty."""
    return of_replies([each for replies in more for each in replies], capacity=20.0, flood_seconds=2.0, late=0.004)


def cells(table: Table) -> dict[str, list[str]]:
    return {str(column.header): list(map(str, column.cells)) for column in table.columns}


class TestClaims:
    def test_judge_kept_answers_by_the_ceiling(self) -> None:
        found = judged(figure(ways.CEILING, CEILING=1.0), figure(ways.KEPT, CEILING=0.52))

        assert [(claim.found, claim.holds) for claim in found] == [(0.52, True)]

    @pytest.mark.parametrize(("rate", "holds"), [(0.5, True), (0.49, False)])
    def test_judge_what_is_passed_on_for_the_signed_in_by_nginx(self, rate: float, holds: bool) -> None:
        found = judged(figure(ways.NGINX, NGINX=1.0), figure(ways.SIGNED_IN, NGINX=rate), figure(ways.PUBLIC, NGINX=1))

        assert [(claim.found, claim.holds) for claim in found] == [(rate, holds)]

    def test_judge_it_by_the_faster_nginx(self) -> None:
        (claim,) = judged(figure(ways.SIGNED_IN, NGINX=0.3, AS_IT_COMES=0.8))

        assert (claim.found, claim.holds) == (0.3, False)
        assert claim.said.endswith("× nginx, connections kept")

    def test_say_nothing_of_nginx_where_there_is_none(self) -> None:
        assert judged(figure(ways.SIGNED_IN, ALONE=0.3)) == []

    def test_judge_what_is_added_by_what_the_service_takes_itself(self) -> None:
        alone = dataclasses.replace(figure(ways.ALONE, page=ways.REAL, connections=1, ALONE=1.0), measured=ALONE)
        signed_in = figure(ways.SIGNED_IN, page=ways.REAL, connections=1, ALONE=0.6)

        (claim,) = judged(alone, signed_in)

        assert (claim.found, claim.promised, claim.holds) == (0.7, 1.5, True)

    @pytest.mark.parametrize(("rate", "holds"), [(1.8, True), (1.79, False)])
    def test_judge_two_processes_by_their_rate_where_there_are_cores_for_them(self, rate: float, holds: bool) -> None:
        (claim,) = judged(figure(ways.ONE, ONE=1.0), figure(ways.TWO, ONE=rate, cpu=1.5), cores=3)

        assert (claim.found, claim.holds) == (rate, holds)
        assert "requests a second" in claim.said

    @pytest.mark.parametrize(("cpu", "holds"), [(1.11, True), (1.12, False)])
    def test_judge_two_processes_by_what_a_request_costs_them_where_there_are_not(
        self, cpu: float, holds: bool
    ) -> None:
        (claim,) = judged(figure(ways.ONE, ONE=1.0), figure(ways.TWO, ONE=1.2, cpu=cpu), cores=2)

        assert (claim.found, claim.holds) == (cpu, holds)
        assert "CPU" in claim.said

    def test_judge_sockets_by_what_each_adds_in_the_gateway(self) -> None:
        gateway = Held(ways.GATEWAY, 1, 2**20, 1424, 21 * 2**20)
        server = Held(ways.SERVER, 1, 2**20, 1424, 2**30)

        (claim,) = judged(held=(gateway, server))

        assert (claim.found, claim.holds) == (20.0, True)

    def test_judge_a_flood_by_the_quiet_time_before_it(self) -> None:
        well = flooded(
            evenly(CALM), evenly(FLOOD, took=0.19), evenly(FLOOD, status="503", retry_after="1"), evenly(AFTER)
        )
        badly = flooded(evenly(CALM), evenly(FLOOD, took=0.3), evenly(FLOOD, status="503"), evenly(AFTER, status="503"))

        assert [claim.holds for claim in claims([], [], [well], cores=2)] == [True, True, True]
        assert [claim.holds for claim in claims([], [], [badly], cores=2)] == [False, False, False]


class TestOverload:
    def test_says_how_many_came_and_what_became_of_them(self) -> None:
        refused = evenly(FLOOD, status="503", retry_after="1") + evenly(FLOOD, status="429")

        found = flooded(evenly(CALM), evenly(FLOOD), refused, evenly(AFTER))

        assert (found.offered, found.answered) == (1.5, 0.5)
        assert (found.refused, found.refused_well) == (pytest.approx(2 / 3), 0.5)
        assert found.errors == {}

    def test_is_over_in_the_first_second_in_which_all_is_as_before(self) -> None:
        late = [Reply(AFTER, 0.3, 5.0, "200"), Reply(AFTER, 0.6, 0.1, "503", "1")]

        found = flooded(evenly(CALM), evenly(FLOOD), evenly(AFTER, seconds=3), late)

        assert found.back_after_seconds == 0.75

    def test_is_never_over_where_nothing_comes(self) -> None:
        assert flooded(evenly(CALM), evenly(FLOOD)).back_after_seconds == 10

    def test_counts_as_errors_what_is_neither_answered_nor_refused_and_who_is_refused_in_vain(self) -> None:
        found = flooded(evenly(CALM, status="503"), evenly(FLOOD, status="500"), evenly(AFTER, status="EOFError"))

        assert found.errors == {"503": 20, "500": 20, "EOFError": 20}

    def test_has_a_row_a_round(self) -> None:
        each = flooded(evenly(CALM), evenly(FLOOD, took=0.15), evenly(AFTER))

        shown = cells(overload([each, each]))

        assert shown["3 × too much"] == ["round 1", "round 2"]
        assert shown["×"] == ["1.50", "1.50"]


class TestSpeed:
    def test_a_row_stands_beside_the_yardstick_that_was_there(self) -> None:
        beside_nginx = figure(ways.SIGNED_IN, ALONE=0.2, NGINX=0.6)
        beside_nothing = figure(ways.SIGNED_IN, page="another", ALONE=0.3)

        shown = cells(speed([beside_nginx, beside_nothing]))

        assert shown["page"] == ["a list", "another"]
        assert shown["× yardstick"] == ["0.60", "0.30"]
        assert shown["added p50 ms"] == ["0.70", "0.70"]
        assert shown["server CPU µs"] == ["50", "50"]

    def test_the_page_is_named_once(self) -> None:
        shown = cells(speed([figure(ways.CEILING, CEILING=1.0), figure(ways.KEPT, CEILING=0.6)]))

        assert shown["page"] == ["a list", ""]
        assert shown["added p50 ms"] == ["", ""]


class TestMemory:
    def test_of_a_socket_is_what_it_adds(self) -> None:
        shown = cells(memory([Held(ways.GATEWAY, 1, 2**20, 1424, 33 * 2**20)]))

        assert shown["KiB each"] == ["32.0"]
        assert shown["with"] == ["1,424"]

    def test_of_a_socket_in_two_processes_is_what_it_adds_beyond_the_few_in_each(self) -> None:
        shown = cells(memory([Held(ways.GATEWAY, 2, 2**20, 1824, 33 * 2**20)]))

        assert shown["KiB each"] == ["32.0"]
        assert shown["processes"] == ["2"]

    def test_says_why_there_were_not_more(self) -> None:
        as_many = Held(ways.GATEWAY, 2, 2**20, MANY, 2**30)
        fewer = Held(ways.GATEWAY, 2, 2**20, MANY - 2, 2**30)

        assert list(shortfall([as_many])) == []
        (said,) = shortfall([fewer, fewer])
        assert said.startswith("Not 10,000 sockets: 9,998 over 2 gateways, since a process may have")


class TestSockets:
    @pytest.mark.parametrize(
        ("files", "gateways", "many"), [(20_512, 1, MANY), (20_511, 2, MANY), (20_000, 2, MANY), (4096, 2, 3584)]
    )
    def test_are_spread_over_two_gateways_where_one_has_no_room(self, files: int, gateways: int, many: int) -> None:
        assert spread(files) == (gateways, many)

    def test_are_held_in_even_shares(self, servers: list[Listening], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "FEW", 2)
        monkeypatch.setattr(sockets, "_REST_SECONDS", 0)
        own = os.getpid()

        (held,) = hold([each.port for each in servers], ["a", "b", "c"], {ways.GATEWAY: [own, own]}, many=12)

        assert (held.processes, held.many) == (2, 12)
        assert [sorted(Counter(each.tokens).values()) for each in servers] == [[2, 2, 2], [2, 2, 2]]


class TestFigures:
    def test_are_the_middle_one_of_the_rounds_ratios(self) -> None:
        rounds = [
            {ways.ONE: measured(1000, cpu_ms=0.02), ways.TWO: measured(1000 * times, cpu_ms=0.02 * cost)}
            for times, cost in [(1, 1.5), (2, 1.25), (3, 0.5)]
        ]

        one, two = of_rounds("a page", rounds, connections=16)

        assert (one.rates[ways.TWO], one.cpu[ways.TWO]) == (pytest.approx(0.5), pytest.approx(0.8))
        assert (two.rates[ways.ONE], two.cpu[ways.ONE]) == (pytest.approx(2.0), pytest.approx(1.25))
        assert two.measured.requests == 2000

    def test_take_processor_time_that_cannot_be_seen_for_a_tick(self) -> None:
        tick = 1000 / TICKS_A_SECOND

        unseen, _ = of_rounds(
            "a page", [{ways.ONE: measured(10, cpu_ms=0), ways.TWO: measured(10, cpu_ms=tick)}], connections=1
        )

        assert unseen.cpu[ways.TWO] == pytest.approx(0.1)


class TestCores:
    @pytest.mark.parametrize(
        ("there", "one", "others"), [({0, 1}, {0}, {1}), ({5, 2, 3}, {2}, {3, 5}), ({4}, {4}, {4})]
    )
    def test_are_parted_where_there_are_two(self, there: set[int], one: set[int], others: set[int]) -> None:
        assert parted(there) == (one, others)

    def test_are_kept_by_all_threads_of_all_below_a_process_and_by_those_they_start(self, family: Family) -> None:
        one, _ = parted(os.sched_getaffinity(0))

        with kept(family.pid, one):
            family.grow()

            assert len(family.threads()) == 6
            assert family.cores() == {one}

    def test_are_given_back_however_it_ends(self, family: Family) -> None:
        before = family.cores()
        one, _ = parted(os.sched_getaffinity(0))

        with ExitStack() as keeping:
            keeping.enter_context(pytest.raises(OpsError))
            keeping.enter_context(kept(family.pid, one))
            family.grow()
            raise OpsError("The load failed.")

        assert family.cores() == before

    def test_need_not_be_given_back_by_who_is_gone(self, family: Family) -> None:
        with kept(family.pid, os.sched_getaffinity(0)):
            family.end()

        assert not procfs.identify(family.pid)

    def test_of_a_door_are_one_for_its_server_and_others_for_the_rest(self, family: Family) -> None:
        one, others = parted(os.sched_getaffinity(0))
        with subprocess.Popen(["sleep", "60"]) as server:
            watched = {"server": server.pid, "upstream": family.pid}
            with on_cores(Door(80, "/", watched, {}), server=one, others=others) as door:
                found = os.sched_getaffinity(server.pid), family.cores(), door.load
            server.kill()

        assert found == (one, {others}, others)

    def test_of_a_door_are_those_of_the_load(
        self, family: Family, answering: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(figures, "ROUNDS", 1)
        one, others = parted(os.sched_getaffinity(0))
        door = Door(answering, "/", {"server": family.pid}, {})

        with on_cores(door, server=one, others=others) as kept_door:
            (found,) = compared("a page", {ways.ALONE: [kept_door]}, connections=1, seconds=0.1)

        assert found.measured.requests > 0
        assert Answering.askers == {others}


def test_figures_say_what_went_wrong() -> None:
    assert figure(ways.KEPT).failed == 3
    assert as_json(figure(ways.KEPT))["measured"]["requests_per_second"] == 50.0


def test_what_is_asked_at_once_counts_as_one() -> None:
    found = together([ALONE, MEASURED])

    assert (found.requests, found.seconds, found.p50_ms, found.p99_ms) == (300, 2.0, 1.5, 4.0)
    assert found.errors == {"503": 3}
    assert found.cpu_ms["server"] == pytest.approx(0.03)
