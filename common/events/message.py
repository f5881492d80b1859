"""A fact as a Celery task message, version 2 of the protocol (docs.celeryq.dev, "Message Protocol").

Written out here so that the relay, a small process, needs neither Celery nor Django; a test holds it equal to what
Celery itself would send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

PERSISTENT = 2


def envelope(row: Mapping[str, Any]) -> dict[str, Any]:
    """An outbox row as the fact that others read."""
    return {
        "id": str(row["fact_id"]),
        "name": row["name"],
        "aggregate": row["aggregate"],
        "version": row["version"],
        "occurred_at": _rfc3339(row["occurred_at"]),
        "request_id": row["request_id"],
        "traceparent": row["traceparent"],
        "data": row["data"],
    }


def task_body(fact: Mapping[str, Any]) -> bytes:
    """The message's body: no arguments, the fact as a keyword, and none of Celery's canvas."""
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    return json.dumps([[], {"fact": fact}, embed], separators=(",", ":")).encode()


def task_headers(fact: Mapping[str, Any]) -> dict[str, Any]:
    """The headers by which a worker finds the task."""
    return {
        "lang": "py",
        "task": fact["name"],
        "id": fact["id"],
        "root_id": fact["id"],
        "parent_id": None,
        "group": None,
        "retries": 0,
        "eta": None,
        "expires": None,
        "timelimit": [None, None],
        "ignore_result": True,
        "argsrepr": "()",
        "kwargsrepr": "{'fact': …}",
        "traceparent": fact["traceparent"],
    }


def task_properties(fact: Mapping[str, Any]) -> dict[str, Any]:
    """The AMQP properties: persistent JSON, named after the fact."""
    return {
        "content_type": "application/json",
        "content_encoding": "utf-8",
        "delivery_mode": PERSISTENT,
        "correlation_id": fact["id"],
        "message_id": fact["id"],
    }


def _rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
