"""Traces: a span for each step that a request or a fact takes, by OpenTelemetry, under the names of correlation.

On where the standard variables say where spans go (``OTEL_EXPORTER_OTLP_ENDPOINT``), else nothing of OpenTelemetry is
as much as imported. The names travel as ever: the span's own name is the ``traceparent`` of whatever is done in it, in
headers, in the outbox and in facts. Spans follow OpenTelemetry's semantic conventions and name no person.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from common.observability import correlation
from common.observability.correlation import Correlation

SERVER, CLIENT, PRODUCER, CONSUMER = "SERVER", "CLIENT", "PRODUCER", "CONSUMER"

_LONGEST_PATH = 256

Attributes = Mapping[str, str | int | bool]


def is_configured(environment: Mapping[str, str]) -> bool:
    """Whether spans have somewhere to go (opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables)."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return bool(environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))


IS_ON = is_configured(os.environ)


def keep_out() -> None:
    """While traces are off, let nobody find OpenTelemetry. Call it before Redis' library is imported, which takes in
    the SDK's metrics wherever they are installed, and would keep 3 MiB in each process for nothing.
    """
    if not IS_ON:
        sys.modules.setdefault("opentelemetry", None)  # type: ignore[arg-type]  # "None" says: not to be imported


def served(
    kind: str, name: str, attributes: Attributes, *, request_id: str = "", traceparent: str = ""
) -> AbstractContextManager[Correlation]:
    """Do some work for a caller, or for nobody, under its names, and in a span of its trace."""
    if not IS_ON:
        return correlation.correlated(request_id, traceparent)
    from common.observability import spans

    return spans.Spanned(kind, name, attributes, correlation.good_request_id(request_id), traceparent)


def step(kind: str, name: str, attributes: Attributes) -> AbstractContextManager[Correlation]:
    """Do a part of the work under way in a span of its own."""
    current = correlation.current()
    if not IS_ON:
        return nullcontext(current)
    from common.observability import spans

    return spans.Spanned(kind, name, attributes, current.request_id, current.traceparent)


def of_request(method: str, path: str, scheme: str) -> Attributes:
    """What is known of a request before it is answered. A path can be as long as a client likes, and hold anything."""
    plain = path[:_LONGEST_PATH].encode("utf-8", "replace").decode()
    return {"http.request.method": method, "url.path": plain, "url.scheme": scheme}


def answered(names: Correlation, *, method: str, route: str, status: int) -> None:
    """Note on a request's span where it went and how it was answered."""
    span: Any = names.span
    if span is None:
        return
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.route": route, "http.response.status_code": status})
    if status >= 500:
        fail(names, str(status))


def fail(names: Correlation, reason: str) -> None:
    """Note on the span that it ended badly, in one word: an error's text may name people."""
    if names.span is not None:
        from common.observability import spans

        spans.mark_failed(names.span, reason)
