"""A provider that something happens to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.money import Money
from order_svc.payments.adapters.provider import Charge, ProviderUnavailable
from order_svc.payments.adapters.sandbox import Sandbox


class ProcessDied(BaseException):
    """What kill -9 is to a process, as far as a test can do it to itself."""


class Interrupted(Sandbox):
    """The sandbox; what the test says happens before or after it charges."""

    def __init__(self) -> None:
        self.before_charge: Callable[[], Any] = lambda: None
        self.after_charge: Callable[[], Any] = lambda: None

    def charge(self, *, idempotency_key: str, token: str, amount: Money, timeout_seconds: float) -> Charge:
        self.before_charge()
        charge = super().charge(
            idempotency_key=idempotency_key, token=token, amount=amount, timeout_seconds=timeout_seconds
        )
        self.after_charge()
        return charge


def die() -> None:
    raise ProcessDied


def be_away() -> None:
    raise ProviderUnavailable("nobody answers")
