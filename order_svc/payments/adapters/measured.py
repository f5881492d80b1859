"""A payment provider whose every call is measured, and stands in the trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from common.observability import metrics, tracing
from order_svc.payments.adapters.provider import (
    Bill,
    Charge,
    ChargePage,
    ForgedNotice,
    Notice,
    Provider,
    ProviderTimedOut,
    ProviderUnavailable,
)

Answer = TypeVar("Answer", Charge, Charge | None, ChargePage)

_SECONDS = metrics.histogram(
    "opencommerce_payment_call_seconds",
    "What providers were asked, and what they answered: authorised, captured, declined, voided, refunding,"
    " refunded, unknown, listed; or timed_out, unavailable, failed.",
    "provider",
    "operation",
    "outcome",
)
_NOTICES = metrics.counter(
    "opencommerce_payment_notices_total", "Notices of providers: taken, ignored, forged.", "provider", "outcome"
)


class Measured:
    """Whatever the provider does, and how long it takes."""

    def __init__(self, name: str, provider: Provider) -> None:
        self._name = name
        self._provider = provider

    def authorise(self, bill: Bill) -> Charge:
        """As the provider does."""
        return self._measure("authorise", lambda: self._provider.authorise(bill))

    def capture(self, reference: str) -> Charge:
        """As the provider does."""
        return self._measure("capture", lambda: self._provider.capture(reference))

    def void(self, bill: Bill) -> Charge:
        """As the provider does."""
        return self._measure("void", lambda: self._provider.void(bill))

    def refund(self, reference: str) -> Charge:
        """As the provider does."""
        return self._measure("refund", lambda: self._provider.refund(reference))

    def look_up(self, reference: str) -> Charge | None:
        """As the provider does."""
        return self._measure("look_up", lambda: self._provider.look_up(reference))

    def charges(self, *, since: datetime, until: datetime, after: str) -> ChargePage:
        """As the provider does."""
        return self._measure("list", lambda: self._provider.charges(since=since, until=until, after=after))

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | None:
        """As the provider does, counted."""
        try:
            notice = self._provider.read_notice(body=body, headers=headers, now=now)
        except ForgedNotice:
            _NOTICES.labels(self._name, "forged").inc()
            raise
        _NOTICES.labels(self._name, "taken" if notice else "ignored").inc()
        return notice

    def _measure(self, operation: str, ask: Callable[[], Answer]) -> Answer:
        started = time.perf_counter()
        outcome = "failed"
        try:
            with tracing.step(tracing.CLIENT, f"{operation} {self._name}", {"peer.service": self._name}):
                answer = ask()
            outcome = _outcome_of(answer)
            return answer
        except ProviderTimedOut:
            outcome = "timed_out"
            raise
        except ProviderUnavailable:
            outcome = "unavailable"
            raise
        finally:
            _SECONDS.labels(self._name, operation, outcome).observe(time.perf_counter() - started)


def _outcome_of(answer: Charge | ChargePage | None) -> str:
    if isinstance(answer, ChargePage):
        return "listed"
    return answer.state.value if answer else "unknown"
