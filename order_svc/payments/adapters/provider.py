"""What the shop asks of a payment provider, whoever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from common.money import Money


class ProviderUnavailable(Exception):
    """The provider did not answer: whether it charged is not known until it is asked again with the same key."""


class ProviderTimedOut(ProviderUnavailable):
    """The provider did not answer in time."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a provider says of a charge: it holds the money, or gives the code of why it does not."""

    reference: str
    failure_code: str = ""

    @property
    def is_declined(self) -> bool:
        """No money was taken."""
        return bool(self.failure_code)


class Provider(Protocol):
    """Each call may be repeated with its key and then answers the same. All raise ProviderUnavailable."""

    def charge(self, *, idempotency_key: str, token: str, amount: Money, timeout_seconds: float) -> Charge:
        """Authorise and capture in one."""
        ...

    def look_up(self, *, idempotency_key: str, timeout_seconds: float) -> Charge | None:
        """The charge of this key, if there was one."""
        ...

    def refund(self, *, idempotency_key: str, timeout_seconds: float) -> None:
        """Give all of a charge back."""
        ...
