"""What staff set, at two real doors."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from common import clock
from common.testing.private_redis import PrivateRedis
from gateway_svc.house_rules import rules, services
from gateway_svc.house_rules.models import Block, Rules
from tests.gateway_svc.accounts import ADMIN, FakeAccounts
from tests.gateway_svc.door import Answer, Door, settle
from tests.gateway_svc.shelf import FakeShelf
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS, ORDERS, FILES, LIVE = "/api/v1/products/", "/api/v1/orders/", "/api/v1/files/", "/ws/notifications/"
MAKING = "/admin/gateway/house_rules/block/do/block/"
PROMISED_SECONDS = 2.0


@pytest.fixture(scope="module")
def two_doors(open_door: Callable[..., Door]) -> list[Door]:
    proxied = {"OPENCOMMERCE_RATE_LIMITS": "on", "OPENCOMMERCE_TRUSTED_PROXIES": "127.0.0.0/8"}
    return [open_door(**proxied), open_door(**proxied)]


@pytest.fixture
def doors(two_doors: list[Door], door: Door, keeping_door: Door) -> Iterator[list[Door]]:
    """Both. Afterwards nothing is set any more, and all that others use as well have heard of it."""
    yield two_doors
    everywhere = [*two_doors, door, keeping_door]
    services.close_route(path=FILES, because="Later.")
    settle(lambda: both(everywhere, lambda each: each.ask("GET", FILES).status == 503))
    services.take_over(Rules(), now=clock.now())
    settle(lambda: both(everywhere, lambda each: each.ask("GET", FILES).status == 200))


def both(doors: list[Door], is_so: Callable[[Door], bool]) -> bool:
    return all(is_so(door) for door in doors)


def block(kind: str, value: str) -> Block:
    return services.block(kind=kind, value=value, reason="they scrape", ends_at=None, now=clock.now())


def from_(address: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", address)]


class TestALimit:
    def test_that_is_set_holds_at_all_doors(self, doors: list[Door], signer: Signer) -> None:
        token = signer.token()

        services.set_limit(label="reading-person", requests=7, window_seconds=None, is_off=False)

        settle(lambda: both(doors, lambda door: policy(door, token) == '"reading";q=7;w=60'), seconds=PROMISED_SECONDS)

    def test_that_is_off_counts_nobody(self, doors: list[Door], signer: Signer) -> None:
        token = signer.token()
        assert both(doors, lambda door: policy(door, token) is not None)

        services.set_limit(label="reading-person", requests=None, window_seconds=None, is_off=True)

        settle(lambda: both(doors, lambda door: policy(door, token) is None))
        assert both(doors, lambda door: policy(door) is not None)


def policy(door: Door, token: str | None = None) -> str | None:
    return door.ask("GET", ORDERS, token=token).get("ratelimit-policy")


class TestARoute:
    def test_that_is_closed_tells_why_and_when_to_come_again(self, doors: list[Door]) -> None:
        services.close_route(path=PRODUCTS, because="We count our stock.", back_in_seconds=600)

        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS).status == 503), seconds=PROMISED_SECONDS)
        answer = doors[0].ask("GET", f"{PRODUCTS}a-shoe/")
        problem = answer.json()
        assert (problem["code"], problem["detail"]) == ("closed", "We count our stock.")
        assert answer.get("retry-after") == "600"
        assert doors[0].ask("GET", ORDERS).status == 200

    def test_that_is_closed_takes_what_lies_below_with_it(self, doors: list[Door], signer: Signer) -> None:
        services.close_route(path=ORDERS, because="Later.")

        settle(lambda: both(doors, lambda door: place(door, signer).status == 503))

    def test_that_was_opened_again_is_open(self, doors: list[Door]) -> None:
        services.close_route(path=PRODUCTS, because="Later.")
        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS).status == 503))

        services.open_route(path=PRODUCTS)

        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS).status == 200))

    def test_takes_no_more_than_is_set(self, doors: list[Door], signer: Signer) -> None:
        services.set_route(path=f"POST {ORDERS}", body_bytes=1024)

        settle(lambda: both(doors, lambda door: place(door, signer, b"x" * 1025).status == 413))
        assert place(doors[0], signer, b"x" * 1024).status == 200

    def test_that_is_closed_is_given_from_no_memory(
        self, doors: list[Door], keeping_door: Door, shelf: FakeShelf
    ) -> None:
        assert keeping_door.ask("GET", PRODUCTS).status == 200

        services.close_route(path=PRODUCTS, because="Later.")

        settle(lambda: keeping_door.ask("GET", PRODUCTS).status == 503)
        services.open_route(path=PRODUCTS)
        settle(lambda: keeping_door.ask("GET", PRODUCTS).status == 200)


def place(door: Door, signer: Signer, body: bytes = b"{}") -> Answer:
    return door.ask("POST", ORDERS, token=signer.token(), headers=[("Idempotency-Key", str(uuid.uuid4()))], body=body)


class TestABlock:
    def test_keeps_an_account_out_at_all_doors_and_nobody_else(self, doors: list[Door], signer: Signer) -> None:
        person = str(uuid.uuid4())
        token = signer.token(sub=person)

        block(rules.ACCOUNT, person)

        settle(
            lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, token=token).status == 403),
            seconds=PROMISED_SECONDS,
        )
        problem = doors[0].ask("GET", PRODUCTS, token=token).json()
        assert problem["code"] == "blocked"
        assert "they scrape" not in str(problem)
        assert doors[0].ask("GET", PRODUCTS).status == 200
        assert doors[0].ask("GET", PRODUCTS, token=signer.token()).status == 200

    def test_keeps_an_account_from_what_is_in_memory_too(
        self, doors: list[Door], keeping_door: Door, shelf: FakeShelf, signer: Signer
    ) -> None:
        person = str(uuid.uuid4())
        token = signer.token(sub=person)
        assert [keeping_door.ask("GET", PRODUCTS, token=token).status for _ in range(3)] == [200] * 3

        block(rules.ACCOUNT, person)

        settle(lambda: keeping_door.ask("GET", PRODUCTS, token=token).status == 403)
        assert keeping_door.ask("GET", PRODUCTS, token=signer.token()).status == 200

    def test_keeps_a_network_out_but_for_staff_and_the_health(self, doors: list[Door], signer: Signer) -> None:
        block(rules.NETWORK, "203.0.113.0/24")

        there = from_("203.0.113.9")
        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, headers=there).status == 403))
        door = doors[0]
        assert door.ask("POST", "/api/v1/auth/token/", headers=there, body=b"{}").status == 403
        assert door.ask("GET", PRODUCTS, headers=there, token=signer.token()).status == 403
        assert door.ask("GET", PRODUCTS, headers=there, token=signer.token(roles=["support"])).status == 200
        assert door.ask("GET", "/health/live", headers=there).status == 200
        assert door.ask("GET", PRODUCTS, headers=from_("203.0.114.9")).status == 200

    def test_of_the_network_that_staff_come_from_is_refused_to_them(
        self, doors: list[Door], accounts: FakeAccounts
    ) -> None:
        staff = Visitor(doors[0])
        staff.sign_in(ADMIN)

        def make(address: str) -> Answer:
            who = {"kind": rules.NETWORK, "value": "203.0.113.0/24", "reason": "they scrape"}
            return staff.post(MAKING, {"X-Forwarded-For": address}, **who)

        refused = make("203.0.113.9")
        assert (refused.status, b"you would not get in" in refused.body) == (200, True)
        assert not Block.objects.exists()
        assert make("198.51.100.9").status == 302
        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, headers=from_("203.0.113.9")).status == 403))

    def test_of_a_network_goes_past_no_memory(self, doors: list[Door], keeping_door: Door, shelf: FakeShelf) -> None:
        assert keeping_door.ask("GET", PRODUCTS).status == 200

        made = block(rules.NETWORK, "127.0.0.1")

        settle(lambda: keeping_door.ask("GET", PRODUCTS).status == 403)
        services.lift_block(block_id=made.id, now=clock.now())
        settle(lambda: keeping_door.ask("GET", PRODUCTS).status == 200)

    def test_opens_no_socket(self, doors: list[Door], signer: Signer) -> None:
        person = str(uuid.uuid4())
        token = signer.token(sub=person)
        block(rules.ACCOUNT, person)
        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, token=token).status == 403))

        with pytest.raises(InvalidStatus) as refused:
            connect(f"ws://127.0.0.1:{doors[0].port}{LIVE}", additional_headers={"Authorization": f"Bearer {token}"})

        assert refused.value.response.status_code == 403

    def test_ends_by_itself(self, doors: list[Door], signer: Signer) -> None:
        person = str(uuid.uuid4())
        token = signer.token(sub=person)
        end = clock.now() + timedelta(seconds=1.5)
        services.block(kind=rules.ACCOUNT, value=person, reason="once", ends_at=end, now=clock.now())
        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, token=token).status == 403))

        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, token=token).status == 200))

        assert clock.now() >= end

    def test_that_was_lifted_lets_in(self, doors: list[Door], signer: Signer) -> None:
        person = str(uuid.uuid4())
        token = signer.token(sub=person)
        made = block(rules.ACCOUNT, person)
        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, token=token).status == 403))

        services.lift_block(block_id=made.id, now=clock.now())

        settle(lambda: both(doors, lambda door: door.ask("GET", PRODUCTS, token=token).status == 200))


class TestWithoutRedis:
    def test_what_is_set_holds_all_the_same(self, open_door: Callable[..., Door]) -> None:
        redis = PrivateRedis()
        door = open_door(OPENCOMMERCE_REDIS_URL=redis.url)
        redis.kill()

        services.close_route(path=PRODUCTS, because="Later.")

        settle(lambda: door.ask("GET", PRODUCTS).status == 503, seconds=PROMISED_SECONDS)
        services.open_route(path=PRODUCTS)
