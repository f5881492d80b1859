"""What a provider reports while another report of the same charge is being answered is not taken for answered."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from common import clock
from common.contracts import StockReserved
from order_svc.orders import services as orders
from order_svc.orders.models import Order
from order_svc.payments import services as payments
from order_svc.payments.models import OpenReport, SandboxCharge
from tests.order_svc.factories import placed_order
from tests.order_svc.providers import Interrupted, be_away
from tests.overtaking import overtake

pytestmark = pytest.mark.django_db(transaction=True)

REFERENCE = "sandbox_1"


def keep(reference: str = REFERENCE) -> None:
    payments.keep_report(provider="sandbox", key="", reference=reference, now=clock.now())


def claim() -> OpenReport:
    (report,) = payments.claim_reports(now=clock.now() + timedelta(minutes=1), limit=1)
    return report


def elsewhere(act: Callable[[], object]) -> None:
    """Over another connection, until it is done."""

    def alone() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(alone).result(timeout=10)


class TestSweep:
    def test_asks_again_where_it_was_reported_once_more_meanwhile(
        self, hear: Callable[..., bool], provider: Interrupted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = placed_order()
        hear(StockReserved(version=1, order_id=str(order.id)))
        reference = f"sandbox_{SandboxCharge.objects.get().pk}"
        keep(reference)
        ask = provider.look_up

        def hear_of_more() -> None:
            monkeypatch.setattr(provider, "look_up", lambda _: be_away())
            with pytest.raises(payments.ProviderUnavailable):
                orders.follow_report(provider="sandbox", key="", reference=reference, now=clock.now())

        def answer_and_change(reference: str) -> Any:
            answer = ask(reference)
            SandboxCharge.objects.update(status="refunded")
            elsewhere(hear_of_more)
            return answer

        monkeypatch.setattr(provider, "look_up", answer_and_change)
        orders.resume_payments(now=clock.now() + timedelta(minutes=1))
        monkeypatch.setattr(provider, "look_up", ask)
        orders.resume_payments(now=clock.now() + timedelta(hours=1))

        assert Order.objects.get().status == "cancelled"
        assert not OpenReport.objects.exists()


class TestCloseReport:
    def test_closes_what_was_claimed(self) -> None:
        keep()
        report = claim()

        payments.close_report(report=report)

        assert not OpenReport.objects.exists()

    def test_waits_for_one_who_reports_at_this_moment(self) -> None:
        keep()
        report = claim()

        overtake(slow=lambda: payments.close_report(report=report), fast=keep)

        assert OpenReport.objects.exists()

    def test_is_waited_for_by_one_who_reports_at_this_moment(self) -> None:
        keep()
        report = claim()

        overtake(slow=keep, fast=lambda: payments.close_report(report=report))

        assert OpenReport.objects.get().pk != report.pk
