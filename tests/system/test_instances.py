"""Three real instances of a service behind the gateway, as ``up --scale`` runs them; one is killed under load."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from common.topology import PRODUCTS
from ops import processes
from ops.blueprint import Blueprint
from ops.platform import Platform
from ops.shop import Refused, Unreachable
from tests.common.observability.scraping import scrape
from tests.system.crowd import Crowd
from tests.system.people import publish, sign_up, wait_until
from tests.system.plans import identity_of, with_applications

NAMES = processes.web_names(PRODUCTS, 3)
VICTIM = NAMES[1]
READERS = 6


def answered(platform: Platform, name: str) -> float:
    """How many questions for stock this very process has answered."""
    port = next(each["port"] for each in platform.status()["processes"] if each["name"] == name)
    samples = scrape(port).get("opencommerce_http_request_seconds", [])
    return sum(
        each.value for each in samples if each.name.endswith("_count") and "inventory" in each.labels.get("route", "")
    )


@pytest.fixture
def three(platform: Platform) -> Iterator[None]:
    """As ``up --scale product_svc=3`` runs it; the gateway is another one, which knows all three."""
    port = platform.state.read("run")["port"]
    blueprint = Blueprint(platform.state, public_port=port, scale={PRODUCTS.name: len(NAMES)}, as_it_is=True)
    with with_applications(platform, blueprint.application_specs()):
        yield


@pytest.mark.usefixtures("three")
def test_one_of_three_dies_without_a_failed_read_and_is_asked_again_when_it_is_back(platform: Platform) -> None:
    seller = sign_up(platform.url, "seller")
    sku = publish(seller, stock=5)
    failures: list[Exception] = []

    def read() -> None:
        try:
            seller.shop.stock(sku)  # which is never kept; nothing is tried twice
        except (Refused, Unreachable) as error:
            failures.append(error)
            time.sleep(0.05)

    with Crowd([read] * READERS):
        wait_until(lambda: all(answered(platform, name) > 20 for name in NAMES))

        before = identity_of(platform, VICTIM)

        platform.kill(VICTIM)

        wait_until(lambda: identity_of(platform, VICTIM) not in (None, before))
        platform.wait_until_healthy(seconds=30)
        wait_until(lambda: answered(platform, VICTIM) > 20)
    assert failures == []
