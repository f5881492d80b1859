"""One order is one trace: its spans, of all processes that had a part, form one tree."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from common.topology import FILES
from ops.platform import Platform
from ops.state import LOCAL, State
from tests.otlp import Receiver, Span
from tests.system.people import ADDRESS, Person, order_of, publish, settled, sign_up, wait_until

HAS_A_PART = {"gateway_svc", "order_svc", "product_svc", "notify_svc"}
# What ends the tree: the buyer is told that the order is confirmed.
LAST = ("process orders.order_confirmed.v1", "notify_svc")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def traced(receiver: Receiver) -> Iterator[Platform]:
    """A platform of its own whose spans go to the receiver; nothing that the other tests measure is traced."""
    platform = Platform(State(LOCAL / "test" / "traced"))
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        variables.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        platform.up(fresh=True, attached=True)
    yield platform
    platform.down()


@pytest.fixture(scope="module")
def buyer(traced: Platform) -> Person:
    return sign_up(traced.url)


@pytest.fixture(scope="module")
def order(traced: Platform, receiver: Receiver, buyer: Person) -> list[Span]:
    """The spans of one order, once all of them came."""
    sku = publish(sign_up(traced.url, "seller"), stock=5)
    trace, caller = secrets.token_hex(16), secrets.token_hex(8)
    placed = buyer.shop.request(
        "POST",
        "/api/v1/orders/",
        body=order_of(sku),
        headers={"Idempotency-Key": secrets.token_hex(8), "traceparent": f"00-{trace}-{caller}-01"},
    )
    settled(buyer, placed["id"])
    wait_until(lambda: LAST in {(span.name, span.service) for span in receiver.spans(trace)}, seconds=60)
    wait_until(lambda: len(_roots(receiver.spans(trace))) == 1, seconds=60)
    return receiver.spans(trace)


def _roots(spans: list[Span]) -> list[Span]:
    """Those whose parent is none of them."""
    known = {span.id for span in spans}
    return [span for span in spans if span.parent_id not in known]


def the(spans: list[Span], name: str, service: str) -> Span:
    (found,) = [span for span in spans if (span.name, span.service) == (name, service)]
    return found


class TestOrder:
    def test_is_one_tree(self, order: list[Span]) -> None:
        (root,) = _roots(order)

        assert (root.name, root.service, root.kind) == ("POST /api/v1/orders/", "gateway_svc", "SERVER")
        assert {span.service for span in order} >= HAS_A_PART
        assert FILES.name not in {span.service for span in order}

    def test_goes_from_the_door_to_whoever_tells_the_buyer(self, order: list[Span]) -> None:
        by_id = {span.id: span for span in order}
        at = the(order, *LAST)
        path = [(at.name, at.service)]
        while at.parent_id in by_id:
            at = by_id[at.parent_id]
            path.append((at.name, at.service))

        assert list(reversed(path)) == [
            ("POST /api/v1/orders/", "gateway_svc"),
            ("POST", "gateway_svc"),
            ("POST /api/v1/orders/", "order_svc"),
            ("create orders.order_placed.v1", "order_svc"),
            ("send orders.order_placed.v1", "order_svc"),
            ("process orders.order_placed.v1", "product_svc"),
            ("create inventory.stock_reserved.v1", "product_svc"),
            ("send inventory.stock_reserved.v1", "product_svc"),
            ("process inventory.stock_reserved.v1", "order_svc"),
            ("create orders.order_confirmed.v1", "order_svc"),
            ("send orders.order_confirmed.v1", "order_svc"),
            ("process orders.order_confirmed.v1", "notify_svc"),
        ]

    def test_has_each_statement_under_who_made_it(self, order: list[Span]) -> None:
        by_id = {span.id: span for span in order}
        statements = [span for span in order if "db.system.name" in span.attributes]

        assert {span.service for span in statements} >= HAS_A_PART - {"gateway_svc"}
        assert all(by_id[span.parent_id].service == span.service for span in statements)
        assert all(span.attributes["db.namespace"] == span.service for span in statements)

    def test_has_the_card_charged_within(self, order: list[Span]) -> None:
        assert the(order, "authorise sandbox", "order_svc").kind == "CLIENT"

    def test_fails_nowhere(self, order: list[Span]) -> None:
        assert [span.name for span in order if span.is_error] == []

    def test_names_nobody(self, order: list[Span], buyer: Person) -> None:
        said = "".join(span.wire for span in order)

        for secret in (buyer.email, buyer.id, ADDRESS["full_name"], ADDRESS["line1"], "tok_success"):
            assert secret not in said
