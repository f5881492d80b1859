"""WebSockets on their way through."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from common.api.holder import Holder
from common.observability.correlation import Correlation
from common.topology import NOTIFICATIONS
from gateway_svc.gateway import websocket
from gateway_svc.gateway.asgi import ASGIApp
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.open_sockets import OpenSockets
from gateway_svc.gateway.places import SocketLimits
from gateway_svc.gateway.request_head import PublicOrigin
from gateway_svc.gateway.routes import socket_routes
from gateway_svc.gateway.server.sockets import GOODBYES_A_SECOND
from gateway_svc.gateway.sockets import Sockets
from gateway_svc.gateway.upstreams.balancer import balancers
from gateway_svc.gateway.upstreams.treatment import Treatment
from gateway_svc.gateway.websocket import QUIET_SECONDS
from gateway_svc.house_rules import services
from tests.gateway_svc.door import PUBLIC_URL, Door, settle
from tests.gateway_svc.gateway.server.test_sockets import HANDSHAKE
from tests.gateway_svc.gateway.test_tokens import assertion_of
from tests.gateway_svc.serving import serving
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import BEHAVIOURS, Behaviour, FakeService, FakeSockets, answer

LIVE = "/ws/notifications/"


def feed(door: Door, query: str = "", **options: object) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{door.port}{LIVE}{query}", max_size=None, **options)


def closed_with(socket: ClientConnection) -> tuple[int | None, str | None]:
    with pytest.raises(ConnectionClosed):
        socket.recv(timeout=5)
    return socket.close_code, socket.close_reason


def is_let_in(door: Door, headers: dict[str, str]) -> bool:
    try:
        with feed(door, additional_headers=headers):
            return True
    except InvalidStatus:
        return False


class TestMessages:
    def test_go_both_ways(self, door: Door, sockets: FakeSockets, signer: Signer) -> None:
        with feed(door, additional_headers={"Authorization": f"Bearer {signer.token(sub='u-1')}"}) as socket:
            for message in ("hello", b"\x00\x01", "x" * 60_000, ""):
                socket.send(message)

                assert socket.recv(timeout=5) == message

        request = sockets.asked[-1].request
        assert assertion_of(request.headers["x-gateway-assertion"], audience="notify_svc")["sub"] == "u-1"
        assert "authorization" not in request.headers
        assert request.headers["x-request-id"]
        assert request.headers["host"] == "shop.example"

    def test_of_clients_have_a_largest_size(self, door: Door) -> None:
        with feed(door) as socket:
            socket.send("x" * 70_000)

            assert closed_with(socket)[0] == 1009


class TestAnOpenSocket:
    def test_bears_the_name_of_its_request(self, door: Door, sockets: FakeSockets) -> None:
        with feed(door, additional_headers={"X-Request-ID": "so-it-is-called"}) as socket:
            assert socket.response.headers["x-request-id"] == "so-it-is-called"

        assert sockets.asked[-1].request.headers["x-request-id"] == "so-it-is-called"

    def test_says_how_much_else_may_be_asked(self, open_door: Callable[..., Door], signer: Signer) -> None:
        door, token = open_door(OPENCOMMERCE_RATE_LIMITS="reading-person=5/3600"), signer.token()

        with feed(door, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            assert socket.response.headers["ratelimit"].startswith('"reading";r=4;t=')


class TestCredentials:
    def test_may_stand_in_the_subprotocols(self, door: Door, sockets: FakeSockets, signer: Signer) -> None:
        token = signer.token(sub="u-2")

        with feed(door, subprotocols=["bearer", token]) as socket:
            assert socket.subprotocol == "bearer"

        request = sockets.asked[-1].request
        assert assertion_of(request.headers["x-gateway-assertion"], audience="notify_svc")["sub"] == "u-2"
        assert token not in str(request.headers)

    def test_by_ticket_are_left_to_the_service(self, door: Door, sockets: FakeSockets) -> None:
        with feed(door, "?ticket=once&after=3", origin="https://shop.example"):
            pass

        request = sockets.asked[-1].request
        assert request.path == "/ws/notifications/?ticket=once&after=3"
        assert request.headers["origin"] == "https://shop.example"
        assert "sub" not in assertion_of(request.headers["x-gateway-assertion"], audience="notify_svc")
        time.sleep(0.3)
        assert "ticket" not in door.log.read_text()

    def test_that_are_bad_are_closed_with_4401(self, door: Door, sockets: FakeSockets, signer: Signer) -> None:
        before = len(sockets.asked)
        expired = signer.token(exp=int(time.time()) - 1)

        for options in ({"additional_headers": {"Authorization": "Bearer x"}}, {"subprotocols": ["bearer", expired]}):
            with feed(door, **options) as socket:
                assert closed_with(socket)[0] == 4401
        with feed(door, subprotocols=["bearer"]) as socket:
            assert closed_with(socket)[0] == 4401
        assert len(sockets.asked) == before

    def test_forged_identity_is_dropped(self, door: Door, sockets: FakeSockets) -> None:
        with feed(door, additional_headers={"X-User-Id": "1", "X_Gateway_Assertion": "x", "X-Gateway-Assertion": "y"}):
            pass

        headers = sockets.asked[-1].request.headers
        assert "x-user-id" not in headers
        assert "x_gateway_assertion" not in headers
        assert headers["x-gateway-assertion"] != "y"


class TestSubprotocols:
    def test_of_others_are_settled_with_the_service(self, door: Door) -> None:
        with feed(door, subprotocols=["chat"]) as socket:
            assert socket.subprotocol == "chat"

    def test_that_are_no_tokens_are_refused(self, door: Door) -> None:
        heard = door.say(
            b"GET /ws/notifications/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: a@b c\r\n\r\n",
            seconds=2,
        )

        assert heard.startswith(b"HTTP/1.1 400")
        assert b'"code":"malformed"' in heard


class TestClosing:
    def test_of_the_client_reaches_the_service(self, door: Door, sockets: FakeSockets) -> None:
        with feed(door) as socket:
            socket.send("hello")
            socket.recv(timeout=5)

            socket.close(4000, "enough")

        assert sockets.close_code() == 4000

    def test_of_the_service_reaches_the_client(self, door: Door) -> None:
        with feed(door) as socket:
            socket.send("close please")

            assert closed_with(socket) == (4321, "as you wish")

    def test_of_a_broken_service_is_told(self, door: Door) -> None:
        with feed(door) as socket:
            socket.send("break please")

            assert closed_with(socket)[0] == 1011


class TestTheEndOfTheGateway:
    def test_is_told_to_both_sides(self, open_door: Callable[..., Door], sockets: FakeSockets) -> None:
        door = open_door()

        with ExitStack() as held:
            feeds = [held.enter_context(feed(door)) for _ in range(40)]
            exit_code = door.stop()

            assert {closed_with(each)[0] for each in feeds} == {1012}

        assert exit_code == 0
        assert sockets.close_code() == 1012

    def test_is_told_to_one_after_the_other(self, open_door: Callable[..., Door]) -> None:
        clients = 300
        door = open_door(GATEWAY_SVC_SOCKETS_AN_ADDRESS=str(clients))
        told_at: list[float] = []

        with ExitStack() as held, selectors.DefaultSelector() as told:
            for _ in range(clients):
                client = held.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=5))
                client.sendall(HANDSHAKE + b"\r\n")
                assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
                told.register(client, selectors.EVENT_READ)
            stopping = threading.Thread(target=door.stop)
            stopping.start()
            while len(told_at) < clients:
                for key, _ in told.select(timeout=10):
                    told.unregister(key.fileobj)
                    told_at.append(time.monotonic())
        stopping.join()

        # Who is told so comes back, so they are told at the pace at which others can take them.
        assert told_at[-1] - told_at[0] > 0.7 * clients / GOODBYES_A_SECOND
        assert told_at[clients // 2] - told_at[0] > 0.3 * clients / GOODBYES_A_SECOND


class TestSlowReaders:
    def test_are_hung_up_on(self, door: Door, sockets: FakeSockets) -> None:
        with feed(door, max_queue=1) as socket:
            socket.send("flood please")
            socket.recv(timeout=5)
            began_at = time.monotonic()

            assert sockets.close_code() == 4008
            assert time.monotonic() - began_at > 9  # not at once: they have time to take a message
            with pytest.raises(ConnectionClosed):
                deque(socket, maxlen=0)


@pytest.fixture
def start() -> Iterator[Callable[[Behaviour], FakeService]]:
    """``start(hang)``: an instance that behaves so when it is to open a WebSocket, and is ready all the same."""
    started: list[FakeService] = []

    def start(behaviour: Behaviour) -> FakeService:
        started.append(FakeService({"notifications": behaviour}))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def hasty() -> Iterator[None]:
    """No service is waited for longer than three seconds, in which one that is well answers on a busy machine too."""
    services.set_route(path=LIVE, first_byte_seconds=3)
    yield
    services.set_route(path=LIVE, first_byte_seconds=None)


async def unwell(_service, _asked, _reader, writer) -> None:
    writer.write(answer(b"{}", status="503 Service Unavailable"))


class TestInstances:
    def test_that_are_gone_are_not_noticed(self, open_door: Callable[..., Door], sockets: FakeSockets) -> None:
        door = open_door(NOTIFY_SVC_SOCKET_URL=f"http://127.0.0.1:1,{sockets.url}")

        for _ in range(8):
            with feed(door) as socket:
                socket.send("hello")
                assert socket.recv(timeout=5) == "hello"

    def test_that_are_not_well_are_not_noticed_and_left_out(
        self, open_door: Callable[..., Door], sockets: FakeSockets, start
    ) -> None:
        rude = start(unwell)
        door = open_door(NOTIFY_SVC_SOCKET_URL=f"{rude.url},{sockets.url}", GATEWAY_SVC_CHECK_SECONDS="60")

        for _ in range(24):
            with feed(door) as socket:
                socket.send("hello")
                assert socket.recv(timeout=5) == "hello"
        assert 0 < len(rude.asked) <= 5

    @pytest.mark.django_db(transaction=True)
    def test_that_hang_are_given_up_and_left_out(
        self, open_door: Callable[..., Door], sockets: FakeSockets, start, hasty: None
    ) -> None:
        hanging = start(BEHAVIOURS["hang"])
        door = open_door(NOTIFY_SVC_SOCKET_URL=f"{hanging.url},{sockets.url}", GATEWAY_SVC_CHECK_SECONDS="60")

        with ExitStack() as held, ThreadPoolExecutor(14) as pool:
            answers = []
            for each in [pool.submit(feed, door) for _ in range(14)]:
                try:
                    held.enter_context(each.result())
                except InvalidStatus as refused:
                    answers.append(refused.response)
            heard = len(hanging.asked)
            for _ in range(12):
                held.enter_context(feed(door))

        assert len(answers) == heard >= 5
        assert {each.status_code for each in answers} == {503}
        for each in answers:
            problem = json.loads(each.body)
            assert (problem["code"], problem["request_id"]) == ("timed_out", each.headers["x-request-id"])
        assert len(hanging.asked) == heard


class TestAQuietClient:
    def test_is_asked_after_a_while_whether_it_is_there(self, door: Door) -> None:
        ping = b"\x89\x00"

        with socket.create_connection(("127.0.0.1", door.port), timeout=QUIET_SECONDS + 5) as client:
            client.sendall(HANDSHAKE + b"\r\n")
            heard, began_at = client.recv(65536), time.monotonic()
            while ping not in heard.partition(b"\r\n\r\n")[2]:
                heard += client.recv(65536)

        assert heard.startswith(b"HTTP/1.1 101 ")
        assert time.monotonic() - began_at > QUIET_SECONDS - 1


class TestADeadClient:
    def test_is_hung_up_on_and_gives_its_place_back(
        self, sockets: FakeSockets, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(websocket, "QUIET_SECONDS", 0.3)

        before = len(sockets.asked)
        with serving(one_place_at(sockets)) as server, server.connect() as dead:
            dead.sendall(HANDSHAKE + b"\r\n")
            assert dead.recv(65536).startswith(b"HTTP/1.1 101 ")
            settle(lambda: len(sockets.asked) > before)

            assert sockets.close_code() == 1011
            with connect(f"ws://127.0.0.1:{server.port}{LIVE}") as socket:
                socket.send("hello")
                assert socket.recv(timeout=5) == "hello"


def one_place_at(sockets: FakeSockets) -> ASGIApp:
    """The end of the way in, for one WebSocket at a time."""
    app = Sockets(
        balancers({NOTIFICATIONS.name: [sockets.url]}, Treatment()),
        Assertions(Ed25519PrivateKey.generate().private_bytes_raw()),
        PublicOrigin(PUBLIC_URL),
        SocketLimits(an_address=1),
        open_sockets=OpenSockets(frozenset()),
    )

    async def alone(scope, receive, send) -> None:
        scope["exchange"] = Exchange(Correlation.start(), route=socket_routes().find(LIVE))
        await app(scope, receive, send)

    return alone


class TestRefusals:
    def test_of_more_than_a_person_may_have(
        self, open_door: Callable[..., Door], sockets: FakeSockets, signer: Signer
    ) -> None:
        door, person = open_door(GATEWAY_SVC_SOCKETS_A_PERSON="2"), str(uuid.uuid4())
        sockets.tickets["theirs"] = Holder(person, "another sign-in")
        token = {"Authorization": f"Bearer {signer.token(sub=person)}"}

        with feed(door, additional_headers=token) as first, feed(door, "?ticket=theirs"):
            for query, headers in (("", token), ("?ticket=theirs", {})):
                with pytest.raises(InvalidStatus) as refused:
                    feed(door, query, additional_headers=headers)
                response = refused.value.response
                problem = json.loads(response.body)
                assert (response.status_code, problem["code"]) == (429, "too_many_sockets")
                assert problem["request_id"] == response.headers["x-request-id"]
                assert response.headers["retry-after"] == "10"
            with feed(door, additional_headers={"Authorization": f"Bearer {signer.token()}"}):
                pass
            first.close()
            settle(lambda: is_let_in(door, token))

    def test_of_unknown_paths(self, door: Door) -> None:
        with pytest.raises(InvalidStatus) as refused:
            connect(f"ws://127.0.0.1:{door.port}/ws/nope/")

        assert refused.value.response.status_code == 404
        assert refused.value.response.headers["x-request-id"]

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_of_what_asks_for_no_socket(self, door: Door, method: str) -> None:
        answer = door.ask(method, LIVE)

        assert (answer.status, answer.get("upgrade"), answer.get("connection")) == (426, "websocket", "upgrade")
        assert answer.json()["code"] == "upgrade_required"
        assert answer.json()["request_id"] == answer.get("x-request-id")

    def test_while_the_service_is_down(self, open_door: Callable[..., Door]) -> None:
        door = open_door(NOTIFY_SVC_SOCKET_URL="http://127.0.0.1:1")

        with pytest.raises(InvalidStatus) as refused:
            feed(door)

        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "1"
