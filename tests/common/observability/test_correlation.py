"""A request keeps its name on its way through all services."""

from typing import Any

import pytest

from common.observability.correlation import child_of, correlated, current

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class TestChildOf:
    def test_stays_in_the_callers_trace_with_a_span_of_its_own(self) -> None:
        child = child_of(PARENT)

        assert child.startswith(f"00-{TRACE}-")
        assert child != PARENT

    @pytest.mark.parametrize(
        "bad",
        ["", "nonsense", f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", PARENT.upper()],
    )
    def test_begins_a_trace_where_there_is_none(self, bad: str) -> None:
        assert TRACE not in child_of(bad)


class TestCorrelated:
    def test_goes_back_to_what_was_before(self) -> None:
        with correlated("outer-request"):
            with correlated("inner-request"):
                assert current().request_id == "inner-request"
            assert current().request_id == "outer-request"

    @pytest.mark.parametrize("bad", ["short", "x" * 65, "with space", "line\nbreak-and-more"])
    def test_takes_no_name_that_could_break_a_log(self, bad: str) -> None:
        with correlated(bad) as names:
            assert names.request_id != bad


@pytest.mark.django_db
class TestRequestContext:
    def test_echoes_the_request_id_and_continues_the_trace(self, visitor: Any) -> None:
        response = visitor.get("/echo/", HTTP_X_REQUEST_ID="request-0001", HTTP_TRACEPARENT=PARENT)

        assert response["X-Request-ID"] == "request-0001"
        assert response.json()["traceparent"].startswith(f"00-{TRACE}-")

    def test_health_says_what_is_missing(self, visitor: Any, settings: Any) -> None:
        assert visitor.get("/health/live").json() == {"status": "live"}
        assert visitor.get("/health/ready").json() == {"status": "ready", "checks": {"database": "ok"}}

    def test_answers_whoever_watches_by_an_address_and_nobody_else(self, visitor: Any) -> None:
        assert visitor.get("/health/live", HTTP_HOST="172.18.0.5:8000").status_code == 200
        assert visitor.get("/echo/", HTTP_HOST="172.18.0.5:8000").status_code == 400
