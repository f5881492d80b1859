"""Several instances behind one door: slow ones, dying ones, rude ones, and a door that closes."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from django.db import connection, transaction

from gateway_svc.api_keys.models import ApiKey
from gateway_svc.gateway.upstreams.ejection import CONSECUTIVE_FAILURES
from tests.common.observability.scraping import scraped
from tests.gateway_svc.crowd import crowd, stream
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import BEHAVIOURS, Behaviour, FakeService, answer, echo

# Asked for, the test database is there; the gateway reads from it.
pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "/api/v1/orders/"
PRODUCTS = "/api/v1/products/"


def slow(seconds: float) -> Behaviour:
    """Answers, in its own time."""

    async def behave(_service, _asked, _reader, writer) -> None:
        await asyncio.sleep(seconds)
        writer.write(answer(b"{}"))

    return behave


async def unwell(_service, _asked, _reader, writer) -> None:
    writer.write(answer(b"{}", status="503 Service Unavailable"))


@pytest.fixture
def start() -> Iterator[Callable[..., FakeService]]:
    """``start(orders=slow(1))``: an instance that behaves so at ``/orders/``."""
    started: list[FakeService] = []

    def start(*, host: str = "127.0.0.1", port: int = 0, **behaviours: Behaviour) -> FakeService:
        started.append(FakeService({**BEHAVIOURS, **behaviours}, host=host, port=port))
        return started[-1]

    yield start
    for each in started:
        each.close()


def urls(*services: FakeService) -> str:
    return ",".join(each.url for each in services)


def asked(service: FakeService) -> int:
    """How often, not counting whether it is ready."""
    return len(service.asked)


class TestInstances:
    def test_share_the_work_by_what_they_bear(self, open_door: Callable[..., Door], start) -> None:
        fast, same, slower = start(orders=slow(0.02)), start(orders=slow(0.02)), start(orders=slow(0.2))
        door = open_door(ORDER_SVC_URL=urls(fast, same, slower))

        answers = crowd(door, ORDERS, clients=12, requests=300)

        assert {each.status for each in answers} == {200}
        assert asked(slower) / 300 < 0.15
        assert abs(asked(fast) - asked(same)) < 60

    def test_die_without_a_failed_read(self, open_door: Callable[..., Door], start) -> None:
        services = [start(orders=slow(0.02)) for _ in range(3)]
        door = open_door(ORDER_SVC_URL=urls(*services))

        def kill() -> None:
            time.sleep(0.3)
            services[0].stop()

        answers = crowd(door, ORDERS, clients=12, requests=300, meanwhile=kill)

        assert {each.status for each in answers} == {200}
        assert asked(services[0]) > 0

    @pytest.mark.parametrize("bad", ["die-before", "die-after-head", "garbage"])
    def test_that_are_rude_are_left_out(self, open_door: Callable[..., Door], start, bad: str) -> None:
        good, rude = start(), start(orders=BEHAVIOURS[bad])
        door = open_door(ORDER_SVC_URL=urls(good, rude))

        answers = crowd(door, ORDERS, clients=2, requests=40)

        assert {each.status for each in answers} == {200}
        assert asked(rude) <= 6

    def test_that_go_on_failing_are_left_out_for_longer_each_time(self, open_door: Callable[..., Door], start) -> None:
        asked_at: list[float] = []

        async def die(_service, _asked, _reader, writer) -> None:
            asked_at.append(time.monotonic())
            writer.close()

        good, rude = start(), start(orders=die)
        # Longer than it takes to fail so often again: a time without trouble is forgiven.
        seconds = 1.0
        own = {"GATEWAY_SVC_EJECTION_SECONDS": str(seconds), "GATEWAY_SVC_CHECK_SECONDS": "60"}
        door = open_door(ORDER_SVC_URL=urls(good, rude), **own)

        with stream(door, ORDERS, clients=1) as statuses:
            settle(lambda: len(asked_at) > 3 * CONSECUTIVE_FAILURES, seconds=20)

        assert set(statuses) == {200}
        pauses = [after - before for before, after in pairwise(asked_at) if after - before > 0.9 * seconds]
        assert len(pauses) == 3
        assert [pause for times, pause in enumerate(pauses, 1) if pause < 0.98 * times * seconds] == []

    def test_that_are_not_well_are_not_the_last_word(self, open_door: Callable[..., Door], start) -> None:
        good, other = start(), start(orders=unwell)
        door = open_door(ORDER_SVC_URL=urls(good, other))

        answers = crowd(door, ORDERS, clients=2, requests=30)

        assert {each.status for each in answers} == {200}
        assert 0 < asked(other) <= 6

    def test_are_not_asked_twice_for_what_may_happen_only_once(
        self, open_door: Callable[..., Door], start, signer: Signer
    ) -> None:
        services = [start(orders=BEHAVIOURS["die-before"]) for _ in range(2)]
        door = open_door(ORDER_SVC_URL=urls(*services))

        assert door.ask("POST", ORDERS, token=signer.token(), body=b"{}").status == 503

        assert sum(map(asked, services)) == 1

    def test_are_asked_twice_for_what_says_that_it_is_done_once(
        self, open_door: Callable[..., Door], start, signer: Signer
    ) -> None:
        async def echo_at_last(service, request, reader, writer) -> None:
            if sum(map(asked, services)) == 1:
                await BEHAVIOURS["die-before"](service, request, reader, writer)
            else:
                await echo(service, request, reader, writer)

        services = [start(orders=echo_at_last) for _ in range(2)]
        door = open_door(ORDER_SVC_URL=urls(*services))

        once = [("Idempotency-Key", "k")]
        found = door.ask("POST", ORDERS, token=signer.token(), headers=once, body=b"x" * 200_000)

        assert found.status == 200
        assert found.json()["length"] == 200_000
        assert sum(map(asked, services)) == 2


class Names:
    """A hosts file that one process alone sees: the resolver is the machine's own, and reads it at each question."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.lead_to()
        mount = ["sh", "-ec", 'mount --bind "$0" /etc/hosts; exec "$@"', str(file)]
        rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self.within = ["unshare", *rights, "--mount", *mount]
        if subprocess.run([*self.within, "true"], capture_output=True, check=False).returncode:
            pytest.skip("this machine lets nobody have names of their own")

    def lead_to(self, *hosts: str) -> None:
        """Where ``orders.internal`` is now."""
        self._file.write_text("\n".join(["127.0.0.1 localhost", *(f"{host} orders.internal" for host in hosts), ""]))


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names(tmp_path / "hosts")


class TestAName:
    def test_that_gains_and_loses_addresses_loses_no_request(
        self, open_door: Callable[..., Door], start, names: Names
    ) -> None:
        first = start(orders=slow(0.01))
        second, third = [start(host=host, port=first.port, orders=slow(0.01)) for host in ("127.0.0.2", "127.0.0.3")]
        names.lead_to("127.0.0.1", "127.0.0.2")
        url = f"http://orders.internal:{first.port}"
        door = open_door(within=names.within, ORDER_SVC_URL=url, GATEWAY_SVC_RESOLVE_SECONDS="0.05")

        with stream(door, ORDERS, clients=6) as statuses:
            settle(lambda: min(asked(first), asked(second)) > 10)
            assert asked(third) == 0
            names.lead_to("127.0.0.2", "127.0.0.3")
            settle(lambda: asked(third) > 10)
            settle(lambda: is_left_alone(first, while_asked=third))

        assert set(statuses) == {200}


def is_left_alone(service: FakeService, *, while_asked: FakeService) -> bool:
    """Nobody asks it any more, though many ask another."""
    before, others = asked(service), asked(while_asked)
    settle(lambda: asked(while_asked) >= others + 30)
    return asked(service) == before


class TestWhoSaysThatItIsNotReady:
    HASTY: ClassVar = {"OPENCOMMERCE_PUBLIC_URL": "http://127.0.0.1:8000", "GATEWAY_SVC_CHECK_SECONDS": "0.05"}

    def test_is_not_asked_until_it_is(self, open_door: Callable[..., Door], start) -> None:
        good, same, other = start(), start(), start(ready=unwell)
        door = open_door(ORDER_SVC_URL=urls(good, same, other), **self.HASTY)
        settle(lambda: ready_ones(door) == {good.url, same.url})

        assert {each.status for each in crowd(door, ORDERS, clients=4, requests=60)} == {200}
        assert (asked(other), asked(good) + asked(same)) == (0, 60)

        del other.behaviours["ready"]
        settle(lambda: ready_ones(door) == {good.url, same.url, other.url})
        assert {each.status for each in crowd(door, ORDERS, clients=4, requests=60)} == {200}
        assert asked(other) > 5

    def test_is_asked_all_the_same_where_most_say_so(self, open_door: Callable[..., Door], start) -> None:
        good, *others = start(), start(ready=unwell), start(ready=unwell)
        door = open_door(ORDER_SVC_URL=urls(good, *others), **self.HASTY)
        settle(lambda: ready_ones(door) == {good.url})

        assert {each.status for each in crowd(door, ORDERS, clients=4, requests=90)} == {200}

        assert min(map(asked, (good, *others))) > 5


def ready_ones(door: Door) -> set[str]:
    """The instances of order_svc that have said twice that they are ready, as the door shows it."""
    samples = scraped(door.ask("GET", "/metrics").body)["opencommerce_gateway_instance_ready"]
    ours = [each for each in samples if each.labels["upstream"] == "order_svc" and each.value]
    return {f"http://{each.labels['address']}" for each in ours}


class TestAServiceThatAlwaysFails:
    @pytest.mark.parametrize("breaker_opens_at", ["20", "1000000"])
    @pytest.mark.parametrize(("instances", "behaviour"), [(1, BEHAVIOURS["die-before"]), (3, unwell)])
    def test_hears_little_more_than_clients_say(
        self, open_door: Callable[..., Door], start, instances: int, behaviour: Behaviour, breaker_opens_at: str
    ) -> None:
        services = [start(orders=behaviour) for _ in range(instances)]
        door = open_door(ORDER_SVC_URL=urls(*services), GATEWAY_SVC_CIRCUIT_REQUESTS=breaker_opens_at)

        answers = crowd(door, ORDERS, clients=8, requests=100)

        assert {each.status for each in answers} == {503}
        assert all(each.get("x-request-id") for each in answers)
        assert sum(map(asked, services)) <= 120


class TestTheBreaker:
    def test_opens_and_tries_and_closes(self, open_door: Callable[..., Door], start) -> None:
        service = start(orders=BEHAVIOURS["die-before"])
        door = open_door(ORDER_SVC_URL=service.url, GATEWAY_SVC_CIRCUIT_REQUESTS="6", GATEWAY_SVC_CIRCUIT_SECONDS="0.5")
        crowd(door, ORDERS, clients=1, requests=6)
        heard = asked(service)

        refused = door.ask("GET", ORDERS)
        assert (refused.status, refused.json()["code"], refused.get("retry-after")) == (503, "overloaded", "1")
        assert asked(service) == heard

        time.sleep(0.5)
        assert door.ask("GET", ORDERS).status == 503
        assert asked(service) == heard + 1
        assert door.ask("GET", ORDERS).json()["code"] == "overloaded"

        del service.behaviours["orders"]
        time.sleep(0.5)
        assert {door.ask("GET", ORDERS).status for _ in range(3)} == {200}

    def test_keeps_nobody_before_a_turnstile_who_would_be_turned_away_behind_it(
        self, open_door: Callable[..., Door], start, signer: Signer
    ) -> None:
        async def publish(_service, _asked, _reader, writer) -> None:
            writer.write(answer(json.dumps({"keys": [signer.jwk()]}).encode()))

        users = start(**{"jwks.json": publish, "token": BEHAVIOURS["hang"], "me": BEHAVIOURS["die-before"]})
        door = open_door(USER_SVC_URL=users.url, GATEWAY_SVC_CIRCUIT_REQUESTS="4")

        with ThreadPoolExecutor(2) as pool:
            hanging = [pool.submit(door.ask, "POST", "/api/v1/auth/token/", body=b"{}") for _ in range(2)]
            settle(lambda: sum(each.target == "/api/v1/auth/token/" for each in users.asked) == 2)
            for _ in range(4):
                door.ask("POST", "/api/v1/users/me/", token=signer.token(), body=b"{}")

            refused = door.ask("POST", "/api/v1/auth/token/", body=b"{}")
            users.stop()
            ends = {each.result().status for each in hanging}

        assert (refused.status, refused.json()["code"]) == (503, "overloaded")
        assert ends == {503}


class TestTheBulkhead:
    def test_keeps_a_slow_service_from_taking_all(self, open_door: Callable[..., Door], start) -> None:
        products, orders = start(), start()
        door = open_door(PRODUCT_SVC_URL=products.url, ORDER_SVC_URL=orders.url, GATEWAY_SVC_IN_FLIGHT_AN_INSTANCE="3")

        with ThreadPoolExecutor(3) as pool:
            hanging = [pool.submit(door.ask, "GET", PRODUCTS + "hang/") for _ in range(3)]
            give_up_at = time.monotonic() + 5
            while asked(products) < 3 and time.monotonic() < give_up_at:
                time.sleep(0.01)

            others = {door.ask("GET", ORDERS).status for _ in range(20)}
            refused = door.ask("GET", PRODUCTS)
            products.stop()
            ends = {each.result().status for each in hanging}

        assert (refused.status, refused.json()["code"], refused.get("retry-after")) == (503, "overloaded", "1")
        assert others == {200}
        assert ends == {503}


class TestPatience:
    def test_is_told_to_the_service(self, door: Door, service: FakeService) -> None:
        door.ask("GET", PRODUCTS, headers=[("X-Gateway-Patience-Ms", "999999"), ("X_Gateway_Patience_Ms", "1")])

        assert 9_000 < int(service.last.get("x-gateway-patience-ms") or 0) <= 10_000


def waits_for_a_lock() -> bool:
    """Somebody, in our database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone() is not None


class TestClosing:
    def test_ends_what_is_under_way_and_lets_nobody_else_in(self, open_door: Callable[..., Door], start) -> None:
        service = start(orders=slow(1.0))
        door = open_door(ORDER_SVC_URL=service.url)

        with ThreadPoolExecutor(4) as pool:
            under_way = [pool.submit(door.ask, "GET", ORDERS) for _ in range(4)]
            give_up_at = time.monotonic() + 5
            while asked(service) < 4 and time.monotonic() < give_up_at:
                time.sleep(0.01)
            stopping = threading.Thread(target=door.stop)
            stopping.start()
            time.sleep(0.3)
            with pytest.raises(ConnectionError):
                door.ask("GET", ORDERS)
            ends = [each.result().status for each in under_way]
            stopping.join()

        assert ends == [200] * 4

    def test_waits_for_no_thread_that_does_not_end(self, open_door: Callable[..., Door]) -> None:
        door = open_door(options=["--drain-seconds", "0"])
        key = f"oc_{'0' * 8}_{'A' * 43}"

        with ThreadPoolExecutor(1) as pool, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {ApiKey._meta.db_table}")
            pool.submit(door.ask, "GET", ORDERS, token=key)
            settle(waits_for_a_lock)

            assert door.stop() == 1

        assert "not everything ended in time" in door.log.read_text()

    def test_says_so_to_whom_it_could_not_wait_for(self, open_door: Callable[..., Door], start) -> None:
        service = start()
        door = open_door(ORDER_SVC_URL=service.url, options=["--drain-seconds", "0"])

        with ThreadPoolExecutor(2) as pool:
            unanswered = pool.submit(door.ask, "GET", ORDERS + "hang/", headers=[("X-Request-ID", "so-it-is-called")])
            half_answered = pool.submit(door.ask, "GET", ORDERS + "drip/")
            settle(lambda: asked(service) == 2)
            door.stop()
            answer = unanswered.result()

        assert (answer.status, answer.get("content-type")) == (503, "application/problem+json")
        assert (answer.json()["code"], answer.get("retry-after")) == ("unavailable", "1")
        assert answer.json()["request_id"] == answer.get("x-request-id") == "so-it-is-called"
        assert answer.get("connection") == "close"
        assert isinstance(half_answered.exception(), http.client.IncompleteRead)
