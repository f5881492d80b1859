"""Whoever keeps the orders hears who was told of them: once each, many in one fact."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from common.contracts import PeopleTold
from notify_svc.notifications import services
from notify_svc.notifications.services import reporting
from notify_svc.recipients.services import remember_recipient
from tests.notify_svc.factories import OrderConfirmedFactory, OrderLineFactory, OrderShippedFactory, ReviewPostedFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA = uuid.uuid4()


class TestReportTellings:
    def test_tells_of_buyers_and_sellers_in_one_fact(self, hear: Callable[..., bool], told: Any) -> None:
        confirmed = OrderConfirmedFactory(lines=(OrderLineFactory(),))
        shipped = OrderShippedFactory()
        for fact in (confirmed, confirmed, shipped):
            hear(fact)

        services.report_tellings()
        services.report_tellings()

        [fact] = told.named(PeopleTold)
        assert sorted((telling.order_id, telling.audience, telling.channel) for telling in fact.tellings) == sorted(
            [
                (confirmed.order_id, "buyer", "feed"),
                (confirmed.order_id, "seller", "feed"),
                (shipped.order_id, "buyer", "feed"),
            ]
        )

    def test_tells_more_than_one_batch_a_run(
        self, hear: Callable[..., bool], told: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reporting, "BATCH", 2)
        for _ in range(5):
            hear(OrderConfirmedFactory())

        services.report_tellings()

        assert [len(fact.tellings) for fact in told.named(PeopleTold)] == [2, 2, 1]

    def test_tells_when_a_letter_left(self, told: Any) -> None:
        remember_recipient(user_id=ADA, email="ada@example.com", full_name="Ada", roles=["customer"], version=1)
        services.tell_of_confirmed_order(order=OrderConfirmedFactory(customer_id=str(ADA)), now=NOON)
        services.deliver_mail(now=NOON)

        services.report_tellings()

        tellings = told.named(PeopleTold)[0].tellings
        assert [(telling.channel, telling.at) for telling in tellings] == [
            ("feed", NOON.isoformat()),
            ("email", NOON.isoformat()),
        ]

    def test_says_nothing_where_it_was_about_no_order(self, hear: Callable[..., bool], told: Any) -> None:
        hear(ReviewPostedFactory())

        services.report_tellings()

        assert not told
