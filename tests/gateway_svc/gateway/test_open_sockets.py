"""WebSockets that are open when what they were opened with ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from websockets.sync.client import ClientConnection

from common import clock
from gateway_svc.house_rules import rules
from gateway_svc.house_rules import services as house_rules
from gateway_svc.sessions import services as sessions
from tests.gateway_svc.door import PUBLIC_URL, Door
from tests.gateway_svc.gateway.test_sockets import closed_with, feed
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


def feed_of(door: Door, token: str) -> ClientConnection:
    return feed(door, additional_headers={"Authorization": f"Bearer {token}"})


def is_open(socket: ClientConnection) -> bool:
    socket.send("are you there?")
    return socket.recv(timeout=5) == "are you there?"


class TestASocket:
    def test_ends_with_the_sign_in_that_opened_it(self, door: Door, signer: Signer) -> None:
        session_id = str(uuid.uuid4())
        with feed_of(door, signer.token(sid=session_id)) as socket, feed_of(door, signer.token()) as of_another:
            assert is_open(socket)

            sessions.end_session(session_id=session_id, user_id="u", ended_at=clock.now())

            assert closed_with(socket) == (4401, "signed out")
            assert is_open(of_another)

    def test_that_a_browser_opened_with_a_ticket_ends_when_it_signs_out(self, door: Door, visitor: Visitor) -> None:
        visitor.sign_in()
        cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        with feed(door, "?ticket=once", origin=PUBLIC_URL, additional_headers={"Cookie": cookie}) as socket:
            assert is_open(socket)

            visitor.post("/logout/")

            assert closed_with(socket) == (4401, "signed out")

    def test_ends_when_its_account_is_blocked(self, open_door: Callable[..., Door], signer: Signer) -> None:
        door, person = open_door(), str(uuid.uuid4())
        with feed_of(door, signer.token(sub=person)) as socket, feed_of(door, signer.token()) as of_another:
            assert is_open(socket)

            house_rules.block(kind=rules.ACCOUNT, value=person, reason="x", ends_at=None, now=clock.now())

            assert closed_with(socket) == (4403, "blocked")
            assert is_open(of_another)
