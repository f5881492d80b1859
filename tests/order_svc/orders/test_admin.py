"""What staff do with orders on a page: it is done by the service, told once, and written down."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from common import clock
from common.contracts import OrderCancelled, OrderDelivered, OrderRefunded, OrderShipped
from common.testing.admin_pages import list_address, row_address
from common.testing.plugin import Told
from order_svc.config import urls
from order_svc.orders import services
from order_svc.orders.models import Order, OrderLine
from order_svc.payments.models import Payment, SandboxCharge
from tests.order_svc.factories import Somebody, placed_order
from tests.order_svc.providers import Interrupted, be_away

pytestmark = pytest.mark.django_db(transaction=True)
assert urls.urlpatterns  # registers the models
HTML = {"HTTP_ACCEPT": "text/html"}
WHY = "Ordered twice by mistake."


@pytest.fixture
def support(client_of: Callable[..., Any]) -> Any:
    return client_of(uuid.uuid4(), "support", name="Ada Lovelace")


def confirmed_order() -> Order:
    order = placed_order()
    services.pay_order(order_id=order.pk, now=clock.now())
    return Order.objects.get(pk=order.pk)


def cancelled_after_payment() -> Order:
    """Its money is still to go back."""
    order = confirmed_order()
    return services.cancel_order(person=Somebody(order.customer_id), order_id=order.pk, now=clock.now())


def do(client: Any, order: Order, action: str, **data: Any) -> Any:
    return client.post(row_address(order, "action", action), data, format="multipart", **HTML)


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def offered(client: Any, order: Order) -> set[str]:
    page = client.get(row_address(order), **HTML).content.decode()
    return {
        name
        for name in ("cancel", "refund", "ship", "ship_unpaid", "deliver")
        if row_address(order, "action", name) in page
    }


class TestOrderPage:
    def test_shows_lines_payment_and_time_line(self, support: Any) -> None:
        order = confirmed_order()

        page = support.get(row_address(order), **HTML).content.decode()

        assert "Mug – blue" in page
        assert order.payment.provider_reference in page
        assert "Payment Captured" in page
        assert "Ada Lovelace<br>12 St James&#x27;s Square<br>London<br>SW1Y 4JH<br>GB<br>" in page
        assert f"/admin/users/accounts/user/{order.customer_id}/change/" in page

    def test_never_shows_what_it_was_paid_with(self, support: Any) -> None:
        assert "tok_success" not in support.get(row_address(confirmed_order()), **HTML).content.decode()

    def test_offers_what_its_state_allows(self, support: Any) -> None:
        order = confirmed_order()

        assert offered(support, placed_order()) == {"cancel"}
        assert offered(support, order) == {"cancel", "ship"}
        assert offered(support, cancelled_after_payment()) == {"refund"}


class TestCancelling:
    def test_is_done_by_the_service_and_written_down(self, support: Any, told: Told) -> None:
        order = confirmed_order()

        answer = do(support, order, "cancel", reason=WHY)

        order.refresh_from_db()
        entry = LogEntry.objects.get()
        assert order.status == "cancelled"
        assert [(fact.number, fact.is_by_shop) for fact in told.named(OrderCancelled)] == [(order.number, True)]
        assert (str(entry.user), entry.object_id, entry.change_message) == (
            "Ada Lovelace",
            str(order.pk),
            f"Cancel: {WHY}",
        )
        assert said(answer) == [f"Cancel, {order.number}: done."]

    def test_needs_a_reason(self, support: Any) -> None:
        order = placed_order()

        answer = do(support, order, "cancel", reason="")

        order.refresh_from_db()
        assert "This field is required" in answer.content.decode()
        assert order.status == "placed"

    def test_that_comes_too_late_is_refused_with_a_message(self, support: Any) -> None:
        order = confirmed_order()
        do(support, order, "ship")
        LogEntry.objects.all().delete()

        answer = do(support, order, "cancel", reason=WHY)

        assert said(answer)[-1] == f"Cancel, {order.number}: An order that is shipped can no longer be cancelled."
        assert not LogEntry.objects.exists()

    def test_is_closed_to_customers(self, client_of: Callable[..., Any]) -> None:
        order = placed_order()

        answer = do(client_of(order.customer_id, "customer"), order, "cancel", reason=WHY)

        order.refresh_from_db()
        assert (answer.status_code, order.status) == (403, "placed")


class TestSending:
    def test_ships_all_that_is_left_and_delivers(self, support: Any, told: Told) -> None:
        order = confirmed_order()

        do(support, order, "ship", tracking="1Z 999")
        do(support, order, "deliver")

        (shipped,) = told.named(OrderShipped)
        assert (shipped.tracking, shipped.is_complete) == ("1Z 999", True)
        assert len(told.named(OrderDelivered)) == 1
        assert set(LogEntry.objects.values_list("change_message", flat=True)) == {"Ship: 1Z 999", "Deliver"}

    def test_takes_no_tracking_that_hides_something(self, support: Any, told: Told) -> None:
        answer = do(support, confirmed_order(), "ship", tracking="1Z\u202e999")

        assert "invisible" in answer.content.decode()
        assert not told.named(OrderShipped)


class TestSendingUnpaid:
    """Somebody gave the money back by hand, after a part of the order had left."""

    @pytest.fixture
    def order(self) -> Order:
        order = confirmed_order()
        OrderLine.objects.create(
            order=order,
            position=1,
            sku="SENT",
            title="Sent",
            quantity=1,
            unit_price_minor=0,
            currency="USD",
            seller_id=uuid.uuid4(),
            shipped_at=clock.now(),
        )
        SandboxCharge.objects.update(status="refunded")
        services.look_again(order_id=order.pk, now=clock.now())
        return order

    def test_is_for_admins_who_say_why(self, client_of: Callable[..., Any], order: Order, told: Told) -> None:
        admin = client_of(uuid.uuid4(), "admin")

        assert offered(admin, order) == {"cancel", "ship_unpaid"}
        do(admin, order, "ship_unpaid", reason="Paid by a transfer.")

        assert len(told.named(OrderShipped)) == 1
        assert LogEntry.objects.get().change_message == "Ship unpaid: Paid by a transfer."

    def test_is_not_done_every_day(self, support: Any, order: Order, told: Told) -> None:
        assert offered(support, order) == {"cancel"}
        assert do(support, order, "ship_unpaid", reason=WHY).status_code == 403
        assert not told.named(OrderShipped)

    def test_stands_in_the_list_of_such_payments(self, support: Any, order: Order) -> None:
        paid = confirmed_order()

        page = support.get(list_address(Payment), {"state": "given_back"}, **HTML).content.decode()

        assert order.number in page
        assert paid.number not in page


class TestRefunding:
    def test_asks_the_provider_at_once(self, support: Any, told: Told) -> None:
        order = cancelled_after_payment()

        do(support, order, "refund")

        assert Payment.objects.get().status == "refunded"
        assert len(told.named(OrderRefunded)) == 1
        assert LogEntry.objects.get().change_message == "Give the money back now"

    def test_is_refused_where_nothing_is_due(self, support: Any) -> None:
        order = confirmed_order()

        answer = do(support, order, "refund")

        assert "No money is to go back here" in said(answer)[0]
        assert Payment.objects.get().status == "captured"
        assert not LogEntry.objects.exists()

    def test_says_when_the_provider_is_away(self, support: Any, provider: Interrupted) -> None:
        order = cancelled_after_payment()
        provider.before["refund"] = be_away

        answer = do(support, order, "refund")

        (message,) = said(answer)
        assert "The payment provider gives no answer." in message
        assert Payment.objects.get().refund_due_since is not None
        assert not LogEntry.objects.exists()

    def test_asks_outside_of_any_transaction(self, support: Any, provider: Interrupted) -> None:
        from django.db import connection

        order, is_inside = cancelled_after_payment(), []
        provider.before["refund"] = lambda: is_inside.append(connection.in_atomic_block)

        do(support, order, "refund")

        assert is_inside == [False]


class TestSearch:
    @pytest.mark.parametrize("what", ["number", "id", "customer_id"])
    def test_finds_by_number_id_and_customer(self, support: Any, what: str) -> None:
        order, other = placed_order(), placed_order()

        page = support.get(list_address(Order), {"q": str(getattr(order, what)).lower()}, **HTML).content.decode()

        assert order.number in page
        assert other.number not in page

    def test_finds_those_of_a_day_and_a_state(self, support: Any) -> None:
        order, earlier, paid = placed_order(), placed_order(), confirmed_order()
        Order.objects.filter(pk=earlier.pk).update(created_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
        today = str(clock.now().date())

        page = support.get(list_address(Order), {"day": today, "status__exact": "placed"}, **HTML).content.decode()

        assert order.number in page
        assert earlier.number not in page
        assert paid.number not in page
        assert 'name="status__exact" value="placed"' in page

    @pytest.mark.parametrize("day", ["", "x", "2026-13-01", "9999-12-31", "0001-01-01", "\u0662"])
    def test_bears_with_days_that_are_none(self, support: Any, day: str) -> None:
        assert support.get(list_address(Order), {"day": day}, **HTML).status_code in {200, 302}
