"""Credentials that are made up keep nobody waiting but who made them up."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction

from gateway_svc.api_keys import rules, services
from gateway_svc.api_keys.models import ApiKey
from gateway_svc.browsers.models import BrowserSession
from gateway_svc.gateway import api_keys
from gateway_svc.gateway.api_keys import ApiKeys
from gateway_svc.gateway.database import MOST_WAITING
from gateway_svc.gateway.ended_sessions import EndedSessions
from tests.gateway_svc.door import Answer, Door
from tests.gateway_svc.signing import Signer

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS, ORDERS = "/api/v1/products/", "/api/v1/orders/"
KEY, COOKIE = "key", "cookie"
MODELS = {KEY: ApiKey, COOKIE: BrowserSession}


def made_up(kind: str) -> tuple[str, str]:
    """A header with a credential that nobody was ever given."""
    if kind == KEY:
        return "Authorization", f"Bearer {rules.written(secrets.token_hex(4), secrets.token_urlsafe(32))}"
    return "Cookie", f"opencommerce_session={secrets.token_urlsafe(32)}"


def good_key() -> str:
    _, key = services.make_key(
        user_id=uuid4(),
        user_name="Bo",
        roles=["customer"],
        name="a program",
        scopes=["catalogue:read"],
        days=1,
        now=datetime.now(UTC),
    )
    return key


@contextmanager
def out_of_reach(kind: str) -> Iterator[None]:
    """Whatever is looked up meanwhile is waited for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {MODELS[kind]._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.fixture(scope="module")
def limited(open_door: Callable[..., Door]) -> Door:
    """Takes three guesses from a network, and hears from a proxy whose they are."""
    return open_door(OPENCOMMERCE_RATE_LIMITS="guesses-address=3/3600", OPENCOMMERCE_TRUSTED_PROXIES="127.0.0.1")


def ask(door: Door, address: str, *headers: tuple[str, str]) -> Answer:
    """Raises TimeoutError where the answer is one that has to be waited for."""
    return door.ask("GET", ORDERS, headers=[("X-Forwarded-For", address), *headers], timeout=3)


class TestGuesses:
    @pytest.mark.parametrize("kind", [KEY, COOKIE])
    def test_that_are_too_many_are_not_looked_up(self, limited: Door, kind: str) -> None:
        address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        statuses = [ask(limited, address, made_up(kind)).status for _ in range(3)]

        with out_of_reach(kind):
            refused = ask(limited, address, made_up(kind))

        assert statuses == [401 if kind == KEY else 200] * 3
        assert (refused.status, refused.json()["violated-policies"]) == (429, ["guesses"])
        assert 0 < int(refused.get("retry-after") or 0) <= 1200

    def test_are_none_where_a_credential_is_good(self, limited: Door) -> None:
        address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        keys = [good_key() for _ in range(5)]

        answers = [
            limited.ask("GET", PRODUCTS, token=key, headers=[("X-Forwarded-For", address)]).status for key in keys
        ]

        assert answers == [200] * 5

    def test_of_one_network_are_none_of_another(self, limited: Door) -> None:
        for _ in range(4):
            ask(limited, "203.0.113.7", made_up(KEY))

        answer = limited.ask("GET", PRODUCTS, token=good_key(), headers=[("X-Forwarded-For", "203.0.113.8")])

        assert answer.status == 200


class TestTheLine:
    def test_has_an_end_and_is_not_everybodys(self, door: Door, signer: Signer) -> None:
        known, too_many = good_key(), 20
        assert door.ask("GET", PRODUCTS, token=known).status == 200

        async def flood() -> tuple[list[bytes], list[int]]:
            asked = [asyncio.create_task(say(door, made_up(KEY))) for _ in range(2 + MOST_WAITING + too_many)]
            while sum(each.done() for each in asked) < too_many:
                await asyncio.sleep(0.01)
            refused = [each.result() for each in asked if each.done()]
            tokens = (known, signer.token())
            others = [await asyncio.to_thread(door.ask, "GET", PRODUCTS, token=token) for token in tokens]
            return refused, [each.status for each in others]

        with out_of_reach(KEY):
            refused, others = asyncio.run(flood())

        assert len(refused) == too_many
        for answer in refused:
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 1" in head
            assert b'"code":"overloaded"' in body
        assert others == [200, 200]


async def say(door: Door, header: tuple[str, str]) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    lines = [f"GET {PRODUCTS} HTTP/1.1", "Host: h", "Connection: close", ": ".join(header), "", ""]
    writer.write("\r\n".join(lines).encode())
    try:
        return await reader.read()
    finally:
        writer.close()


class TestWhatIsKnown:
    def test_is_not_forgotten_for_what_is_made_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api_keys, "_REMEMBERED", 1)
        monkeypatch.setattr(api_keys, "_LOOK_UPS_AT_ONCE", 1)
        key = good_key()

        async def story() -> str:
            keys = ApiKeys(EndedSessions(read=lambda **_: []), limiter=None)
            await keys.holder(key.encode(), address="::1")
            for _ in range(3):
                with pytest.raises(api_keys.BadCredential):
                    await keys.holder(made_up(KEY)[1].removeprefix("Bearer ").encode(), address="::1")
            await keys._look_ups.database.run(_forget_all_keys)
            return (await keys.holder(key.encode(), address="::1")).name

        assert asyncio.run(story()) == "Bo"


def _forget_all_keys() -> None:
    """And let go of the database, since the thread ends here."""
    ApiKey.objects.all().delete()
    connection.close()
