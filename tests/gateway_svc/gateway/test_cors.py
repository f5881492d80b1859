"""Pages of other origins, as their browsers ask for leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.middleware.cors import origins
from tests.gateway_svc.door import Answer, Door
from tests.gateway_svc.upstream import FakeService

PRODUCTS = "/api/v1/products/"
APP = "https://app.example"
PREFLIGHT = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "idempotency-key")]
ALLOWED = "access-control-allow-origin"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def shared(open_door: Callable[..., Door]) -> Door:
    """A gateway whose API the pages of two origins may use."""
    return open_door(OPENCOMMERCE_CORS_ORIGINS=f"{APP}, http://localhost:5173")


def vary_of(answer: Answer) -> list[str]:
    return [name.strip().lower() for value in answer.all("vary") for name in value.split(",")]


class TestAPageOfALetInOrigin:
    def test_reads_answers_and_what_they_say_of_themselves(self, shared: Door) -> None:
        answer = shared.ask("GET", PRODUCTS, headers=[("Origin", APP)])

        assert answer.status == 200
        assert answer.all(ALLOWED) == [APP]
        assert answer.get("access-control-allow-credentials") == "true"
        assert "X-Request-ID" in (answer.get("access-control-expose-headers") or "")
        assert "origin" in vary_of(answer)

    def test_reads_refusals(self, shared: Door) -> None:
        answer = shared.ask("GET", PRODUCTS, token="bad", headers=[("Origin", APP)])

        assert (answer.status, answer.get(ALLOWED)) == (401, APP)

    def test_gets_leave_beforehand_without_a_service_being_asked(self, shared: Door, service: FakeService) -> None:
        answer = shared.ask("OPTIONS", "/api/v1/orders/", headers=[("Origin", APP), *PREFLIGHT])

        assert (answer.status, answer.body, answer.get(ALLOWED)) == (204, b"", APP)
        assert "POST" in (answer.get("access-control-allow-methods") or "")
        assert "Idempotency-Key" in (answer.get("access-control-allow-headers") or "")
        assert answer.get("access-control-max-age") == "600"
        assert not service.asked


class TestAnyOtherPage:
    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "null", f"{APP}.evil.example", "http://app.example", f"{APP}:444", f"{APP}/", "*", ""],
    )
    def test_gets_no_leave(self, shared: Door, service: FakeService, origin: str) -> None:
        answer = shared.ask("GET", PRODUCTS, headers=[("Origin", origin)])
        beforehand = shared.ask("OPTIONS", PRODUCTS, headers=[("Origin", origin), *PREFLIGHT])

        assert answer.get(ALLOWED) is None
        assert beforehand.get(ALLOWED) is None
        assert "origin" in vary_of(answer)

    def test_gets_none_by_sending_a_second_origin(self, shared: Door) -> None:
        answer = shared.ask("GET", PRODUCTS, headers=[("Origin", "https://evil.example"), ("Origin", APP)])

        assert answer.get(ALLOWED) is None

    def test_may_not_use_our_pages(self, shared: Door) -> None:
        assert shared.ask("GET", "/login/", headers=[("Origin", APP)]).get(ALLOWED) is None

    def test_gets_none_where_no_origin_is_let_in(self, door: Door) -> None:
        answer = door.ask("GET", PRODUCTS, headers=[("Origin", APP)])

        assert answer.get(ALLOWED) is None


class TestAnyOrigin:
    def test_is_let_in_without_anybodys_cookies(self, open_door: Callable[..., Door]) -> None:
        answer = open_door(OPENCOMMERCE_CORS_ORIGINS="*").ask("GET", PRODUCTS, headers=[("Origin", APP)])

        assert answer.get(ALLOWED) == "*"
        assert answer.get("access-control-allow-credentials") is None

    @pytest.mark.parametrize(
        "text", ["https://app.example/", "app.example", "https://App.example", "https://[::1", "null"]
    )
    def test_settings_that_name_no_origin_stop_the_start(self, text: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="OPENCOMMERCE_CORS_ORIGINS"):
            origins(text)
