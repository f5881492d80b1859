"""What is asked again, and what never."""

from __future__ import annotations

import pytest

from common.observability.correlation import Correlation
from gateway_svc.gateway import errors, retries
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.routes import http_routes

KEY = (b"idempotency-key", b"k-1")


def exchange(method: str, path: str, *headers: tuple[bytes, bytes]) -> Exchange:
    return Exchange(Correlation("r", "t"), headers=list(headers), route=http_routes().find(path, method))


class TestMayRepeat:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_what_changes_nothing(self, method: str) -> None:
        assert retries.may_repeat(method, exchange(method, "/api/v1/products/"))

    @pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
    def test_nothing_else(self, method: str) -> None:
        assert not retries.may_repeat(method, exchange(method, "/api/v1/orders/"))

    @pytest.mark.parametrize("path", ["/api/v1/orders/", "/api/v1/files/"])
    def test_what_says_that_it_is_to_be_done_once(self, path: str) -> None:
        assert retries.may_repeat("POST", exchange("POST", path, KEY))

    def test_not_where_nobody_heeds_that(self) -> None:
        assert not retries.may_repeat("POST", exchange("POST", "/api/v1/products/", KEY))


class TestIsWorthIt:
    @pytest.mark.parametrize(
        ("error", "alone", "with_others"),
        [
            (errors.UpstreamClosed(), True, True),
            (errors.UpstreamReset(), True, True),
            (errors.UpstreamGarbled(), False, True),
            (errors.UpstreamUnwell(), False, True),
            (errors.UpstreamTimedOut(), False, False),
            (errors.CircuitOpen(1.0), False, False),
            (errors.Overloaded(1.0), False, False),
        ],
    )
    def test_by_what_went_wrong(self, error: errors.UpstreamError, *, alone: bool, with_others: bool) -> None:
        assert retries.is_worth_it(error, has_others=False) is alone
        assert retries.is_worth_it(error, has_others=True) is with_others
