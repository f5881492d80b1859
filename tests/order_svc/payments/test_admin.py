"""What staff do about money on a page: the provider is asked, outside every transaction, and the order follows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from common import clock
from common.contracts import OrderConfirmed
from common.money import Money
from common.testing.admin_pages import list_address, row_address
from common.testing.plugin import Told
from order_svc.config import urls
from order_svc.orders import services as orders
from order_svc.payments import services
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.provider import Bill
from order_svc.payments.models import Payment, StrayCharge
from tests.order_svc.factories import placed_order
from tests.order_svc.providers import Interrupted, be_away

pytestmark = pytest.mark.django_db(transaction=True)
assert urls.urlpatterns  # registers the models
HTML = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def support(client_of: Callable[..., Any]) -> Any:
    return client_of(uuid.uuid4(), "support")


@pytest.fixture
def unanswered(provider: Interrupted) -> Payment:
    """The provider took the money, and its answer got lost."""
    order = placed_order()
    provider.after["capture"] = be_away
    with pytest.raises(services.ProviderUnavailable):
        orders.pay_order(order_id=order.pk, now=clock.now())
    provider.after.clear()
    return Payment.objects.get()


@pytest.fixture
def stray() -> StrayCharge:
    """Money that the sandbox has, and nobody knows what for."""
    bill = Bill(key="somebody", token="tok_success", amount=Money(500, "USD"))
    held = PROVIDERS["sandbox"].authorise(bill)
    charge = PROVIDERS["sandbox"].capture(held.reference)
    services.keep_stray_charge(provider="sandbox", charge=charge, now=clock.now())
    return StrayCharge.objects.get()


def do(client: Any, row: Any, action: str) -> Any:
    return client.post(row_address(row, "action", action), {}, format="multipart", **HTML)


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


class TestLookingAgain:
    def test_lets_the_order_follow(self, support: Any, unanswered: Payment, told: Told) -> None:
        answer = do(support, unanswered, "look_again")

        unanswered.refresh_from_db()
        assert unanswered.status == "captured"
        assert len(told.named(OrderConfirmed)) == 1
        assert LogEntry.objects.get().change_message == "Look again: The payment is captured."
        assert said(answer) == ["Look again, 25.00 USD by sandbox: done. The payment is captured."]

    def test_says_when_there_is_no_answer(self, support: Any, unanswered: Payment, provider: Interrupted) -> None:
        provider.before["authorise"] = be_away

        answer = do(support, unanswered, "look_again")

        assert "gives no answer" in said(answer)[0]
        assert not LogEntry.objects.exists()

    def test_says_when_the_provider_is_switched_off(self, support: Any, unanswered: Payment) -> None:
        Payment.objects.update(provider="stripe")

        answer = do(support, unanswered, "look_again")

        assert "The provider stripe is switched off." in said(answer)[0]

    def test_is_not_offered_before_anybody_was_asked(self, support: Any) -> None:
        payment = placed_order().payment

        page = support.get(row_address(payment), **HTML).content.decode()

        assert row_address(payment, "action", "look_again") not in page

    def test_takes_no_money_that_nobody_was_asked_for(self, support: Any) -> None:
        payment = placed_order().payment

        do(support, payment, "look_again")

        payment.refresh_from_db()
        assert payment.status == "pending"


class TestStrayMoney:
    def test_is_sent_back(self, support: Any, stray: StrayCharge) -> None:
        do(support, stray, "send_back")

        stray.refresh_from_db()
        assert stray.refunded_at is not None
        assert PROVIDERS["sandbox"].look_up(stray.reference).state == services.ChargeState.REFUNDED  # type: ignore[union-attr]
        assert LogEntry.objects.get().change_message == "Send back now"

    def test_is_sent_back_once(self, support: Any, stray: StrayCharge) -> None:
        do(support, stray, "send_back")

        answer = do(support, stray, "send_back")

        assert "it went already" in said(answer)[-1]
        assert LogEntry.objects.count() == 1

    def test_waits_while_the_provider_is_away(self, support: Any, stray: StrayCharge, provider: Interrupted) -> None:
        provider.before["refund"] = be_away

        answer = do(support, stray, "send_back")

        stray.refresh_from_db()
        assert "gives no answer" in said(answer)[0]
        assert stray.refund_due_since is not None


class TestList:
    def test_finds_by_reference(self, support: Any, unanswered: Payment, provider: Interrupted) -> None:
        do(support, unanswered, "look_again")
        unanswered.refresh_from_db()

        page = support.get(list_address(Payment), {"q": unanswered.provider_reference}, **HTML).content.decode()

        assert str(unanswered.pk) in page

    @pytest.mark.parametrize(("state", "is_listed"), [("unanswered", True), ("refund_due", False)])
    def test_shows_what_is_unfinished(self, support: Any, unanswered: Payment, state: str, is_listed: bool) -> None:
        page = support.get(list_address(Payment), {"state": state}, **HTML).content.decode()

        assert (str(unanswered.pk) in page) is is_listed
