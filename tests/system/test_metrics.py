"""Every process shows its metrics, and none that the documents do not know."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.samples import Sample

from common.topology import SERVICES
from ops import metric_families
from ops.platform import Platform
from tests.common.observability.scraping import scrape
from tests.system.people import place, publish, settled, sign_up, wait_until

KNOWN = {family.name: family for family in (*metric_families.of_ours(), *metric_families.of_every_process())}
OF_THE_FORM = {"le"}


@pytest.fixture(scope="module")
def processes(platform: Platform) -> dict[str, dict[str, Any]]:
    """The platform's processes, by name, once an order went through them."""
    buyer, seller = sign_up(platform.url), sign_up(platform.url, "seller")
    settled(buyer, place(buyer, publish(seller, stock=5))["id"])
    return {process["name"]: process for process in platform.status()["processes"]}


def ask(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=10) as answer:
            return answer.status, answer.read()
    except HTTPError as refusal:
        return refusal.code, refusal.read()


def test_every_process_shows_what_is_documented_and_nothing_else(processes: dict[str, dict[str, Any]]) -> None:
    for process in processes.values():
        for name, samples in scrape(process["port"]).items():
            assert name in KNOWN, process["name"]
            assert {label for each in samples for label in each.labels} <= {*KNOWN[name].labels, *OF_THE_FORM}


def test_every_process_says_that_it_lives_and_has_what_it_needs(processes: dict[str, dict[str, Any]]) -> None:
    for process in processes.values():
        status, body = ask(process["port"], "/health/ready")
        assert (status, json.loads(body)["status"]) == (200, "ready"), process["name"]
        assert ask(process["port"], "/health/live")[0] == 200


def test_a_fact_is_told_sent_and_handled(processes: dict[str, dict[str, Any]]) -> None:
    def count(process: str, family: str, **labels: str) -> float:
        found: list[Sample] = scrape(processes[process]["port"]).get(family, [])
        return sum(each.value for each in found if labels.items() <= each.labels.items() and "_bucket" not in each.name)

    placed = "orders.order_placed.v1"
    wait_until(lambda: count("order_svc.relay", "opencommerce_facts_sent_total", fact=placed) >= 1)
    assert count("order_svc.web", "opencommerce_facts_told_total", fact=placed) >= 1
    handled = {"fact": placed, "outcome": "handled"}
    assert count("product_svc.worker", "opencommerce_fact_handling_seconds", **handled) >= 1
    assert count("order_svc.relay", "opencommerce_relay_active") == 1
    assert count("order_svc.worker-work", "opencommerce_payment_call_seconds", operation="authorise") >= 1


def test_the_scheduler_knows_every_queue(processes: dict[str, dict[str, Any]]) -> None:
    queues = scrape(processes["scheduler"]["port"])["opencommerce_queue_messages"]

    names = {f"{service.name}.{kind}" for service in SERVICES for kind in ("facts", "work", "dead")}
    assert {each.labels["queue"] for each in queues} == names


def test_the_door_shows_nothing_to_whom_a_proxy_speaks_for(processes: dict[str, dict[str, Any]]) -> None:
    port = processes["gateway_svc.web"]["port"]

    assert ask(port, "/metrics", **{"X-Forwarded-For": "203.0.113.7"})[0] == 404
    assert ask(port, "/health/figures")[0] == 404
