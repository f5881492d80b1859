"""Which requests are made again. Too few are a nuisance, too many make two orders of one."""

from __future__ import annotations

from gateway_svc.gateway import errors
from gateway_svc.gateway.exchange import Exchange

# Those that PUT and DELETE could be repeated as well, but what they answer the second time may be something else.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = b"idempotency-key"


def may_repeat(method: str, exchange: Exchange) -> bool:
    """Whether it may reach a service twice: it changes nothing, or says itself that it is to be done once."""
    if method in SAFE_METHODS:
        return True
    honours_keys = exchange.route is not None and exchange.route.honours_keys
    return honours_keys and any(name == _KEY for name, _ in exchange.headers)


def is_worth_it(error: errors.UpstreamError, *, has_others: bool) -> bool:
    """Whether the next try may go better.

    A connection can break at the very moment at which it is used again, even with a service that is well. Who talks
    nonsense, or says that it is not well, had better not be asked again at once. And whoever has waited in vain has
    waited enough, as has the service.
    """
    if isinstance(error, errors.UpstreamClosed):
        return True
    return has_others and isinstance(error, errors.UpstreamGarbled | errors.UpstreamUnwell)
