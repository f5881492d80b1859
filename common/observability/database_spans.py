"""A span for each statement of Django's, in OpenTelemetry's words for databases. Its values are left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from common.observability import correlation, tracing

_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN)\s+"?([a-z_][a-z0-9_]*)', re.IGNORECASE)
_LONGEST_TEXT = 2000


def install() -> None:
    """Watch every connection that Django makes from now on."""
    connection_created.connect(_watch, dispatch_uid="database_spans")


def _watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _in_a_span not in connection.execute_wrappers:
        connection.execute_wrappers.append(_in_a_span)


def _in_a_span(execute: Callable[..., Any], sql: Any, parameters: Any, many: Any, context: dict[str, Any]) -> Any:
    """What nobody asked for, such as what Django wants to know at the start, has no trace to stand in."""
    if not correlation.is_under_way() or correlation.current().span is None:
        return execute(sql, parameters, many, context)
    text = sql if isinstance(sql, str) else sql.as_string(None)
    name, attributes = _described(text, str(context["connection"].settings_dict["NAME"]))
    with tracing.step(tracing.CLIENT, name, attributes):
        return execute(sql, parameters, many, context)


@lru_cache(maxsize=512)
def _described(text: str, database: str) -> tuple[str, dict[str, str]]:
    operation = text.lstrip().partition(" ")[0].partition("\n")[0].upper()
    table = _TABLE.search(text)
    attributes = {
        "db.system.name": "postgresql",
        "db.namespace": database,
        "db.operation.name": operation,
        "db.query.text": text[:_LONGEST_TEXT],
    }
    if table:
        attributes["db.collection.name"] = table[1]
    return f"{operation} {table[1] if table else database}", attributes
