"""Buying at a door that takes orders and tells of them, well, badly or not at all."""

from __future__ import annotations

import json
import os
import socketserver
import threading
import uuid
from collections.abc import Iterator

import pytest
from websockets.http11 import Request
from websockets.server import ServerProtocol

from common.contracts import OrderConfirmed
from ops.bench.load import buying
from ops.bench.load.jobs import Ordered, OrderJob
from ops.errors import OpsError


class Door(socketserver.ThreadingTCPServer):
    """One port for both, as the gateway has it; a buyer is known by the token."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, visit: type[Visit]) -> None:
        super().__init__(("127.0.0.1", 0), visit)
        self.feeds: dict[str, Visit] = {}
        self.orders: list[dict[str, object]] = []
        self.keys: set[str] = set()


class Visit(socketserver.StreamRequestHandler):
    """A connection: requests one after another, or a feed that stays open."""

    server: Door

    def handle(self) -> None:
        while head := self._head():
            if b"Upgrade: websocket" in head:
                self._open_feed(head)
                self.rfile.read()
            else:
                self._take_order(head)

    def take(self, buyer: str, order_id: str) -> None:
        self.server.feeds[buyer].tell(order_id)
        self.answer(201, {"id": order_id})

    def tell(self, order_id: str) -> None:
        self._send({"type": "notification", "event": OrderConfirmed.name, "data": {"order_id": order_id}})

    def answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.wfile.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)

    def _take_order(self, head: bytes) -> None:
        headers = _headers(head)
        self.server.orders.append(json.loads(self.rfile.read(int(headers["content-length"]))))
        self.server.keys.add(headers["idempotency-key"])
        self.take(headers["authorization"], str(uuid.uuid4()))

    def _open_feed(self, head: bytes) -> None:
        self._protocol = ServerProtocol()
        self._protocol.receive_data(head)
        (request,) = self._protocol.events_received()
        assert isinstance(request, Request)
        self._protocol.send_response(self._protocol.accept(request))
        self._send({"type": "ready", "unread_count": 0})
        self.server.feeds[_headers(head)["authorization"]] = self

    def _send(self, message: object) -> None:
        self._protocol.send_text(json.dumps(message).encode())
        for data in self._protocol.data_to_send():
            self.wfile.write(data)

    def _head(self) -> bytes:
        lines = list(iter(self.rfile.readline, b"\r\n")) if (first := self.rfile.readline()) else []
        return b"".join([first, *lines, b"\r\n"]) if first else b""


class Twice(Visit):
    def tell(self, order_id: str) -> None:
        super().tell(order_id)
        super().tell(order_id)


class Late(Visit):
    """Tells after the answer."""

    def take(self, buyer: str, order_id: str) -> None:
        self.answer(201, {"id": order_id})
        self.server.feeds[buyer].tell(order_id)


class Busy(Visit):
    def take(self, buyer: str, order_id: str) -> None:
        self.answer(503, {})


class Silent(Visit):
    def tell(self, order_id: str) -> None:
        pass


class HangingUp(Visit):
    def tell(self, order_id: str) -> None:
        self.connection.shutdown(2)


class Closed(Visit):
    def _open_feed(self, head: bytes) -> None:
        self.answer(401, {})


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode().split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    with Door(getattr(request, "param", Visit)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def at(*kinds: type[Visit]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("door", kinds, indirect=True)


def buy(door: Door, *, seconds: float = 0.2, pause_seconds: float = 0.0) -> Ordered:
    return buying.run(
        OrderJob(
            port=door.server_address[1],
            seconds=seconds,
            buyers=["ada", "jonas"],
            skus=["MUG", "LAMP"],
            address={"country": "GB"},
            watched={"us": os.getpid()},
            pause_seconds=pause_seconds,
        )
    )


class TestBuying:
    @at(Visit, Twice, Late)
    def test_each_order_is_followed_until_it_is_live(self, door: Door) -> None:
        ordered = buy(door)

        assert ordered.errors == {}
        assert len(ordered.placed) == len(door.orders) == len(door.keys) > 2
        assert all(order.live_at and order.live_at >= order.sent_at for order in ordered.placed)
        assert ordered.ticks_before["us"] > 0

    def test_orders_are_of_one_piece_of_anything(self, door: Door) -> None:
        buy(door)

        bought = {json.dumps(order["items"]) for order in door.orders}
        assert bought == {f'[{{"sku": "{sku}", "quantity": 1}}]' for sku in ("MUG", "LAMP")}

    def test_a_pause_is_kept_between_two_orders_of_a_buyer(self, door: Door) -> None:
        assert len(buy(door, seconds=0.2, pause_seconds=1.0).placed) == 2

    @at(Busy)
    def test_refusals_are_counted_and_not_repeated_at_once(self, door: Door) -> None:
        ordered = buy(door)

        assert ordered.placed == []
        assert set(ordered.errors) == {"503"}
        assert 2 <= ordered.errors["503"] <= 6

    @at(Silent)
    def test_an_order_that_does_not_become_live_is_an_error(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(buying, "_LIVE_SECONDS", 0.05)

        ordered = buy(door)

        assert ordered.errors == {buying.NOT_LIVE: len(ordered.placed)}
        assert not any(order.live_at for order in ordered.placed)

    @at(HangingUp)
    def test_whoever_loses_the_feed_buys_no_more(self, door: Door) -> None:
        assert buy(door).errors == {buying.FEED_LOST: 2}

    @at(Closed)
    def test_nobody_buys_without_a_feed(self, door: Door) -> None:
        with pytest.raises(OpsError, match="did not open"):
            buy(door)
