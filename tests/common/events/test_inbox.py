"""A fact's effect happens once, however often and however simultaneously it arrives."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection, transaction

from common.contracts import Contract, OrderCancelled, StockReserved, UnreadableFact
from common.events import inbox, subscriptions
from common.events.models import InboxMessage, OutboxMessage
from common.events.outbox import publish
from common.testing.plugin import as_heard

FACT = StockReserved(version=1, order_id="o-1")
OUTSIDE_FACT = OrderCancelled(version=1, order_id="o-1", number="N", customer_id="c", reason="expired")


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Handlers that note whether they ran in a transaction, and tell a fact themselves where they do."""
    ran: list[bool] = []

    def tell_when_stock_reserved(fact: Contract) -> None:
        ran.append(connection.in_atomic_block)
        publish(fact)
        if len(ran) == 1 and getattr(tell_when_stock_reserved, "fails", False):
            raise ZeroDivisionError

    def act_when_order_cancelled(_fact: Contract) -> None:
        ran.append(connection.in_atomic_block)

    monkeypatch.setattr(subscriptions, "_subscriptions", {})
    subscriptions.subscribe(StockReserved)(tell_when_stock_reserved)
    subscriptions.subscribe(OrderCancelled, outside=True)(act_when_order_cancelled)
    return ran


@pytest.mark.django_db(transaction=True)
class TestReceive:
    def test_handles_once_what_comes_twice(self, handlers: list[bool]) -> None:
        body = as_heard(FACT)

        assert inbox.receive(body) is True
        assert inbox.receive(body) is False
        assert handlers == [True]
        assert OutboxMessage.objects.count() == 1

    def test_leaves_nothing_of_a_handler_that_fails(self, handlers: list[bool]) -> None:
        body = as_heard(FACT)
        subscriptions.subscription_to(FACT.name).handler.fails = True  # type: ignore[union-attr, attr-defined]

        with pytest.raises(ZeroDivisionError):
            inbox.receive(body)
        assert not InboxMessage.objects.exists()
        assert not OutboxMessage.objects.exists()

        assert inbox.receive(body) is True
        assert OutboxMessage.objects.count() == 1

    def test_runs_outside_work_in_no_transaction(self, handlers: list[bool]) -> None:
        body = as_heard(OUTSIDE_FACT)

        assert [inbox.receive(body), inbox.receive(body)] == [True, False]
        assert handlers == [False]

    def test_has_its_effect_once_when_it_comes_ten_times_at_once(self, handlers: list[bool]) -> None:
        body = as_heard(FACT)
        results: list[bool] = []

        def receive() -> None:
            results.append(inbox.receive(body))
            connection.close()

        threads = [threading.Thread(target=receive) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(results) == [False] * 9 + [True]
        assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
class TestUnreadable:
    @pytest.mark.parametrize(
        "body",
        [
            None,
            "text",
            {},
            {**as_heard(FACT), "version": "one"},
            {**as_heard(FACT), "data": {}},
            {**as_heard(FACT), "data": {"order_id": 7}},
            {**as_heard(FACT), "name": "orders.nobody_knows.v1"},
            {**as_heard(FACT), "name": "orders.order_placed.v1"},
        ],
    )
    def test_says_that_trying_again_cannot_help(self, body: object) -> None:
        with pytest.raises(UnreadableFact):
            inbox.receive(body)

    def test_ignores_what_a_newer_teller_added(self) -> None:
        body = as_heard(FACT)
        body["data"]["since_v1_5"] = True

        assert inbox.receive({**body, "also_new": 1}) is True


@pytest.mark.django_db
class TestRememberFailure:
    def test_keeps_the_last_reason(self) -> None:
        fact_id = str(uuid.uuid4())
        for attempt in (1, 2):
            with transaction.atomic():
                inbox.remember_failure(fact_id=fact_id, name=FACT.name, error=ValueError("why"), attempts=attempt)

        from common.events.models import HandlingFailure

        failure = HandlingFailure.objects.get()
        assert (failure.error, failure.attempts) == ("ValueError: why", 2)


class TestSubscribe:
    def test_refuses_a_second_handler_of_one_fact(self) -> None:
        with pytest.raises(TypeError):
            subscriptions.subscribe(StockReserved)(lambda _fact: None)
