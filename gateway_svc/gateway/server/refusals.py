"""Answers to what never becomes a request: problem details (RFC 9457), written by hand."""

from __future__ import annotations

import logging

import msgspec

from common.api.problems import CONTENT_TYPE, problem
from common.observability.correlation import correlated
from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.heads import head_of
from gateway_svc.gateway.problems import Problem

logger = logging.getLogger("access")


def refused(refusal: Problem) -> bytes:
    """A whole answer, after which the connection is closed."""
    measures.PROBLEMS.labels(refusal.code).inc()
    with correlated() as names:
        # Nobody else writes a line of it, and whoever was told its id may ask us what that was.
        logger.info("%d %s", refusal.status, refusal.code, extra={"status": refusal.status, "code": refusal.code})
        body = msgspec.json.encode(problem(status=refusal.status, code=refusal.code, detail=refusal.detail))
    headers: Headers = [
        *refusal.headers,
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", names.request_id.encode()),
        (b"connection", b"close"),
    ]
    return head_of(refusal.status, headers) + body
