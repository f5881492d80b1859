"""The keys of user_svc: rotated, missing, out of reach."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Model

from gateway_svc.gateway.keys import QUESTIONS, KeySet
from gateway_svc.gateway.limits.policies import Policy
from gateway_svc.token_keys.models import KeptKeys
from tests.gateway_svc.conftest import FakeUsers
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.signing import Signer

# Asked for, the test database is there; the gateway reads from it.
pytestmark = pytest.mark.django_db(transaction=True)

PRODUCTS = "/api/v1/products/"


@contextmanager
def table_away(model: type[Model]) -> Iterator[None]:
    """The database answers, but not for this."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


class Forgetful:
    """Keeps nothing."""

    def read(self) -> bytes | None:
        return None

    def keep(self, document: bytes, asked_at: float) -> None:
        pass


@pytest.fixture
def own_users() -> Iterator[FakeUsers]:
    users = FakeUsers()
    yield users
    users.close()


class TestKeys:
    def test_are_fetched_a_few_times_for_all_strangers(
        self, open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        first, second = Signer("first"), Signer("second")
        own_users.keys = [first.jwk()]
        door = open_door(USER_SVC_URL=own_users.url)
        fetches = own_users.fetches

        for number in range(20):
            assert door.ask("GET", PRODUCTS, token=Signer(f"stranger-{number}").token()).status == 401

        assert own_users.fetches <= fetches + QUESTIONS.quota
        assert door.ask("GET", PRODUCTS, token=first.token()).status == 200
        assert door.ask("GET", PRODUCTS, token=second.token()).status == 401

    def test_that_come_up_just_after_a_stranger_are_good_at_once(
        self, open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        old, new = Signer("old"), Signer("new")
        own_users.keys = [old.jwk()]
        door = open_door(USER_SVC_URL=own_users.url)
        assert door.ask("GET", PRODUCTS, token=Signer("stranger").token()).status == 401

        own_users.keys = [new.jwk()]

        assert door.ask("GET", PRODUCTS, token=new.token()).status == 200
        assert door.ask("GET", PRODUCTS, token=old.token()).status == 401

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
        assert (unready.status, unready.get("retry-after")) == (503, "1")
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


class TestQuestionsForUnknownKeys:
    @pytest.fixture
    def asked(self) -> list[str]:
        """The questions."""
        return []

    @pytest.fixture
    def keys(self, asked: list[str]) -> KeySet:
        published = json.dumps({"keys": [Signer("only").jwk()]}).encode()

        async def fetch() -> bytes:
            asked.append("jwks.json")
            await asyncio.sleep(0)
            return published

        return KeySet(fetch, store=Forgetful())

    def test_are_asked_once_for_all_who_wait(self, keys: KeySet, asked: list[str]) -> None:
        async def crowd() -> None:
            await keys.refresh()
            await asyncio.gather(*(keys.find(f"stranger-{number}") for number in range(50)))

        asyncio.run(crowd())

        assert len(asked) == 2

    def test_are_few_however_many_come_one_after_the_other(
        self, keys: KeySet, asked: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway_svc.gateway.keys.QUESTIONS", Policy("unknown-keys", "process", 3, 10_800))

        async def strangers() -> None:
            await keys.refresh()
            for number in range(50):
                await keys.find(f"stranger-{number}")

        asyncio.run(strangers())

        assert len(asked) == 1 + QUESTIONS.quota

    def test_come_back_one_by_one(self, keys: KeySet, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gateway_svc.gateway.keys.QUESTIONS", Policy("unknown-keys", "process", 1, 1))

        async def strangers() -> None:
            await keys.refresh()
            for pause in (0.0, 1.0, 0.0):
                await keys.find("stranger")
                await asyncio.sleep(pause)
                await keys.find("another stranger")

        asyncio.run(strangers())

        assert len(asked) == 3


class TestAGatewayThatStartsWhileUserSvcIsAway:
    """What another one heard is in the database by then."""

    @pytest.fixture
    def start(self, open_door: Callable[..., Door], own_users: FakeUsers) -> Callable[..., Door]:
        def start(*, heard: list[Signer] | None = None) -> Door:
            if heard is None:
                return open_door(USER_SVC_URL=own_users.url)
            own_users.keys = [each.jwk() for each in heard]
            door = open_door(USER_SVC_URL=own_users.url)
            settle(lambda: self._kept(own_users) == {each.key_id for each in heard})
            return door

        return start

    def test_lets_in_who_is_signed_in(self, start: Callable[..., Door], own_users: FakeUsers) -> None:
        signer = Signer("only")
        start(heard=[signer])
        own_users.stop()

        door = start()

        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 200
        assert door.ask("GET", PRODUCTS, token=Signer("only").token()).status == 401

    def test_takes_no_key_that_was_taken_back_before(self, start: Callable[..., Door], own_users: FakeUsers) -> None:
        old, new = Signer("old"), Signer("new")
        start(heard=[old, new])
        start(heard=[new])
        own_users.stop()

        door = start()

        assert door.ask("GET", PRODUCTS, token=old.token()).status == 503
        assert door.ask("GET", PRODUCTS, token=new.token()).status == 200

    def test_takes_no_key_that_was_taken_back_from_one_that_runs(
        self, start: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        stolen, new = Signer("stolen"), Signer("new")
        running = start(heard=[stolen])
        own_users.keys = [new.jwk()]
        assert running.ask("GET", PRODUCTS, token=new.token()).status == 200
        settle(lambda: self._kept(own_users) == {"new"})
        own_users.stop()

        door = start()

        assert door.ask("GET", PRODUCTS, token=stolen.token()).status == 503
        assert door.ask("GET", PRODUCTS, token=new.token()).status == 200

    def test_cannot_tell_of_a_key_before_user_svc_is_heard(
        self, start: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        new, stranger = Signer("new"), Signer("stranger")
        start(heard=[Signer("old")])
        own_users.stop()
        door = start()

        assert door.ask("GET", PRODUCTS, token=new.token()).status == 503

        own_users.keys = [new.jwk()]
        own_users.start()
        settle(lambda: door.ask("GET", PRODUCTS, token=new.token()).status == 200)
        assert door.ask("GET", PRODUCTS, token=stranger.token()).status == 401

    def test_knows_what_could_not_be_kept_at_once(self, start: Callable[..., Door], own_users: FakeUsers) -> None:
        stolen, new = Signer("stolen"), Signer("new")
        running = start(heard=[stolen])
        own_users.keys = [new.jwk()]

        with table_away(KeptKeys):
            assert running.ask("GET", PRODUCTS, token=new.token()).status == 200
            settle(lambda: b"could not be kept" in running.log.read_bytes())

        settle(lambda: self._kept(own_users) == {"new"})

    def test_drops_a_key_once_user_svc_says_so(self, start: Callable[..., Door], own_users: FakeUsers) -> None:
        old, new = Signer("old"), Signer("new")
        start(heard=[old, new])
        own_users.stop()
        door = start()
        assert door.ask("GET", PRODUCTS, token=old.token()).status == 200

        own_users.keys = [new.jwk()]
        own_users.start()

        settle(lambda: door.ask("GET", PRODUCTS, token=old.token()).status == 401)
        settle(lambda: self._kept(own_users) == {"new"})

    def test_knows_none_that_are_of_no_use_any_more(
        self, start: Callable[..., Door], open_door: Callable[..., Door], own_users: FakeUsers
    ) -> None:
        signer = Signer("only")
        start(heard=[signer])
        own_users.stop()
        KeptKeys.objects.filter(source=own_users.url).update(heard_at=datetime.now(UTC) - timedelta(hours=2))

        door = open_door(until="/health/live", USER_SVC_URL=own_users.url)

        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 503

    def _kept(self, users: FakeUsers) -> set[str]:
        kept = KeptKeys.objects.filter(source=users.url).first()
        return {each["kid"] for each in json.loads(kept.document)["keys"]} if kept else set()


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
