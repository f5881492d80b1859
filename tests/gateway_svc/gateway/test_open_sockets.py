"""WebSockets that are open when what they were opened with ends."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from websockets.sync.client import ClientConnection

from common import clock
from common.api.holder import HEADER, Holder
from gateway_svc.api_keys.models import ApiKey
from gateway_svc.house_rules import rules
from gateway_svc.house_rules import services as house_rules
from gateway_svc.sessions import services as sessions
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.gateway.test_api_keys import make
from tests.gateway_svc.gateway.test_sockets import closed_with, feed
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeSockets

pytestmark = pytest.mark.django_db(transaction=True)


TicketOf = Callable[..., str]


@pytest.fixture
def ticket_of(sockets: FakeSockets) -> TicketOf:
    """``ticket_of(user_id=…)``: the query with a ticket of this person, at this sign-in."""

    def make(*, user_id: str | None = None, session_id: str | None = None) -> str:
        ticket = secrets.token_urlsafe(8)
        sockets.tickets[ticket] = Holder(user_id or str(uuid.uuid4()), session_id or str(uuid.uuid4()))
        return f"?ticket={ticket}"

    return make


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

    def test_ends_when_its_account_is_blocked(self, open_door: Callable[..., Door], signer: Signer) -> None:
        door, person = open_door(), str(uuid.uuid4())
        with feed_of(door, signer.token(sub=person)) as socket, feed_of(door, signer.token()) as of_another:
            assert is_open(socket)

            house_rules.block(kind=rules.ACCOUNT, value=person, reason="x", ends_at=None, now=clock.now())

            assert closed_with(socket) == (4403, "blocked")
            assert is_open(of_another)

    def test_ends_with_the_api_key_that_opened_it(self, door: Door, signer: Signer) -> None:
        made, lasting = (make(door, signer.token(), "notifications:read") for _ in range(2))
        ApiKey.objects.filter(id=made["id"]).update(expires_at=clock.now() + timedelta(seconds=1.5))
        with feed_of(door, made["key"]) as socket, feed_of(door, lasting["key"]) as of_another:
            assert is_open(socket)

            assert closed_with(socket) == (4401, "the key has expired")
            assert is_open(of_another)


class TestASocketByTicket:
    def test_ends_at_each_door_with_the_sign_in_that_got_the_ticket(
        self, door: Door, keeping_door: Door, ticket_of: TicketOf
    ) -> None:
        session_id = str(uuid.uuid4())
        with (
            feed(door, ticket_of(session_id=session_id)) as here,
            feed(keeping_door, ticket_of(session_id=session_id)) as there,
            feed(door, ticket_of()) as of_another,
        ):
            assert is_open(here)
            assert is_open(there)

            sessions.end_session(session_id=session_id, user_id="u", ended_at=clock.now())

            assert closed_with(here) == closed_with(there) == (4401, "signed out")
            assert is_open(of_another)

    def test_ends_at_once_where_that_is_over(self, door: Door, ticket_of: TicketOf, signer: Signer) -> None:
        session_id = str(uuid.uuid4())
        token = signer.token(sid=session_id)
        sessions.end_session(session_id=session_id, user_id="u", ended_at=clock.now())
        settle(lambda: door.ask("GET", "/api/v1/orders/", token=token).status == 401)

        with feed(door, ticket_of(session_id=session_id)) as socket:
            assert closed_with(socket) == (4401, "signed out")

    def test_ends_when_its_account_is_blocked(self, open_door: Callable[..., Door], ticket_of: TicketOf) -> None:
        door, person = open_door(), str(uuid.uuid4())
        with feed(door, ticket_of(user_id=person)) as socket, feed(door, ticket_of()) as of_another:
            assert is_open(socket)

            house_rules.block(kind=rules.ACCOUNT, value=person, reason="x", ends_at=None, now=clock.now())

            assert closed_with(socket) == (4403, "blocked")
            assert is_open(of_another)
        with feed(door, ticket_of(user_id=person)) as socket:
            assert closed_with(socket) == (4403, "blocked")

    def test_ends_with_either_sign_in_where_it_came_with_two(
        self, door: Door, ticket_of: TicketOf, signer: Signer
    ) -> None:
        token = {"Authorization": f"Bearer {signer.token(sid=(session_id := str(uuid.uuid4())))}"}
        with feed(door, ticket_of(), additional_headers=token) as socket:
            assert is_open(socket)

            sessions.end_session(session_id=session_id, user_id="u", ended_at=clock.now())

            assert closed_with(socket) == (4401, "signed out")

    def test_says_to_nobody_else_whose_it_is(self, door: Door, ticket_of: TicketOf) -> None:
        with feed(door, ticket_of()) as socket:
            assert HEADER not in socket.response.headers
