"""The live feed, on a real Daphne, PostgreSQL and Redis."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from redis import Redis
from websockets.exceptions import ConnectionClosed, InvalidStatus

from common import clock
from common.api.holder import HEADER, Holder
from common.testing.plugin import sign_assertion
from common.testing.private_redis import PrivateRedis
from notify_svc.notifications import services
from notify_svc.notifications.models import Feed as NotificationFeed
from notify_svc.notifications.models import Notification
from notify_svc.notifications.sockets import LOOK_EVERY_SECONDS
from tests.common.observability.scraping import scrape
from tests.notify_svc.conftest import Daphne, Feed
from tests.notify_svc.factories import OrderCancelledFactory, OrderConfirmedFactory

pytestmark = pytest.mark.django_db(transaction=True)
SENT = "opencommerce_live_notifications_total"
PUBLIC_ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def buyer() -> str:
    return str(uuid.uuid4())


def confirm(buyer: str, *, times: int = 1) -> None:
    for _ in range(times):
        services.tell_of_confirmed_order(order=OrderConfirmedFactory(customer_id=buyer), now=clock.now())


def close_code(connection: Any) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=5)
    return closed.value.rcvd.code if closed.value.rcvd else None


def of_daphne(daphne: Daphne, name: str) -> float:
    """What it shows of itself."""
    (sample,) = scrape(daphne.port)[name]
    return sample.value


class TestASlowReader:
    HISTORY, BODY = 200, "x" * 100_000

    @pytest.fixture
    def long_past(self, buyer: str) -> str:
        """Twenty megabytes of what somebody was told, more than fits into what lies between two sockets."""
        told = (
            Notification(
                user_id=buyer,
                sequence=number,
                audience=Notification.Audience.BUYER,
                event="orders.order_confirmed.v1",
                subject_id=str(number),
                title="Confirmed",
                body=self.BODY,
                data={},
                created_at=clock.now(),
            )
            for number in range(1, self.HISTORY + 1)
        )
        Notification.objects.bulk_create(told)
        NotificationFeed.objects.create(user_id=buyer, last_sequence=self.HISTORY)
        return buyer

    def test_is_sent_what_it_takes_and_all_of_it_in_the_end(self, daphne: Daphne, long_past: str) -> None:
        before = of_daphne(daphne, SENT)
        with daphne.follow(long_past, "?after=0", max_queue=1) as feed:
            feed.next()

            amounts = [of_daphne(daphne, SENT)]
            while len(amounts) < 10 or amounts[-1] != amounts[-5]:
                assert len(amounts) < 100, "it never rests"
                time.sleep(0.05)
                amounts.append(of_daphne(daphne, SENT))

            assert amounts[-1] - before < self.HISTORY
            assert feed.sequences(self.HISTORY) == list(range(1, self.HISTORY + 1))
            confirm(long_past)
            assert feed.sequences(1) == [self.HISTORY + 1]

    def test_that_goes_is_forgotten(self, daphne: Daphne, long_past: str) -> None:
        with daphne.follow(long_past, "?after=0", max_queue=1) as feed:
            feed.next()
            feed.connection.socket.shutdown(socket.SHUT_RDWR)

        give_up_at = time.monotonic() + 10
        while of_daphne(daphne, "opencommerce_live_feeds_open"):
            assert time.monotonic() < give_up_at, "it is never forgotten"
            time.sleep(0.05)


class TestLive:
    def test_tells_what_happens_at_once(self, daphne: Daphne, buyer: str) -> None:
        with daphne.follow(buyer) as feed:
            assert feed.next() == {"type": "ready", "unread_count": 0}
            time.sleep(0.5)  # for the wake-ups to be listened to; without them the look every 5 s would find it

            started = time.monotonic()
            confirm(buyer)
            message = feed.next()

            assert time.monotonic() - started < 1
            assert set(message) == {"type", "id", "sequence", "event", "title", "body", "data", "created_at"}
            assert (message["type"], message["sequence"]) == ("notification", 1)
            assert message["event"] == "orders.order_confirmed.v1"
            assert message["created_at"].endswith("Z")

    def test_without_after_begins_now(self, daphne: Daphne, buyer: str) -> None:
        confirm(buyer, times=3)

        with daphne.follow(buyer) as feed:
            assert feed.next() == {"type": "ready", "unread_count": 3}
            confirm(buyer)

            assert feed.next()["sequence"] == 4

    def test_tells_nobody_else(self, daphne: Daphne, buyer: str) -> None:
        with daphne.follow(uuid.uuid4()) as feed:
            feed.next()
            confirm(buyer)

            assert feed.is_silent()

    def test_passes_over_what_its_reader_does_not_want_live(self, daphne: Daphne, buyer: str) -> None:
        with daphne.follow(buyer) as feed:
            feed.next()
            services.choose(user_id=uuid.UUID(buyer), wanted={"orders": {"live": False}})
            confirm(buyer)
            services.choose(user_id=uuid.UUID(buyer), wanted={})
            confirm(buyer)

            assert feed.next()["sequence"] == 2
            assert feed.is_silent()

    def test_tells_all_of_a_persons_pages(self, daphne: Daphne, buyer: str) -> None:
        with daphne.follow(buyer) as one, daphne.follow(buyer) as other:
            one.next(), other.next()
            confirm(buyer, times=2)

            assert one.sequences(2) == other.sequences(2) == [1, 2]

    def test_selects_the_subprotocol_of_a_token(self, daphne: Daphne) -> None:
        with daphne.connect(subprotocols=["bearer", "a-token"]) as connection:
            assert connection.subprotocol == "bearer"


class TestReplay:
    def test_brings_what_was_missed_in_order(self, daphne: Daphne, buyer: str) -> None:
        confirm(buyer, times=120)

        with daphne.follow(buyer, "?after=5") as feed:
            assert feed.next()["type"] == "ready"
            assert feed.sequences(115) == list(range(6, 121))
            assert feed.is_silent()

    def test_after_more_than_there_is_begins_now(self, daphne: Daphne, buyer: str) -> None:
        confirm(buyer)

        with daphne.follow(buyer, "?after=1000000") as feed:
            feed.next()
            confirm(buyer)

            assert feed.next()["sequence"] == 2

    def test_has_no_gaps_or_repeats_while_more_is_written(self, daphne: Daphne, buyer: str) -> None:
        writing = threading.Thread(target=_write, args=(buyer, 150))
        writing.start()
        seen: list[int] = []

        while len(seen) < 150:
            with daphne.follow(buyer, f"?after={len(seen)}") as feed:
                seen += list(_some_of(feed, at_most=random.randint(1, 40)))
        writing.join()

        assert seen == list(range(1, 151))

    @pytest.mark.parametrize("after", ["-1", "one", "", "1.5", "9" * 30, "%D9%A1"])
    def test_refuses_what_is_no_sequence(self, daphne: Daphne, buyer: str, after: str) -> None:
        with daphne.follow(buyer, f"?after={after}") as feed:
            assert close_code(feed.connection) == 4400


class TestLostWakeUps:
    def test_are_made_up_for(self, daphne_without_redis: Daphne, buyer: str) -> None:
        with daphne_without_redis.follow(buyer) as feed:
            feed.next()
            confirm(buyer, times=3)

            assert feed.sequences(3, within_seconds=8) == [1, 2, 3]

    def test_come_again_when_redis_does(self, private_redis: PrivateRedis, buyer: str, settings: Any) -> None:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis.url}}
        server = Daphne(OPENCOMMERCE_REDIS_URL=private_redis.url)
        try:
            with server.follow(buyer) as feed:
                feed.next()
                private_redis.kill()
                confirm(buyer)
                assert feed.sequences(1, within_seconds=8) == [1]

                private_redis.start()
                _wait_until_listened_to(private_redis)
                started = time.monotonic()
                confirm(buyer)

                assert feed.sequences(1) == [2]
                assert time.monotonic() - started < 1
        finally:
            server.stop()


class TestCredentials:
    def test_a_visitor_is_closed(self, daphne: Daphne) -> None:
        assertion = sign_assertion(audience="notify_svc", user_id=None, roles=())
        with daphne.connect(additional_headers={"X-Gateway-Assertion": assertion}) as connection:
            assert close_code(connection) == 4401

    @pytest.mark.parametrize("headers", [{}, {"X-Gateway-Assertion": "nonsense"}, {"X-User-Id": str(uuid.uuid4())}])
    def test_nobody_in_particular_is_closed(self, daphne: Daphne, headers: dict[str, str]) -> None:
        with daphne.connect(additional_headers=headers) as connection:
            assert close_code(connection) == 4401

    def test_an_assertion_for_another_service_is_closed(self, daphne: Daphne) -> None:
        assertion = sign_assertion(audience="order_svc", user_id=uuid.uuid4(), roles=())
        with daphne.connect(additional_headers={"X-Gateway-Assertion": assertion}) as connection:
            assert close_code(connection) == 4401

    def test_an_unknown_path_is_refused(self, daphne: Daphne) -> None:
        with pytest.raises(InvalidStatus), daphne.connect("/ws/elsewhere/"):
            pass


class TestTicket:
    def test_opens_one_socket(self, daphne: Daphne, buyer: str) -> None:
        path = _path_with_ticket(buyer)

        with daphne.connect(path, origin=PUBLIC_ORIGIN) as connection:
            assert json.loads(connection.recv(timeout=5))["type"] == "ready"
        with daphne.connect(path, origin=PUBLIC_ORIGIN) as connection:
            assert close_code(connection) == 4401

    def test_tells_the_gateway_whose_socket_it_opens(self, daphne: Daphne, buyer: str) -> None:
        with daphne.connect(_path_with_ticket(buyer, "at-home"), origin=PUBLIC_ORIGIN) as connection:
            assert Holder.read(connection.response.headers[HEADER]) == Holder(buyer, "at-home")
            assert connection.subprotocol is None

    def test_that_is_refused_is_nobodys(self, daphne: Daphne, buyer: str) -> None:
        with daphne.connect(_path_with_ticket(buyer), origin="https://evil.example") as connection:
            assert HEADER not in connection.response.headers

    def test_is_not_good_on_another_page(self, daphne: Daphne, buyer: str) -> None:
        with daphne.connect(_path_with_ticket(buyer), origin="https://evil.example") as connection:
            assert close_code(connection) == 4401

    def test_cannot_be_guessed(self, daphne: Daphne) -> None:
        with daphne.connect("/ws/notifications/?ticket=guess", origin=PUBLIC_ORIGIN) as connection:
            assert close_code(connection) == 4401

    def test_waits_for_redis(self, daphne_without_redis: Daphne, buyer: str) -> None:
        with daphne_without_redis.connect(_path_with_ticket(buyer), origin=PUBLIC_ORIGIN) as connection:
            assert close_code(connection) == 4503


def _path_with_ticket(user_id: str, session_id: str = "a-session") -> str:
    ticket = services.issue_ticket(holder=Holder(user_id, session_id), now=clock.now()).ticket
    return f"/ws/notifications/?ticket={ticket}"


def _write(buyer: str, count: int) -> None:
    try:
        for _ in range(count):
            services.tell_of_cancelled_order(order=OrderCancelledFactory(customer_id=buyer), now=clock.now())
    finally:
        database.close()


def _wait_until_listened_to(redis: PrivateRedis) -> None:
    give_up_at = time.monotonic() + 20
    with Redis.from_url(redis.url) as client:
        while not client.pubsub_channels() and time.monotonic() < give_up_at:
            time.sleep(0.1)
        time.sleep(LOOK_EVERY_SECONDS + 0.5)  # the look that was due meanwhile must not be what brings the next one
        assert client.pubsub_channels()


def _some_of(feed: Feed, *, at_most: int) -> Iterator[int]:
    """What a client sees until its connection is cut."""
    assert feed.next()["type"] == "ready"
    for _ in range(at_most):
        try:
            yield feed.next(within_seconds=0.5)["sequence"]
        except TimeoutError:
            return
