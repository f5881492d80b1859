"""Answers that are there before anything is begun for them: no task, no messages, no way in."""

from __future__ import annotations

import time

from common.observability import tracing
from common.observability.correlation import Correlation
from gateway_svc.gateway.asgi import Answer, Scope
from gateway_svc.gateway.cache.giving import given
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.middleware.cache import Cache
from gateway_svc.gateway.middleware.correlation import mark, sent_names
from gateway_svc.gateway.middleware.cors import Cors
from gateway_svc.gateway.middleware.observed import Observed
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.tokens import Tokens


class AtOnce:
    """Answers a plain question from memory: no body, nowhere to be led to, no token but one that was checked lately.

    Half of what such an answer costs is the way in, and all of that is for others. Everybody goes it while somebody is
    to be turned away on it, or while each request is traced.
    """

    def __init__(
        self, *, cache: Cache, tokens: Tokens, house_rules: HouseRules, observed: Observed, cors: Cors | None
    ) -> None:
        self._cache = cache
        self._tokens = tokens
        self._house_rules = house_rules
        self._observed = observed
        self._cors = cors

    def __call__(self, scope: Scope) -> Answer | None:
        """The answer, as the whole way in would give it; None where it takes that way."""
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
        exchange = scope["exchange"] = Exchange(names, route=entry.route, principal=principal)
        status, headers, body = given(entry, question, scope, "hit")
        exchange.status = status
        headers.append(mark(names))
        if self._cors:
            headers += self._cors.leave(scope)
        self._observed.note(scope, time.perf_counter() - started)
        return status, headers, body

    def _holder(self, authorization: bytes) -> Principal | None:
        """None where somebody has to look closer: at a credential of another kind, or at who is blocked."""
        return None if self._house_rules.now.blocks.ids else self._tokens.at_hand(authorization)
