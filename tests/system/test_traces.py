"""One request can be followed through all services by its id, in logs that are JSON to the last line."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from common.topology import SERVICES
from ops.platform import Platform
from tests.system.people import order_of, publish, settled, sign_up, wait_until

CELERYS_OWN = {"", "worker: Warm shutdown (MainProcess)"}
HEARS_OF_AN_ORDER = {"gateway_svc", "order_svc", "product_svc", "notify_svc"}


class TestRequestId:
    def test_stands_in_the_lines_of_every_service_that_had_a_part(self, platform: Platform) -> None:
        seller, buyer = sign_up(platform.url, "seller"), sign_up(platform.url)
        sku = publish(seller, stock=5)
        name, trace = f"followed-{secrets.token_hex(8)}", secrets.token_hex(16)

        order = buyer.shop.request(
            "POST",
            "/api/v1/orders/",
            body=order_of(sku),
            headers={
                "Idempotency-Key": secrets.token_hex(8),
                "X-Request-ID": name,
                "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
            },
        )
        settled(buyer, order["id"])

        wait_until(
            lambda: {line["service"] for line in lines(platform) if line["request_id"] == name} >= HEARS_OF_AN_ORDER
        )
        assert {line["trace_id"] for line in lines(platform) if line["request_id"] == name} == {trace}

    def test_every_line_has_a_service_and_a_request_id(self, platform: Platform) -> None:
        services = {line["service"] for line in lines(platform) if line["request_id"] and line["trace_id"]}

        assert services >= {service.name for service in SERVICES}


def lines(platform: Platform) -> Iterator[dict[str, Any]]:
    """Every line that a service's processes wrote; Celery says good-bye in a line of its own making."""
    for log in platform.state.logs.glob("*_svc.*.log"):
        complete, _, _ = log.read_text().rpartition("\n")
        yield from (json.loads(line) for line in complete.splitlines() if line not in CELERYS_OWN)
