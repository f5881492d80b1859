"""The fast path: cached responses, given before a task is created and past all middleware."""

from __future__ import annotations

import time

from common.observability import tracing
from common.observability.correlation import Correlation
from gateway_svc.gateway.asgi import Scope
from gateway_svc.gateway.cache.giving import hit
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.heads import lines_of
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.middleware.cache import Cache
from gateway_svc.gateway.middleware.correlation import sent_names
from gateway_svc.gateway.middleware.cors import Cors
from gateway_svc.gateway.middleware.observed import Observed
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.tokens import Tokens


class AtOnce:
    """Answers a plain GET or HEAD from the cache, for visitors and for callers whose token was checked a moment ago.

    The middleware would be half the cost of such a response, and do nothing for it. All requests go through it while
    networks are blocked or routes are closed, and while requests are traced.
    """

    def __init__(
        self, *, cache: Cache, tokens: Tokens, house_rules: HouseRules, observed: Observed, cors: Cors | None
    ) -> None:
        self._cache = cache
        self._tokens = tokens
        self._house_rules = house_rules
        self._observed = observed
        self._cors = cors

    def __call__(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """The response, the same as the middleware would give; None if the request has to go through that."""
        if tracing.IS_ON or not self._house_rules.now.is_plain:
            return None
        started = time.perf_counter()
        kept = self._cache.at_hand(scope)
        if kept is None:
            return None
        entry, question = kept
        principal = ANONYMOUS if question.authorization is None else self._holder(question.authorization)
        if principal is None:
            return None
        names = Correlation.start(*sent_names(scope))
        scope["exchange"] = Exchange(names, route=entry.route, principal=principal)
        lines, body = hit(entry, question, scope)
        lines += b"x-request-id: %b\r\n" % names.request_id.encode()
        if self._cors:
            lines += lines_of(self._cors.leave(scope))
        self._observed.note(scope, time.perf_counter() - started)
        return lines, body

    def _holder(self, authorization: bytes) -> Principal | None:
        """None if the token needs a closer look, or if callers are blocked."""
        return None if self._house_rules.now.blocks.ids else self._tokens.at_hand(authorization)
