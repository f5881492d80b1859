"""What a service shows of itself at /metrics."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from common.contracts import StockReserved
from common.events import fact_task
from common.events.models import OutboxMessage
from common.events.outbox import publish
from tests.common.observability.scraping import scraped

pytestmark = pytest.mark.django_db


def value(name: str, **labels: str) -> float:
    """Of this series now; 0 as long as nothing was counted in it."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


class TestPage:
    def test_is_in_prometheus_form(self) -> None:
        answer = APIClient().get("/metrics")

        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=")
        assert scraped(answer.content)["opencommerce_build_info"][0].value == 1

    def test_shows_what_waits_in_the_outbox(self, transactional_db: None) -> None:
        with transaction.atomic():
            publish(StockReserved(version=1, order_id="o-1"), StockReserved(version=1, order_id="o-2"))

        page = scraped(APIClient().get("/metrics").content)

        assert page["opencommerce_database_up"][0].value == 1
        assert page["opencommerce_outbox_unsent"][0].value == 2

    def test_is_answered_while_the_database_is_not(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE events_outbox RENAME TO elsewhere")

        page = scraped(APIClient().get("/metrics").content)

        assert page["opencommerce_database_up"][0].value == 0
        assert page["opencommerce_outbox_unsent"][0].value != page["opencommerce_outbox_unsent"][0].value


class TestRequests:
    @pytest.mark.parametrize(
        ("path", "route", "status"),
        [
            ("/echo/", "/echo/", "2xx"),
            ("/failing/bug/", "/failing/<how>/", "5xx"),
            ("/failing/domain/", "/failing/<how>/", "4xx"),
            (f"/nowhere/{uuid.uuid4()}/", "unknown", "4xx"),
        ],
    )
    def test_are_counted_by_their_template(self, visitor: APIClient, path: str, route: str, status: str) -> None:
        series = {"route": route, "method": "GET", "status": status}
        before = value("opencommerce_http_request_seconds_count", **series)

        visitor.get(path)

        assert value("opencommerce_http_request_seconds_count", **series) == before + 1

    def test_of_an_invented_method_are_one_series(self, visitor: APIClient) -> None:
        series = {"route": "/echo/", "method": "other", "status": "4xx"}
        before = value("opencommerce_http_request_seconds_count", **series)

        visitor.generic("BREW", "/echo/")

        assert value("opencommerce_http_request_seconds_count", **series) == before + 1

    def test_are_no_longer_in_flight_when_they_failed(self, visitor: APIClient) -> None:
        visitor.get("/failing/bug/")

        assert value("opencommerce_http_requests_in_flight") == 0

    def test_of_those_who_watch_are_not_counted(self) -> None:
        APIClient().get("/health/live")
        APIClient().get("/metrics")

        page = scraped(APIClient().get("/metrics").content)
        assert not [each for each in page["opencommerce_http_request_seconds"] if "health" in each.labels["route"]]

    def test_to_a_database_out_of_reach_are_noted(self, visitor: APIClient) -> None:
        before = value("opencommerce_out_of_reach_total", server="database")

        visitor.get("/failing/database/")

        assert value("opencommerce_out_of_reach_total", server="database") == before + 1


class TestFacts:
    FACT = "inventory.stock_reserved.v1"

    @pytest.mark.django_db(transaction=True)
    def test_are_told_when_the_change_has_committed(self) -> None:
        before = value("opencommerce_facts_told_total", fact=self.FACT)

        with transaction.atomic():
            publish(StockReserved(version=1, order_id="o-1"))
            assert value("opencommerce_facts_told_total", fact=self.FACT) == before

        assert value("opencommerce_facts_told_total", fact=self.FACT) == before + 1

    @pytest.mark.django_db(transaction=True)
    def test_of_a_change_that_was_undone_are_not_told(self) -> None:
        before = value("opencommerce_facts_told_total", fact=self.FACT)

        with transaction.atomic():
            publish(StockReserved(version=1, order_id="o-1"))
            transaction.set_rollback(True)

        assert OutboxMessage.objects.count() == 0
        assert value("opencommerce_facts_told_total", fact=self.FACT) == before

    def test_that_cannot_be_read_are_dead(self) -> None:
        series = {"fact": self.FACT, "outcome": "dead"}
        before = value("opencommerce_fact_handling_seconds_count", **series)

        with pytest.raises(fact_task.Reject):
            fact_task.handle_fact(Attempt(self.FACT), fact="nonsense")

        assert value("opencommerce_fact_handling_seconds_count", **series) == before + 1

    def test_that_nothing_here_reacts_to_count_no_lateness(self, hear: Callable[..., bool]) -> None:
        before = value("opencommerce_fact_lateness_seconds_count", fact=self.FACT)

        with pytest.raises(fact_task.UnreadableFact):
            hear(StockReserved(version=1, order_id="o-1"))

        assert value("opencommerce_fact_lateness_seconds_count", fact=self.FACT) == before


class Attempt:
    """As much of Celery's task as a fact's body asks for."""

    class request:
        id = str(uuid.uuid4())
        retries = 0

    def __init__(self, name: str) -> None:
        self.name = name
