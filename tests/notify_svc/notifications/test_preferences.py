"""People choose what they are told of at once; all of it is written down for them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from notify_svc.notifications.models import Delivery, Notification
from tests.notify_svc.factories import OrderConfirmedFactory, OrderLineFactory, ReviewPostedFactory

pytestmark = pytest.mark.django_db

PREFERENCES = "/api/v1/notifications/preferences/"
ADA, EVE = uuid.uuid4(), uuid.uuid4()
ON = {"live": True, "mail": True}
ALL_ON = {"orders": ON, "sales": ON, "reviews": ON, "stock": ON}


@pytest.fixture
def ada(client_of: Callable[..., Any]) -> Any:
    return client_of(ADA, "customer")


def choose(client: Any, body: Any) -> Any:
    return client.put(PREFERENCES, body, format="json")


class TestPreferences:
    def test_are_all_on_at_first(self, ada: Any) -> None:
        assert ada.get(PREFERENCES).json() == ALL_ON

    def test_are_kept_for_oneself(self, ada: Any, client_of: Callable[..., Any]) -> None:
        chosen = {**ALL_ON, "reviews": {"live": True, "mail": False}}

        assert choose(ada, chosen).json() == chosen

        assert ada.get(PREFERENCES).json() == chosen
        assert client_of(EVE).get(PREFERENCES).json() == ALL_ON

    def test_are_replaced_whole(self, ada: Any) -> None:
        choose(ada, {"orders": {"live": False}})

        assert choose(ada, {"sales": {"mail": False}}).json() == {**ALL_ON, "sales": {"live": True, "mail": False}}

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ([], "non_field_errors"),
            ({"orders": True}, "orders"),
            ({"orders": {"live": "yes"}}, "orders.live"),
            ({"orders": {"mail": 1}}, "orders.mail"),
            ({"orders": {"mail": None}}, "orders.mail"),
            ({"ordres": ON}, "ordres"),
            ({"orders": {"sms": True}}, "orders.sms"),
        ],
    )
    def test_refuse_what_they_do_not_know(self, ada: Any, body: Any, field: str) -> None:
        response = choose(ada, body)

        assert response.status_code == 400
        assert field in response.json()["errors"]

    @pytest.mark.parametrize("method", ["get", "put"])
    def test_are_nobodys_who_is_not_signed_in(self, visitor: Any, method: str) -> None:
        assert getattr(visitor, method)(PREFERENCES).status_code == 401


class TestTelling:
    def test_without_mail_is_written_down_and_pushed(self, ada: Any, hear: Callable[..., bool]) -> None:
        choose(ada, {"orders": {"mail": False}})

        hear(OrderConfirmedFactory(customer_id=str(ADA)))

        assert Notification.objects.get().is_live
        assert not Delivery.objects.exists()

    def test_without_live_is_written_down_and_mailed(self, ada: Any, hear: Callable[..., bool]) -> None:
        choose(ada, {"orders": {"live": False}})

        hear(OrderConfirmedFactory(customer_id=str(ADA)))

        assert not Notification.objects.get().is_live
        assert Delivery.objects.count() == 1
        assert [told["title"] for told in ada.get("/api/v1/notifications/").json()["results"]]

    def test_goes_on_about_other_things(self, ada: Any, hear: Callable[..., bool]) -> None:
        off = {"live": False, "mail": False}
        choose(ada, {"orders": off, "reviews": off})

        hear(OrderConfirmedFactory(lines=(OrderLineFactory(seller_id=str(ADA)),)))
        hear(ReviewPostedFactory(seller_id=str(ADA)))

        told = Notification.objects.filter(user_id=ADA).order_by("sequence")
        assert [(each.event.split(".")[0], each.is_live) for each in told] == [("orders", True), ("reviews", False)]
        assert Delivery.objects.filter(notification__user_id=ADA).count() == 1
