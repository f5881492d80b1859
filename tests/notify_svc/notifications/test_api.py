"""Notifications over HTTP: one's own, and nobody else's."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

from common import clock
from notify_svc.notifications import selectors, services
from notify_svc.notifications.models import Notification
from tests.notify_svc.conftest import UNREACHABLE_REDIS
from tests.notify_svc.factories import OrderConfirmedFactory

pytestmark = pytest.mark.django_db
ADA, BOB = uuid.uuid4(), uuid.uuid4()
ROOT = "/api/v1/notifications/"
ROUTES = [
    ("get", ROOT),
    ("post", f"{ROOT}read-all/"),
    ("post", f"{ROOT}ticket/"),
    ("post", f"{ROOT}{uuid.uuid4()}/read/"),
]


@pytest.fixture
def ada(client_of: Callable[..., Any]) -> Any:
    return client_of(ADA, "customer")


def confirm(buyer: uuid.UUID, *, times: int = 1) -> None:
    for _ in range(times):
        services.tell_of_confirmed_order(order=OrderConfirmedFactory(customer_id=str(buyer)), now=clock.now())


class TestList:
    def test_shows_ones_own_newest_first(self, ada: Any) -> None:
        confirm(ADA, times=3)
        confirm(BOB)

        body = ada.get(ROOT).json()

        assert [item["sequence"] for item in body["results"]] == [3, 2, 1]
        assert set(body) == {"next", "previous", "results", "unread_count"}
        assert body["unread_count"] == 3
        assert body["results"][0]["read_at"] is None

    def test_goes_on_over_pages(self, ada: Any) -> None:
        confirm(ADA, times=5)

        first = ada.get(ROOT, {"page_size": 2}).json()
        second = ada.get(first["next"]).json()

        assert [item["sequence"] for item in second["results"]] == [3, 2]
        assert second["unread_count"] == 5

    @pytest.mark.parametrize(("unread", "sequences"), [("true", [2]), ("false", [1])])
    def test_can_be_narrowed(self, ada: Any, unread: str, sequences: list[int]) -> None:
        confirm(ADA, times=2)
        first = Notification.objects.get(sequence=1)
        ada.post(f"{ROOT}{first.id}/read/")

        body = ada.get(ROOT, {"unread": unread}).json()

        assert [item["sequence"] for item in body["results"]] == sequences
        assert body["unread_count"] == 1

    @pytest.mark.parametrize(
        "query",
        [
            {"unread": "maybe"},
            {"unread": ""},
            {"page_size": "0"},
            {"cursor": "nonsense"},
            {"cursor": "cD1ub25zZW5zZQ=="},
        ],
    )
    def test_refuses_what_makes_no_sense(self, ada: Any, query: dict[str, str]) -> None:
        confirm(ADA)

        response = ada.get(ROOT, query)

        assert response.status_code == 400
        assert set(response.json()["errors"]) == set(query)


class TestRead:
    def test_is_noted_once(self, ada: Any) -> None:
        confirm(ADA)
        notification = Notification.objects.get()

        assert ada.post(f"{ROOT}{notification.id}/read/").status_code == 204
        notification.refresh_from_db()
        first_read_at = notification.read_at
        assert ada.post(f"{ROOT}{notification.id}/read/").status_code == 204

        notification.refresh_from_db()
        assert first_read_at is not None
        assert notification.read_at == first_read_at

    def test_of_another_is_not_there(self, ada: Any) -> None:
        confirm(BOB)
        notification = Notification.objects.get()

        response = ada.post(f"{ROOT}{notification.id}/read/")

        notification.refresh_from_db()
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"
        assert notification.read_at is None

    @pytest.mark.parametrize("name", [str(uuid.uuid4()), "1", "x"])
    def test_of_what_is_not_there(self, ada: Any, name: str) -> None:
        assert ada.post(f"{ROOT}{name}/read/").status_code == 404


class TestReadAll:
    def test_leaves_nothing_unread_of_ones_own(self, ada: Any) -> None:
        confirm(ADA, times=2)
        confirm(BOB)

        assert ada.post(f"{ROOT}read-all/").status_code == 204

        assert ada.get(ROOT).json()["unread_count"] == 0
        assert selectors.unread_count_of(user_id=BOB) == 1

    def test_is_seen_in_the_lists(self, ada: Any) -> None:
        confirm(ADA, times=2)
        ada.post(f"{ROOT}read-all/")
        confirm(ADA)

        assert [one["sequence"] for one in ada.get(ROOT, {"unread": "true"}).json()["results"]] == [3]
        assert [one["sequence"] for one in ada.get(ROOT, {"unread": "false"}).json()["results"]] == [2, 1]
        assert [one["read_at"] is None for one in ada.get(ROOT).json()["results"]] == [True, False, False]

    def test_leaves_alone_when_one_was_read_by_itself(self, ada: Any) -> None:
        confirm(ADA)
        ada.post(f"{ROOT}{Notification.objects.get().id}/read/")
        before = ada.get(ROOT).json()["results"][0]["read_at"]

        ada.post(f"{ROOT}read-all/")

        assert ada.get(ROOT).json()["results"][0]["read_at"] == before

    def test_is_noted_once(self, ada: Any) -> None:
        confirm(ADA)
        ada.post(f"{ROOT}read-all/")
        before = ada.get(ROOT).json()["results"][0]["read_at"]

        ada.post(f"{ROOT}read-all/")
        assert ada.post(f"{ROOT}{Notification.objects.get().id}/read/").status_code == 204

        assert ada.get(ROOT).json()["results"][0]["read_at"] == before

    def test_writes_as_little_for_many_as_for_one(self, ada: Any) -> None:
        confirm(ADA, times=3)

        with CaptureQueriesContext(connection) as asked:
            ada.post(f"{ROOT}read-all/")

        written = [query["sql"] for query in asked if query["sql"].startswith("UPDATE")]
        assert len(written) == 1
        assert "notifications_notification" not in written[0]

    def test_of_who_was_never_told_anything_is_nothing(self, ada: Any) -> None:
        assert ada.post(f"{ROOT}read-all/").status_code == 204


class TestTicket:
    def test_is_good_for_half_a_minute(self, ada: Any) -> None:
        response = ada.post(f"{ROOT}ticket/")

        expires_in = datetime.fromisoformat(response.json()["expires_at"]) - clock.now()
        assert response.status_code == 201
        assert set(response.json()) == {"ticket", "expires_at"}
        assert timedelta(seconds=25) < expires_in <= timedelta(seconds=30)

    def test_is_kept_only_as_a_hash(self, ada: Any) -> None:
        ticket = ada.post(f"{ROOT}ticket/").json()["ticket"]
        redis = get_redis_connection("default")

        assert not list(redis.scan_iter(f"*{ticket}*"))
        [key] = redis.scan_iter(f"*{hashlib.sha256(ticket.encode()).hexdigest()}")
        assert 0 < redis.ttl(key) <= 30

    def test_remembers_the_sign_in_that_got_it(self, ada: Any) -> None:
        tickets = [ada.post(f"{ROOT}ticket/").json()["ticket"] for _ in range(2)]

        one, other = (services.redeem_ticket(ticket=ticket) for ticket in tickets)

        assert one == other
        assert uuid.UUID(one.user_id)
        assert uuid.UUID(one.session_id)

    def test_is_not_given_while_redis_is_away(self, ada: Any, settings: Any) -> None:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": UNREACHABLE_REDIS}}

        response = ada.post(f"{ROOT}ticket/")

        assert response.status_code == 503
        assert response["Retry-After"]


class TestDoors:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_are_closed_to_visitors(self, visitor: Any, method: str, path: str) -> None:
        assert getattr(visitor, method)(path).status_code in {401, 403}

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_are_closed_beside_the_gateway(self, client: Any, method: str, path: str) -> None:
        assert getattr(client, method)(path, headers={"X-User-Id": str(ADA)}).status_code == 401
