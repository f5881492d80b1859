"""Which requests are retried: too few is a nuisance, too many makes two orders of one."""

from __future__ import annotations

from gateway_svc.gateway import errors
from gateway_svc.gateway.exchange import Exchange

# PUT and DELETE are idempotent too, but the second response may differ: a deleted thing is a 404.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = b"idempotency-key"


def may_repeat(method: str, exchange: Exchange) -> bool:
    """Whether it may reach a service twice: it is safe, or has an Idempotency-Key where keys are honoured."""
    if method in SAFE_METHODS:
        return True
    honours_keys = exchange.route is not None and exchange.route.honours_keys
    return honours_keys and any(name == _KEY for name, _ in exchange.headers)


def is_worth_it(error: errors.UpstreamError, *, has_others: bool) -> bool:
    """Whether a second attempt may succeed.

    A kept connection may be closed just as it is used again, even by a healthy instance. An instance that sends
    garbage, or says that it is unwell, should not be asked again at once, but another one can be. After a timeout
    neither the client nor the service should wait longer.
    """
    if isinstance(error, errors.UpstreamClosed):
        return True
    return has_others and isinstance(error, errors.UpstreamGarbled | errors.UpstreamUnwell)
