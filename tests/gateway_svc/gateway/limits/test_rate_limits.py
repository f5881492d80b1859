"""Limits at the real door."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from common.testing.private_redis import PrivateRedis
from tests.gateway_svc.accounts import ADA, PASSWORD, FakeAccounts
from tests.gateway_svc.door import Answer, Door
from tests.gateway_svc.shelf import FakeShelf
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeService
from tests.gateway_svc.visitor import Visitor

PRODUCTS, ORDERS, TOKEN = "/api/v1/products/", "/api/v1/orders/", "/api/v1/auth/token/"
SIGN_IN = f'{{"email": "{ADA}", "password": "{PASSWORD}"}}'.encode()
LIMITS = "reading-person=5/3600,reading-address=100/3600,sign-in-address=3/3600,payment-person=2/3600"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def redis() -> Iterator[PrivateRedis]:
    """Of these tests alone: what was asked before counts nowhere."""
    server = PrivateRedis()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def limited(open_door: Callable[..., Door], redis: PrivateRedis) -> Door:
    """A gateway with little to give, which hears from a proxy who asks."""
    return open_door(**variables(redis))


def variables(redis: PrivateRedis, limits: str = LIMITS) -> dict[str, str]:
    return {
        "OPENCOMMERCE_REDIS_URL": redis.url,
        "OPENCOMMERCE_RATE_LIMITS": limits,
        "OPENCOMMERCE_TRUSTED_PROXIES": "127.0.0.1",
    }


def a_network() -> str:
    """Somebody's, of whom nobody has heard."""
    return f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"


def sign_in(door: Door, address: str) -> Answer:
    headers = [("X-Forwarded-For", address), ("Content-Type", "application/json")]
    return door.ask("POST", TOKEN, headers=headers, body=SIGN_IN)


class TestSomebodySignedIn:
    def test_hears_what_is_left(self, limited: Door, signer: Signer) -> None:
        token = signer.token()

        answers = [limited.ask("GET", PRODUCTS, token=token) for _ in range(2)]

        assert [answer.all("ratelimit-policy") for answer in answers] == [['"reading";q=5;w=3600']] * 2
        said = [re.fullmatch(r'"reading";r=(\d+);t=(\d+)', answer.get("ratelimit") or "") for answer in answers]
        assert [int(each[1]) for each in said if each] == [4, 3]
        assert all(0 < int(each[2]) <= 720 for each in said if each)

    def test_hears_it_of_what_is_refused_for_another_reason_too(self, limited: Door, signer: Signer) -> None:
        answer = limited.ask("POST", ORDERS, token=signer.token(), body=b" " * (1024 * 1024 + 1))

        assert answer.status == 413
        assert answer.all("ratelimit-policy") == ['"payment";q=2;w=3600']

    def test_is_refused_what_is_too_much(self, limited: Door, service: FakeService, signer: Signer) -> None:
        token = signer.token()
        for _ in range(5):
            limited.ask("GET", PRODUCTS, token=token)
        service.asked.clear()

        answer = limited.ask("GET", PRODUCTS, token=token)

        assert answer.status == 429
        problem = answer.json()
        assert problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
        assert (problem["code"], problem["violated-policies"]) == ("too_many_requests", ["reading"])
        assert problem["request_id"] == answer.get("x-request-id")
        wait = int(answer.get("retry-after") or 0)
        assert 0 < wait <= 720
        assert answer.get("ratelimit") == f'"reading";r=0;t={wait}'
        assert not service.asked

    def test_is_counted_by_who_they_are_not_by_their_token(self, limited: Door, signer: Signer) -> None:
        somebody = str(uuid.uuid4())
        for _ in range(5):
            limited.ask("GET", PRODUCTS, token=signer.token(sub=somebody))

        assert limited.ask("GET", PRODUCTS, token=signer.token(sub=somebody)).status == 429
        assert limited.ask("GET", PRODUCTS, token=signer.token()).status == 200

    def test_has_each_kind_of_request_counted_apart(self, limited: Door, signer: Signer) -> None:
        token = signer.token()
        for _ in range(6):
            limited.ask("GET", PRODUCTS, token=token)

        assert [limited.ask("POST", ORDERS, token=token, body=b"{}").status for _ in range(3)] == [200, 200, 429]

    def test_is_counted_once_by_two_processes_and_fifty_clients(
        self, limited: Door, open_door: Callable[..., Door], redis: PrivateRedis, signer: Signer
    ) -> None:
        doors, token = [limited, open_door(**variables(redis))], signer.token()

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda at: doors[at % 2].ask("GET", PRODUCTS, token=token), range(100)))

        statuses = [answer.status for answer in answers]
        assert (statuses.count(200), statuses.count(429)) == (5, 95)
        said = [re.fullmatch(r'"reading";r=(\d+);t=(\d+)', answer.get("ratelimit") or "") for answer in answers]
        assert all(said)
        assert sorted(int(each[1]) for each in said if each)[-5:] == [0, 1, 2, 3, 4]

    def test_sees_a_page_in_a_browser(
        self, open_door: Callable[..., Door], redis: PrivateRedis, accounts: FakeAccounts
    ) -> None:
        # The addresses' bucket is one for all doors here, so all say the same of it.
        few = "reading-person=1/3600,reading-address=100/3600,sign-in-address=100/60"
        visitor = Visitor(open_door(**variables(redis, few)))
        assert visitor.sign_in().status == 303

        visitor.get(PRODUCTS)
        refusal = visitor.get(PRODUCTS)

        assert refusal.status == 429
        assert b"Too Many Requests" in refusal.body
        assert refusal.get("retry-after")


class TestSomebodyWithABadToken:
    def test_is_counted_by_address(self, open_door: Callable[..., Door], redis: PrivateRedis, signer: Signer) -> None:
        door = open_door(**variables(redis, "reading-address=2/3600"))
        source, forged = [("X-Forwarded-For", f"{a_network()}::1")], Signer(signer.key_id)

        answers = [door.ask("GET", PRODUCTS, token=forged.token(), headers=source) for _ in range(4)]

        assert [answer.status for answer in answers] == [401, 401, 429, 429]
        assert [(answer.get("ratelimit") or "")[:13] for answer in answers] == [
            '"reading";r=1',
            *['"reading";r=0'] * 3,
        ]
        assert door.ask("GET", PRODUCTS, token=signer.token(), headers=source).status == 200


class TestAnswersFromMemory:
    def test_are_not_counted(
        self, open_keeping_door: Callable[..., Door], redis: PrivateRedis, shelf: FakeShelf, signer: Signer
    ) -> None:
        door, token = open_keeping_door(**variables(redis)), signer.token()
        first = door.ask("GET", PRODUCTS, token=token)
        assert "stored" in (first.get("cache-status") or "")

        hits = [door.ask("GET", PRODUCTS, token=token) for _ in range(10)]

        assert {(answer.status, answer.get("ratelimit")) for answer in hits} == {(200, None)}
        assert (door.ask("GET", ORDERS, token=token).get("ratelimit") or "").startswith('"reading";r=3;')
        assert [asked.target for asked in shelf.asked].count(PRODUCTS) == 1


class TestSigningIn:
    def test_is_counted_by_address_whoever_is_tried(self, limited: Door, accounts: FakeAccounts) -> None:
        network = a_network()

        statuses = [sign_in(limited, f"{network}::{last}").status for last in range(1, 6)]

        assert statuses == [200, 200, 200, 429, 429]
        assert sign_in(limited, f"{a_network()}::1").status == 200

    def test_through_the_page_is_counted_too(self, limited: Door, accounts: FakeAccounts) -> None:
        visitor, source = Visitor(limited), f"{a_network()}::1"
        visitor.get("/login/")
        tries = [
            visitor.post("/login/", {"X-Forwarded-For": source}, email=ADA, password="wrong").status for _ in range(4)
        ]

        assert tries == [401, 401, 401, 429]
        assert len(accounts.asked_for("auth/token")) == 3

    def test_leaves_reading_alone(self, limited: Door, accounts: FakeAccounts) -> None:
        address = f"{a_network()}::1"
        for _ in range(4):
            sign_in(limited, address)

        assert limited.ask("GET", PRODUCTS, headers=[("X-Forwarded-For", address)]).status == 200


class TestWithoutRedis:
    @pytest.fixture
    def lonely(self, open_door: Callable[..., Door]) -> Iterator[tuple[Door, PrivateRedis]]:
        """A gateway whose Redis may go away."""
        server = PrivateRedis()
        yield open_door(**variables(server)), server
        server.kill()

    def test_reading_passes_and_signing_in_is_counted_here(
        self, lonely: tuple[Door, PrivateRedis], signer: Signer, accounts: FakeAccounts
    ) -> None:
        door, redis = lonely
        token, address = signer.token(), f"{a_network()}::1"
        redis.kill()

        reads = [door.ask("GET", PRODUCTS, token=token) for _ in range(10)]
        tries = [sign_in(door, address).status for _ in range(4)]

        assert [answer.status for answer in reads] == [200] * 10
        assert reads[-1].get("ratelimit") is None
        assert tries == [200, 200, 200, 429]

        redis.start()
        _wait_for(lambda: door.ask("GET", PRODUCTS, token=token).get("ratelimit"))

    def test_paying_is_counted_here(self, lonely: tuple[Door, PrivateRedis], signer: Signer) -> None:
        door, redis = lonely
        token = signer.token()
        redis.kill()

        answers = [door.ask("POST", ORDERS, token=token, body=b"{}") for _ in range(4)]

        assert [answer.status for answer in answers] == [200, 200, 429, 429]
        assert answers[-1].json()["violated-policies"] == ["payment"]
        assert int(answers[-1].get("retry-after") or 0) > 0
        assert door.ask("POST", ORDERS, token=signer.token(), body=b"{}").status == 200

    def test_that_hangs_is_asked_by_the_first_alone(self, lonely: tuple[Door, PrivateRedis], signer: Signer) -> None:
        door, redis = lonely
        token = signer.token()
        door.ask("GET", PRODUCTS, token=token)
        asked_before = questions_to(redis)
        redis.freeze()
        try:
            answers = [door.ask("GET", PRODUCTS, token=token) for _ in range(10)]
        finally:
            redis.thaw()

        assert [answer.status for answer in answers] == [200] * 10
        assert all(answer.get("ratelimit") is None for answer in answers)
        # What was sent to it while it hung it does now.
        assert questions_to(redis) - asked_before == 1

    def test_shows_in_the_metrics(self, open_door: Callable[..., Door], signer: Signer) -> None:
        server = PrivateRedis()
        door = open_door(**variables(server, "reading-person=1/3600"), OPENCOMMERCE_PUBLIC_URL="http://127.0.0.1:8000")
        token = signer.token()
        for _ in range(3):
            door.ask("GET", PRODUCTS, token=token)
        server.kill()
        door.ask("GET", PRODUCTS, token=token)

        shown = door.ask("GET", "/metrics").body.decode()

        name = "opencommerce_gateway_limited_requests_total"
        counted = {
            outcome: float(count)
            for outcome, count in re.findall(rf'{name}{{outcome="(\w+)",policy="reading-person"}} (\S+)', shown)
        }
        assert counted == {"passed": 1.0, "refused": 2.0, "uncounted": 1.0}
        assert "opencommerce_gateway_limits_without_redis 1.0" in shown


class TestOff:
    def test_nothing_is_counted_and_nothing_said(self, door: Door, signer: Signer) -> None:
        answer = door.ask("GET", PRODUCTS, token=signer.token())

        assert answer.get("ratelimit") is None
        assert answer.get("ratelimit-policy") is None


def questions_to(redis: PrivateRedis) -> int:
    """How often its script has run."""
    with Redis.from_url(redis.url) as client:
        return int(client.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0))


def _wait_for(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
