"""Traces: a span for each step, one under the other, and nobody named in any of them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from common.contracts import StockReserved
from common.events import fact_task
from common.events import spans as of_facts
from common.events.models import OutboxMessage
from common.events.outbox import publish
from common.observability import correlation, database_spans, tracing
from common.testing.plugin import as_heard
from tests.common.observability.test_metrics import Attempt
from tests.otlp import Receiver, Span

NOWHERE = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
PERSON = "ada@example.com"


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Where this process's spans go from now on."""
    receiver = Receiver()
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url
    from common.observability import spans  # it reads the variable as it is imported

    del os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
    yield receiver
    spans._provider.shutdown()
    receiver.close()


@pytest.fixture
def traced(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[Span]]:
    """Traces are on; ``traced(trace_id)``: all spans of this trace."""
    monkeypatch.setattr(tracing, "IS_ON", True)

    def look(trace_id: str) -> list[Span]:
        from common.observability import spans

        spans._provider.force_flush()
        return receiver.spans(trace_id)

    return look


@pytest.fixture
def parent() -> str:
    """The traceparent of a caller."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_of(traceparent: str) -> str:
    return traceparent.split("-")[1]


def id_of(traceparent: str) -> str:
    return traceparent.split("-")[2]


def get(path: str, parent: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(path, headers={"traceparent": parent, **headers})


class TestIsConfigured:
    @pytest.mark.parametrize(
        ("environment", "expected"),
        [
            ({}, False),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318"}, True),
            ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x:4318/v1/traces"}, True),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318", "OTEL_SDK_DISABLED": "TRUE"}, False),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ],
    )
    def test_where_spans_have_somewhere_to_go(self, environment: dict[str, str], expected: bool) -> None:
        assert tracing.is_configured(environment) is expected


class TestOff:
    @pytest.mark.parametrize("module", ["notify_svc.config.asgi", "notify_svc.config.celery"])
    def test_nothing_of_it_is_imported(self, module: str) -> None:
        work = "from common.observability import tracing\nwith tracing.served('SERVER', 'x', {}): pass"
        look = "import redis, sys; print([name for name in sys.modules if name.startswith('opentelemetry')])"
        environment = {name: value for name, value in os.environ.items() if name not in NOWHERE}
        environment["DJANGO_SETTINGS_MODULE"] = "notify_svc.config.settings"

        done = subprocess.run(
            [sys.executable, "-c", f"import {module}\n{work}\n{look}"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.splitlines()[-1] in {"[]", "['opentelemetry']"}  # the second: kept out by name

    @pytest.mark.parametrize("module", ["common.events.relay", "ops.scheduler"])
    def test_nothing_of_it_is_imported_by_who_has_no_settings(self, module: str) -> None:
        code = f"import {module}, sys; print([name for name in sys.modules if name.startswith('opentelemetry')])"
        environment = {name: value for name, value in os.environ.items() if name not in NOWHERE}

        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

        assert done.stdout.splitlines()[-1] == "[]"

    def test_work_has_its_callers_names_all_the_same(self, parent: str) -> None:
        with tracing.served(tracing.SERVER, "x", {}, request_id="request-1", traceparent=parent) as names:
            assert correlation.current() is names

        assert (names.request_id, names.trace_id) == ("request-1", trace_of(parent))
        assert names.span is None


class TestOfRequest:
    def test_takes_no_more_of_a_path_than_it_should(self) -> None:
        path = tracing.of_request("GET", f"/{'x' * 9000}", "http")["url.path"]

        assert len(str(path)) < 1000

    def test_takes_only_what_can_be_sent(self) -> None:
        assert tracing.of_request("GET", "/\udcff", "http")["url.path"] == "/?"


class TestRequests:
    def test_are_a_span_under_their_callers(self, traced: Any, parent: str, client_of: Any) -> None:
        answer = client_of(uuid.uuid4()).get("/echo/", headers={"traceparent": parent})

        (span,) = traced(trace_of(parent))
        assert (span.name, span.kind, span.parent_id) == ("GET /echo/", "SERVER", id_of(parent))
        assert answer.json()["traceparent"] == span.traceparent
        assert span.attributes["http.route"] == "/echo/"
        assert span.attributes["http.response.status_code"] == 200
        assert not span.is_error

    def test_that_fail_say_so_in_no_words(self, traced: Any, parent: str, visitor: Any) -> None:
        visitor.get("/failing/bug/", headers={"traceparent": parent})

        (span,) = traced(trace_of(parent))
        assert span.is_error
        assert span.attributes["error.type"] == "500"
        assert "secret inside" not in span.wire

    def test_that_nobody_wants_followed_are_not(self, traced: Any, visitor: Any) -> None:
        parent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"

        answer = visitor.get("/echo/", headers={"traceparent": parent})

        assert traced(trace_of(parent)) == []
        assert answer.json()["traceparent"].startswith(f"00-{trace_of(parent)}-")
        assert answer.json()["traceparent"].endswith("-00")

    def test_of_those_who_watch_are_no_spans(self, traced: Any, parent: str) -> None:
        get("/health/live", parent)

        assert traced(trace_of(parent)) == []


@pytest.mark.django_db(transaction=True)
class TestStatements:
    @pytest.fixture(autouse=True)
    def _watched(self) -> Iterator[None]:
        connection.ensure_connection()
        database_spans._watch(connection)
        yield
        connection.execute_wrappers.remove(database_spans._in_a_span)

    def test_are_spans_without_their_values(self, traced: Any, parent: str) -> None:
        with tracing.served(tracing.SERVER, "x", {}, traceparent=parent):
            list(OutboxMessage.objects.filter(name=PERSON))

        statement, outer = traced(trace_of(parent))
        assert (statement.name, statement.kind) == ("SELECT events_outbox", "CLIENT")
        assert statement.parent_id == outer.id
        assert statement.attributes["db.system.name"] == "postgresql"
        assert statement.attributes["db.operation.name"] == "SELECT"
        assert statement.attributes["db.collection.name"] == "events_outbox"
        assert PERSON not in statement.wire

    def test_that_fail_say_what_kind_of_error(self, traced: Any, parent: str) -> None:
        with (
            tracing.served(tracing.SERVER, "x", {}, traceparent=parent),
            pytest.raises(Exception, match="does not exist"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT * FROM nowhere WHERE email = %s", [PERSON])

        statement = traced(trace_of(parent))[0]
        assert (statement.is_error, statement.attributes["error.type"]) == (True, "ProgrammingError")
        assert PERSON not in statement.wire

    def test_that_nobody_asked_for_are_none(self, traced: Any, parent: str) -> None:
        with correlation.correlated(traceparent=parent):
            OutboxMessage.objects.count()

        assert traced(trace_of(parent)) == []


@pytest.mark.django_db(transaction=True)
class TestFacts:
    def test_are_created_sent_and_processed_one_under_the_other(self, traced: Any, parent: str) -> None:
        with tracing.served(tracing.SERVER, "x", {}, traceparent=parent), transaction.atomic():
            publish(StockReserved(version=1, order_id="o-1"))
        row = OutboxMessage.objects.get()
        fact = {**as_heard(StockReserved(version=1, order_id="o-1")), "traceparent": row.traceparent}
        with of_facts.sending([fact]):
            pass
        with pytest.raises(fact_task.Reject):  # nothing here reacts to it
            fact_task.handle_fact(Attempt(row.name), fact=fact)

        spans = {span.name.partition(" ")[0]: span for span in traced(trace_of(parent))}
        assert spans["create"].parent_id == spans["x"].id
        assert spans["send"].parent_id == spans["create"].id
        assert spans["process"].parent_id == spans["send"].id
        assert [spans[each].kind for each in ("create", "send", "process")] == ["PRODUCER", "PRODUCER", "CONSUMER"]
        assert spans["process"].is_error
        assert spans["process"].attributes["error.type"] == "UnreadableFact"
        assert spans["send"].attributes["messaging.system"] == "rabbitmq"
        assert spans["send"].attributes["messaging.rabbitmq.destination.routing_key"] == row.name

    def test_that_do_not_arrive_are_sent_in_vain(self, traced: Any, parent: str) -> None:
        fact = {**as_heard(StockReserved(version=1, order_id="o-1")), "traceparent": parent}

        with of_facts.sending([fact]) as undelivered:
            undelivered[fact["id"]] = "no queue hears it"

        (span,) = traced(trace_of(parent))
        assert span.is_error

    def test_of_a_broker_that_went_away_are_sent_in_vain(self, traced: Any, parent: str) -> None:
        fact = {**as_heard(StockReserved(version=1, order_id="o-1")), "traceparent": parent}

        with pytest.raises(ConnectionError), of_facts.sending([fact]):
            raise ConnectionError(PERSON)

        (span,) = traced(trace_of(parent))
        assert span.is_error
        assert PERSON not in span.wire
