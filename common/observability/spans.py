"""OpenTelemetry itself. Imported with the first span, so after any fork; never while traces are off."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import Token
from types import TracebackType

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from common.observability import correlation
from common.observability.correlation import TRACEPARENT, Correlation
from common.version import VERSION

# Its name, sampler, headers and limits come from the standard variables.
_provider = TracerProvider(resource=Resource.create({"service.version": VERSION, "process.pid": os.getpid()}))
_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
_tracer = _provider.get_tracer("opencommerce", VERSION)


class Spanned:
    """A block of code in a span, whose names are those of what is done in it."""

    def __init__(
        self, kind: str, name: str, attributes: Mapping[str, str | int | bool], request_id: str, parent: str
    ) -> None:
        self._span = begin(kind, name, attributes, parent)
        self._names = Correlation(request_id, traceparent_of(self._span), self._span)
        self._token: Token[Correlation | None] | None = None

    def __enter__(self) -> Correlation:
        self._token = correlation.enter(self._names)
        return self._names

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._token:
            correlation.leave(self._token)
        if kind is not None:
            mark_failed(self._span, kind.__qualname__)
        self._span.end()


def begin(kind: str, name: str, attributes: Mapping[str, str | int | bool], parent: str) -> Span:
    """A span in the trace of this traceparent, or of a new one. Whoever begins it ends it."""
    return _tracer.start_span(
        name,
        context=_context_of(parent),
        kind=SpanKind[kind],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )


def traceparent_of(span: Span) -> str:
    """What the span is called by those who go on from it."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-0{context.trace_flags & TraceFlags.SAMPLED}"


def mark_failed(span: Span, reason: str) -> None:
    """It ended badly, for a reason of one word. Of several the first counts: it is nearest to the cause."""
    if "error.type" not in (getattr(span, "attributes", None) or {}):
        span.set_attribute("error.type", reason)
        span.set_status(Status(StatusCode.ERROR))


def _context_of(traceparent: str) -> Context:
    match = TRACEPARENT.match(traceparent)
    if not match:
        return Context()
    flags = TraceFlags(int(match[3], 16) & TraceFlags.SAMPLED)
    parent = SpanContext(int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(parent), Context())
