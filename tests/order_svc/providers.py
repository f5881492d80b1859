"""A provider whose calls a test can interrupt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from order_svc.payments.adapters.provider import Bill, Charge, ProviderUnavailable
from order_svc.payments.adapters.sandbox import Sandbox

Happening = Callable[[], Any]


class ProcessDied(BaseException):
    """Simulates ``kill -9`` of the process, as far as a test can do that to itself."""


class Interrupted(Sandbox):
    """The sandbox, with functions of a test that run before or after its calls."""

    def __init__(self) -> None:
        self.before: dict[str, Happening] = {}
        self.after: dict[str, Happening] = {}

    def authorise(self, bill: Bill) -> Charge:
        return self._interrupted("authorise", lambda: super(Interrupted, self).authorise(bill))

    def capture(self, reference: str) -> Charge:
        return self._interrupted("capture", lambda: super(Interrupted, self).capture(reference))

    def void(self, bill: Bill) -> Charge:
        return self._interrupted("void", lambda: super(Interrupted, self).void(bill))

    def refund(self, reference: str) -> Charge:
        return self._interrupted("refund", lambda: super(Interrupted, self).refund(reference))

    def _interrupted(self, call: str, ask: Callable[[], Charge]) -> Charge:
        self.before.get(call, _nothing)()
        charge = ask()
        self.after.get(call, _nothing)()
        return charge


def die() -> None:
    raise ProcessDied


def be_away() -> None:
    raise ProviderUnavailable("nobody answers")


def _nothing() -> None:
    """The default, which does nothing."""
