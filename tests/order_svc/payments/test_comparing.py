"""What a provider charged is compared with the books, without a word of the provider's."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from common import clock
from common.contracts import PaymentReported, StockReserved
from common.money import Money
from order_svc.orders import services as orders
from order_svc.orders.models import Order, OrderEvent
from order_svc.payments import services as payments
from order_svc.payments import tasks
from order_svc.payments.adapters import sandbox
from order_svc.payments.adapters.provider import Bill, ChargePage, PlaceLost
from order_svc.payments.adapters.sandbox import Sandbox
from order_svc.payments.errors import ProviderSilent
from order_svc.payments.models import Comparison, Payment, SandboxCharge, StrayCharge
from order_svc.payments.services import comparing
from tests.order_svc.factories import placed_order
from tests.order_svc.providers import Interrupted, ProcessDied, be_away, die

pytestmark = pytest.mark.django_db(transaction=True)

Hear = Callable[..., bool]


@pytest.fixture
def later() -> datetime:
    """When what is charged now is old enough to be compared."""
    return clock.now() + comparing.GRACE + timedelta(minutes=1)


def compare(now: datetime, *, most_pages: int = 10, until: float = math.inf) -> None:
    comparing.compare_charges(now=now, most_pages=most_pages, until=until)


def stray(key: str = "nobodys") -> str:
    held = Sandbox().authorise(Bill(key=key, token="tok_success", amount=Money(700, "EUR")))
    return Sandbox().capture(held.reference).reference


def paid_order(hear: Hear) -> Order:
    order = placed_order()
    hear(StockReserved(version=1, order_id=str(order.id)))
    return order


class TestMoneyForNoOrder:
    @pytest.mark.parametrize("key", ["nobodys", str(uuid.uuid4())])
    def test_is_found_and_sent_back_once_staff_say_so(self, later: datetime, key: str) -> None:
        reference = stray(key)

        for _ in range(2):
            compare(later)
        orders.refund_unwanted_payments(now=later + timedelta(days=30))
        found = StrayCharge.objects.get()

        assert (found.reference, found.is_held) == (reference, True)
        assert SandboxCharge.objects.get().status == "succeeded"
        payments.send_back_stray_charge(charge_id=found.id, now=later)
        assert SandboxCharge.objects.get().status == "refunded"

    def test_is_sent_back_after_all_where_the_provider_was_away_when_staff_said_so(
        self, later: datetime, provider: Interrupted
    ) -> None:
        stray()
        compare(later)
        provider.before["refund"] = be_away
        with pytest.raises(ProviderSilent):
            payments.send_back_stray_charge(charge_id=StrayCharge.objects.get().id, now=later)
        provider.before.clear()

        orders.refund_unwanted_payments(now=later + timedelta(hours=1))

        assert SandboxCharge.objects.get().status == "refunded"

    def test_is_sent_back_when_the_provider_tells_of_it_too(self, later: datetime) -> None:
        reference = stray()
        compare(later)

        orders.follow_report(provider="sandbox", key="nobodys", reference=reference, now=later)
        orders.refund_unwanted_payments(now=later + timedelta(days=1))

        assert SandboxCharge.objects.get().status == "refunded"

    def test_is_not_that_of_orders_which_restored_books_lack(self, later: datetime, hear: Hear) -> None:
        paid_order(hear)
        Payment.objects.all().delete()
        OrderEvent.objects.all().delete()
        Order.objects.all().delete()

        compare(later)
        orders.refund_unwanted_payments(now=later + timedelta(days=1))

        assert SandboxCharge.objects.get().status == "succeeded"

    def test_is_also_what_is_merely_held(self, later: datetime) -> None:
        Sandbox().authorise(Bill(key="x", token="tok_success", amount=Money(700, "EUR")))

        compare(later)
        payments.send_back_stray_charge(charge_id=StrayCharge.objects.get().id, now=later)

        assert SandboxCharge.objects.get().status == "voided"

    def test_is_also_a_second_charge_of_an_order(self, later: datetime, hear: Hear) -> None:
        order = paid_order(hear)
        Payment.objects.filter(order=order).update(provider_reference="sandbox_0")

        compare(later)

        assert StrayCharge.objects.get().reference == f"sandbox_{SandboxCharge.objects.get().pk}"

    @pytest.mark.parametrize("token", ["tok_success", "tok_declined"])
    def test_is_not_what_orders_are_paid_with(self, later: datetime, hear: Hear, told: Any, token: str) -> None:
        order = placed_order(token=token)
        hear(StockReserved(version=1, order_id=str(order.id)))

        compare(later)

        assert not StrayCharge.objects.exists()
        assert not told.named(PaymentReported)

    def test_is_not_what_went_back_already(self, later: datetime) -> None:
        Sandbox().refund(stray())

        compare(later)

        assert not StrayCharge.objects.exists()

    def test_is_not_what_is_on_its_way_through_the_shop(self) -> None:
        stray()

        compare(clock.now() + comparing.GRACE - timedelta(minutes=1))

        assert not StrayCharge.objects.exists()


class TestPayments:
    def test_of_which_no_notice_came_are_looked_into(self, later: datetime, hear: Hear, told: Any) -> None:
        order = paid_order(hear)
        SandboxCharge.objects.update(status="refunded")

        compare(later)
        hear(told.named(PaymentReported)[0])

        assert Order.objects.get(id=order.id).status == "cancelled"

    def test_whose_provider_is_being_asked_are_left_alone(
        self, later: datetime, hear: Hear, told: Any, provider: Interrupted
    ) -> None:
        order = placed_order()
        provider.after["capture"] = die
        with pytest.raises(ProcessDied):
            hear(StockReserved(version=1, order_id=str(order.id)))

        compare(later)

        assert not told.named(PaymentReported)
        assert not StrayCharge.objects.exists()


class TestRounds:
    @pytest.fixture
    def pages(self, monkeypatch: pytest.MonkeyPatch, provider: Interrupted) -> list[ChargePage]:
        """Those that are asked for, of two charges each."""
        monkeypatch.setattr(sandbox, "PAGE", 2)
        seen: list[ChargePage] = []
        monkeypatch.setattr(
            provider, "charges", lambda **asked: (seen.append(page := Sandbox().charges(**asked)), page)[1]
        )
        return seen

    def test_look_at_each_charge_once(self, later: datetime, pages: list[ChargePage]) -> None:
        for number in range(5):
            stray(str(number))

        for minutes in (0, 15, 30):
            compare(later + timedelta(minutes=minutes))

        assert [len(page.charges) for page in pages] == [2, 2, 1, 0, 0]

    def test_of_more_pages_than_may_be_turned_go_on_the_next_time(
        self, later: datetime, pages: list[ChargePage]
    ) -> None:
        for number in range(5):
            stray(str(number))

        compare(later, most_pages=2)
        assert StrayCharge.objects.count() == 4
        compare(later + timedelta(minutes=15), most_pages=1)

        assert StrayCharge.objects.count() == 5
        assert Comparison.objects.get().since == later - comparing.GRACE

    def test_end_when_their_time_is_up(self, later: datetime) -> None:
        stray()

        compare(later, until=time.monotonic())
        assert not StrayCharge.objects.exists()
        compare(later)

        assert StrayCharge.objects.exists()

    def test_wait_for_a_provider_that_is_away(
        self, later: datetime, provider: Interrupted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stray()
        with monkeypatch.context() as trouble:
            trouble.setattr(provider, "charges", lambda **_: be_away())
            compare(later)
        assert not StrayCharge.objects.exists()

        compare(later + timedelta(hours=40))

        assert StrayCharge.objects.exists()

    def test_begin_anew_where_the_provider_lost_their_place(
        self, later: datetime, provider: Interrupted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sandbox, "PAGE", 2)
        for number in range(3):
            stray(str(number))
        compare(later, most_pages=1)

        def lose(**_: Any) -> ChargePage:
            raise PlaceLost

        with monkeypatch.context() as trouble:
            trouble.setattr(provider, "charges", lose)
            compare(later)

        assert Comparison.objects.get().after == ""
        compare(later)
        assert StrayCharge.objects.count() == 3

    def test_end_by_the_clock_of_the_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        in_an_hour = clock.now() + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: in_an_hour)
        stray()

        tasks.compare_charges()

        assert Comparison.objects.get().since < in_an_hour - timedelta(hours=1)
        assert not StrayCharge.objects.exists()

    def test_that_do_not_keep_up_are_heard(self, later: datetime, caplog: pytest.LogCaptureFixture) -> None:
        compare(later, most_pages=0)
        assert "compared only as far as" in caplog.text

        caplog.clear()
        compare(later)

        assert "compared only as far as" not in caplog.text
