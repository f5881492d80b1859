"""What staff set in the admin."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from common import clock
from common.testing.admin_pages import list_address, row_address
from gateway_svc.config import urls
from gateway_svc.house_rules import rules, services
from gateway_svc.house_rules.models import Block, Limit, Route

pytestmark = pytest.mark.django_db
assert urls.urlpatterns  # registers the models
ClientOf = Callable[..., Any]
PRODUCTS = "/api/v1/products/"
CLOSING = {"closed_because": "We count our stock.", "back_in_seconds": "600"}
SCRAPERS = {"kind": "network", "value": "203.0.113.7/24", "reason": "they scrape", "hours": "2"}


def do(client: Any, row: Any, action: str, values: dict[str, str] | None = None) -> Any:
    return client.post(row_address(row, "action", action), values or {}, format="multipart")


def block(client: Any, *, at: str = "198.51.100.1", **values: str) -> Any:
    address = f"{list_address(Block)}do/block/"
    return client.post(address, {**SCRAPERS, **values}, format="multipart", REMOTE_ADDR=at)


class TestALimit:
    def test_shows_what_comes_beside_what_is_set(self, client_of: ClientOf) -> None:
        services.set_limit(label="reading-person", requests=2400, window_seconds=None, is_off=False)

        page = client_of(uuid.uuid4(), "support").get(list_address(Limit), HTTP_ACCEPT="text/html").content.decode()

        assert "2,400 (else 1,200)" in page

    def test_is_set_by_an_admin_and_remembered(self, client_of: ClientOf) -> None:
        limit = Limit.objects.get(label="payment-person")

        done = do(client_of(uuid.uuid4(), "admin"), limit, "set_limit", {"requests": "5", "window_seconds": ""})

        limit.refresh_from_db()
        assert done.status_code == 302
        assert (limit.requests, limit.window_seconds, limit.is_off) == (5, None, False)
        assert "requests 5" in LogEntry.objects.get().change_message

    @pytest.mark.parametrize("value", ["0", "-1", "1000001", "many"])
    def test_beyond_reason_is_asked_again(self, client_of: ClientOf, value: str) -> None:
        limit = Limit.objects.get(label="payment-person")

        again = do(client_of(uuid.uuid4(), "admin"), limit, "set_limit", {"requests": value})

        limit.refresh_from_db()
        assert again.status_code == 200
        assert limit.requests is None


class TestARoute:
    def test_shows_first_whether_it_is_open(self, client_of: ClientOf) -> None:
        page = client_of(uuid.uuid4(), "support").get(list_address(Route), HTTP_ACCEPT="text/html").content.decode()

        columns = re.findall(r'class="(?:sortable )?column-([\w ]+?)"', page)
        assert columns[:2] == ["path", "state"], columns

    def test_is_set_closed_and_opened_by_an_admin(self, client_of: ClientOf) -> None:
        admin, route = client_of(uuid.uuid4(), "admin"), Route.objects.get(path=PRODUCTS)

        do(admin, route, "set_route", {"total_seconds": "30"})
        do(admin, route, "close", CLOSING)
        route.refresh_from_db()
        closed = (route.total_seconds, route.closed_because, route.back_in_seconds)
        do(admin, route, "open")
        route.refresh_from_db()

        assert closed == (30, "We count our stock.", 600)
        assert (route.total_seconds, route.closed_because) == (30, "")


@pytest.mark.parametrize("roles", [("support",), ("customer",), ("seller",)])
class TestOthers:
    def test_set_nothing(self, client_of: ClientOf, roles: tuple[str, ...]) -> None:
        client = client_of(uuid.uuid4(), *roles)
        limit, route = Limit.objects.get(label="payment-person"), Route.objects.get(path=PRODUCTS)

        refused = [
            do(client, limit, "set_limit", {"requests": "5"}),
            do(client, route, "set_route", {"total_seconds": "30"}),
            do(client, route, "close", CLOSING),
            do(client, route, "open"),
        ]

        assert {answer.status_code for answer in refused} <= {403, 404}
        assert not Limit.objects.exclude(requests=None).exists()
        assert not Route.objects.exclude(closed_because="", total_seconds=None).exists()


class TestABlock:
    def test_is_made_and_lifted_by_support_too(self, client_of: ClientOf) -> None:
        support = client_of(uuid.uuid4(), "support")

        assert block(support).status_code == 302
        made = Block.objects.get()
        assert (made.kind, made.value) == (rules.NETWORK, "203.0.113.0/24")
        assert made.holds(now=clock.now() + timedelta(minutes=119))
        assert not made.holds(now=clock.now() + timedelta(minutes=121))
        assert do(support, made, "lift").status_code == 302
        made.refresh_from_db()
        assert not made.holds(now=clock.now())

    @pytest.mark.parametrize("roles", [("customer",), ("seller",)])
    def test_is_made_by_nobody_else(self, client_of: ClientOf, roles: tuple[str, ...]) -> None:
        assert block(client_of(uuid.uuid4(), *roles)).status_code == 403
        assert not Block.objects.exists()

    @pytest.mark.parametrize("values", [{"value": "everybody"}, {"value": "0.0.0.0/0"}, {"reason": ""}, {"hours": "0"}])
    def test_that_makes_no_sense_is_asked_again(self, client_of: ClientOf, values: dict[str, str]) -> None:
        assert block(client_of(uuid.uuid4(), "admin"), **values).status_code == 200
        assert not Block.objects.exists()

    def test_of_oneself_is_refused(self, client_of: ClientOf) -> None:
        me = uuid.uuid4()

        again = block(client_of(me, "admin"), kind="account", value=str(me))

        assert again.status_code == 200
        assert "you would not get in" in again.content.decode()
        assert not Block.objects.exists()

    @pytest.mark.parametrize("at", ["203.0.113.9", "::ffff:203.0.113.9"])
    def test_of_the_network_that_one_is_in_is_refused(self, client_of: ClientOf, at: str) -> None:
        again = block(client_of(uuid.uuid4(), "admin"), at=at)

        assert again.status_code == 200
        assert "once signed out you would not get in" in again.content.decode()
        assert not Block.objects.exists()

    @pytest.mark.parametrize("at", ["203.0.114.9", "2001:db8::9", ""])
    def test_of_another_network_is_made(self, client_of: ClientOf, at: str) -> None:
        assert block(client_of(uuid.uuid4(), "admin"), at=at).status_code == 302
        assert Block.objects.get().value == "203.0.113.0/24"
