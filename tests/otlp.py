"""A small backend for traces: it receives OpenTelemetry's spans over HTTP."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# With traces off, as in this process, OpenTelemetry cannot be imported (common/observability/tracing.py).
sys.modules.pop("opentelemetry", None)

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: E402
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan  # noqa: E402
from opentelemetry.proto.trace.v1.trace_pb2 import Status  # noqa: E402


@dataclass(frozen=True)
class Span:
    """One span, as it arrived."""

    service: str
    name: str
    kind: str
    trace_id: str
    id: str
    parent_id: str
    attributes: dict[str, Any]
    is_error: bool
    wire: str
    """The whole span, as text."""

    @property
    def traceparent(self) -> str:
        """The ``traceparent`` that is passed on from this span."""
        return f"00-{self.trace_id}-{self.id}-01"


class Receiver:
    """Receives spans until it is closed."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The value for OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def spans(self, trace_id: str) -> list[Span]:
        """The spans of one trace that have arrived so far."""
        return [span for span in list(self._spans) if span.trace_id == trace_id]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    receiver._spans.extend(_read(ExportTraceServiceRequest.FromString(body)))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silent."""

        return Handler


def _read(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for of_process in request.resource_spans:
        service = _values(of_process.resource.attributes).get("service.name", "")
        for scope in of_process.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=service,
                    name=span.name,
                    kind=WireSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    trace_id=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    attributes=_values(span.attributes),
                    is_error=span.status.code == Status.STATUS_CODE_ERROR,
                    wire=str(span),
                )


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value") for each in attributes}
