"""What the client is told when a service fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from gateway_svc.gateway import errors, measures, problems
from gateway_svc.gateway.exchange import Exchange

logger = logging.getLogger(__name__)

_UNREADABLE = partial(
    problems.BadRequest,
    "The service cannot read this; perhaps a character of the path or the query has to be %-encoded (RFC 3986).",
)
_IN_WORDS: dict[int, Callable[[], problems.Problem]] = {
    400: _UNREADABLE,
    413: problems.BodyTooLarge,
    414: _UNREADABLE,
    431: problems.HeadersTooLarge,
    500: problems.InternalError,
    502: problems.BadAnswer,
}


def problem_of(error: errors.UpstreamError, exchange: Exchange) -> problems.Problem:
    """The problem to answer with. Counts and logs the error."""
    measures.UPSTREAM_ERRORS.labels(exchange.audience, error.reason).inc()
    if not isinstance(error, errors.UpstreamSpared):
        logger.warning("%s at %s: %r", exchange.audience, exchange.instance or "no instance", error)
    if isinstance(error, errors.UpstreamTimedOut):
        return problems.TimedOut()
    if isinstance(error, errors.UpstreamGarbled):
        return problems.BadAnswer()
    if isinstance(error, errors.UpstreamSpared):
        return problems.Overloaded(error.retry_after_seconds)
    return problems.Unavailable()


def in_words(status: int) -> problems.Problem | None:
    """The problem to answer with if a service gave nothing but this status; None if the status can stand alone."""
    if known := _IN_WORDS.get(status):
        return known()
    return problems.Unavailable() if status >= 500 else None
