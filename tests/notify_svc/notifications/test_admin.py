"""What staff see of what people were told, and how they have a letter sent again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core import mail

from common import clock
from common.testing.admin_pages import list_address, row_address
from notify_svc.config import urls
from notify_svc.notifications import services
from notify_svc.notifications.models import Delivery, Notification
from notify_svc.recipients.services import remember_recipient
from tests.notify_svc.factories import OrderConfirmedFactory

pytestmark = pytest.mark.django_db
assert urls.urlpatterns  # registers the models
HTML = {"HTTP_ACCEPT": "text/html"}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def support(client_of: Callable[..., Any]) -> Any:
    return client_of(uuid.uuid4(), "support")


@pytest.fixture
def delivery() -> Delivery:
    """A letter to Ada that is due."""
    ada = uuid.uuid4()
    remember_recipient(user_id=ada, email="ada@example.com", full_name="Ada Lovelace", roles=["customer"], version=1)
    services.tell_of_confirmed_order(order=OrderConfirmedFactory(customer_id=str(ada)), now=NOON)
    return Delivery.objects.get()


def try_again(client: Any, delivery: Delivery) -> Any:
    return client.post(row_address(delivery, "action", "try_again_now"), {}, format="multipart", **HTML)


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


class TestTryingAgain:
    def test_sends_what_had_been_given_up(self, support: Any, delivery: Delivery) -> None:
        Delivery.objects.update(status="failed", attempts=8, last_error="SMTPException")

        try_again(support, delivery)
        services.deliver_mail(now=clock.now())

        delivery.refresh_from_db()
        assert delivery.status == "sent"
        assert len(mail.outbox) == 1
        assert LogEntry.objects.get().change_message == "Try again now"

    def test_does_not_wait_for_its_turn(self, support: Any, delivery: Delivery) -> None:
        Delivery.objects.update(next_attempt_at=datetime(2999, 1, 1, tzinfo=UTC))

        try_again(support, delivery)
        services.deliver_mail(now=clock.now())

        assert len(mail.outbox) == 1

    def test_is_refused_for_what_has_left(self, support: Any, delivery: Delivery) -> None:
        services.deliver_mail(now=clock.now())

        answer = try_again(support, delivery)

        assert "The letter has left already." in said(answer)[0]
        assert not LogEntry.objects.exists()

    def test_is_closed_to_customers(self, client_of: Callable[..., Any], delivery: Delivery) -> None:
        Delivery.objects.update(status="failed")

        answer = try_again(client_of(delivery.notification.user_id, "customer"), delivery)

        delivery.refresh_from_db()
        assert (answer.status_code, delivery.status) == (403, "failed")


class TestLists:
    @pytest.mark.parametrize("model", [Notification, Delivery])
    def test_find_what_somebody_was_told(self, support: Any, delivery: Delivery, model: type) -> None:
        services.tell_of_confirmed_order(order=OrderConfirmedFactory(number="OC-OTHER"), now=NOON)

        page = support.get(list_address(model), {"q": str(delivery.notification.user_id)}, **HTML).content.decode()

        assert delivery.notification.title in page
        assert "OC-OTHER" not in page

    @pytest.mark.parametrize(("state", "is_listed"), [("unsent", True), ("failed", False), ("refused", False)])
    def test_show_what_did_not_leave(self, support: Any, delivery: Delivery, state: str, is_listed: bool) -> None:
        page = support.get(list_address(Delivery), {"state": state}, **HTML).content.decode()

        assert (delivery.notification.title in page) is is_listed

    @pytest.mark.parametrize(
        ("status", "is_shown"), [("pending", True), ("sent", False), ("failed", False), ("refused", False)]
    )
    @pytest.mark.parametrize(
        "address",
        [lambda _: list_address(Delivery), row_address, lambda delivery: row_address(delivery.notification)],
    )
    def test_say_when_a_letter_is_tried_next_if_it_is(
        self,
        support: Any,
        delivery: Delivery,
        address: Callable[[Delivery], str],
        status: str,
        is_shown: bool,
    ) -> None:
        Delivery.objects.update(status=status, next_attempt_at=datetime(2031, 5, 1, tzinfo=UTC))

        page = support.get(address(delivery), **HTML).content.decode()

        assert "Next attempt at" in page
        assert ("1 May 2031, 00:00:00 UTC" in page) is is_shown
        assert "None" not in page

    def test_show_the_newest_notifications_first(self, support: Any) -> None:
        for hour in (10, 12, 11):
            order = OrderConfirmedFactory(number=f"OC-{hour}")
            services.tell_of_confirmed_order(order=order, now=NOON.replace(hour=hour))

        page = support.get(list_address(Notification), **HTML).content.decode()

        assert re.findall(r">Order OC-(\d+) is confirmed<", page) == ["12", "11", "10"]

    def test_show_why_a_letter_did_not_leave(self, support: Any, delivery: Delivery) -> None:
        Delivery.objects.update(last_error="SMTPServerDisconnected")

        page = support.get(row_address(delivery.notification), **HTML).content.decode()

        assert "SMTPServerDisconnected" in page


class TestNotifications:
    def test_show_when_they_were_read_with_all_others(self, support: Any, delivery: Delivery) -> None:
        services.read_all_notifications(user_id=delivery.notification.user_id, now=NOON + timedelta(hours=1))

        page = support.get(list_address(Notification), **HTML).content.decode()

        assert "13:00:00 UTC" in page
