"""The keys of user_svc: rotated, missing, out of reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.gateway_svc.conftest import FakeUsers
from tests.gateway_svc.door import Door
from tests.gateway_svc.signing import Signer

PRODUCTS = "/api/v1/products/"


@pytest.fixture
def own_users() -> Iterator[FakeUsers]:
    users = FakeUsers()
    yield users
    users.close()


class TestKeys:
    def test_are_fetched_for_a_new_key_id_once_for_all_strangers(
        self, open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        first, second = Signer("first"), Signer("second")
        own_users.keys = [first.jwk()]
        door = open_door(USER_SVC_URL=own_users.url)
        fetches = own_users.fetches

        for number in range(5):
            assert door.ask("GET", PRODUCTS, token=Signer(f"stranger-{number}").token()).status == 401

        assert own_users.fetches <= fetches + 1
        assert door.ask("GET", PRODUCTS, token=first.token()).status == 200
        assert door.ask("GET", PRODUCTS, token=second.token()).status == 401

    def test_change_hands_while_requests_come(self, open_door: Callable[..., Door], own_users: FakeUsers) -> None:
        first, second = Signer("first"), Signer("second")
        own_users.keys = [first.jwk()]
        door = open_door(USER_SVC_URL=own_users.url)
        fetches = own_users.fetches

        with ThreadPoolExecutor(4) as crowd:

            def come(signer: Signer) -> Iterator[int]:
                return crowd.map(lambda _: door.ask("GET", PRODUCTS, token=signer.token()).status, range(20))

            before = come(first)
            own_users.keys = [first.jwk(), second.jwk()]
            both = [come(second), come(first), come(second)]
            first_of_second = next(both[0])
            own_users.keys = [second.jwk()]
            after = come(second)

        assert {first_of_second, *before, *after}.union(*both) == {200}
        assert own_users.fetches == fetches + 1

    def test_that_are_known_are_good_while_user_svc_is_down(
        self, open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        signer = Signer("only")
        own_users.keys = [signer.jwk()]
        door = open_door(USER_SVC_URL=own_users.url)

        own_users.stop()

        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 200

    def test_that_never_came_make_it_unready_but_not_blind(
        self, open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        signer = Signer("late")
        own_users.keys = [signer.jwk()]
        own_users.stop()
        door = open_door(until="/health/live", USER_SVC_URL=own_users.url)

        unready = door.ask("GET", "/health/ready")
        assert unready.status == 503
        assert unready.json()["checks"] == {"database": "ok", "redis": "ok", "keys": "missing"}
        assert door.ask("GET", PRODUCTS).status == 200
        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 503

        own_users.start()
        door.wait(seconds=3)
        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 200

    def test_are_asked_for_by_a_name_that_every_service_takes(
        self, open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        own_users.keys = [Signer("only").jwk()]

        open_door(USER_SVC_URL=own_users.url)

        assert {asked.get("host") for asked in own_users.asked if asked.target.endswith("jwks.json")} == {"localhost"}

    def test_of_other_kinds_are_ignored(self, open_door: Callable[..., Door], own_users: FakeUsers) -> None:
        signer = Signer("good")
        own_users.keys = [{"kty": "oct", "k": "c2VjcmV0", "kid": "hmac", "alg": "HS256"}, signer.jwk()]
        door = open_door(USER_SVC_URL=own_users.url)

        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 200
        assert door.ask("GET", PRODUCTS, token=Signer("hmac").hmac_with_public_key()).status == 401


class TestReadiness:
    def test_names_what_is_missing(self, open_door: Callable[..., Door]) -> None:
        nowhere = "postgresql://nobody:x@127.0.0.1:1/none"
        door = open_door(
            until="/health/live", OPENCOMMERCE_REDIS_URL="redis://127.0.0.1:1/0", GATEWAY_SVC_DATABASE_URL=nowhere
        )

        time.sleep(0.5)
        answer = door.ask("GET", "/health/ready")

        assert answer.status == 503
        assert answer.json()["checks"] == {
            "database": "missing: OperationalError",
            "redis": "missing: ConnectionError",
            "keys": "ok",
        }
        assert door.ask("GET", PRODUCTS).status == 200
