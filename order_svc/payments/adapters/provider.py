"""The interface of a payment provider, and what is exchanged with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from common.money import Money


class ProviderUnavailable(Exception):
    """The provider did not answer: whether it acted is unknown until it is asked again."""


class ProviderTimedOut(ProviderUnavailable):
    """The provider did not answer in time."""


class PlaceLost(ProviderUnavailable):
    """The provider no longer knows the cursor that the last page ended with."""


class ForgedNotice(Exception):
    """A webhook without a valid signature of the provider, or with one that is too old."""


class ChargeState(StrEnum):
    """The state of a charge at its provider."""

    AUTHORISED = "authorised"
    """The money is held for us, and not ours until we capture it."""
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"
    """It was released without being captured, and never can be."""
    REFUNDING = "refunding"
    """A refund of all of it is pending, and may still fail."""
    REFUNDED = "refunded"


@dataclass(frozen=True, kw_only=True)
class Bill:
    """An amount to be charged to a token. A provider charges one ``key`` once, however often it is asked."""

    key: str
    token: str
    amount: Money
    opened_at: datetime | None = None
    """The earliest time at which it can have been asked for: some providers forget idempotency keys."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A charge as the provider has it."""

    reference: str
    """The provider's id of it; empty if there is none."""
    state: ChargeState
    amount: Money
    failure_code: str = ""
    """Why it was declined."""
    given_back_minor: int = 0
    """How much of a captured charge was refunded, or will be, if that is not all of it; in minor units."""


@dataclass(frozen=True, kw_only=True)
class NamedCharge:
    """A charge, with the idempotency key that it was asked for with."""

    key: str
    charge: Charge


@dataclass(frozen=True, kw_only=True)
class ChargePage:
    """Some of a provider's charges."""

    charges: Sequence[NamedCharge]
    after: str
    """The cursor of the next page; empty on the last page."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A webhook about a charge. What happened, the provider is asked: webhooks come late, twice and in any order."""

    id: str
    key: str | None
    """The payment's idempotency key; None if the provider does not say whose charge it is, which may not be ours."""
    reference: str


class Provider(Protocol):
    """A repeated call answers with the current state. All but ``read_notice`` may raise ProviderUnavailable."""

    def authorise(self, bill: Bill) -> Charge:
        """Hold the money."""
        ...

    def capture(self, reference: str) -> Charge:
        """Take the money that is held."""
        ...

    def void(self, bill: Bill) -> Charge:
        """Release what is held, and make sure that nothing is ever held under this key. Captured money stays captured.

        This is final even for a key that the provider has not seen: a process that is about to use it is refused.
        """
        ...

    def refund(self, reference: str) -> Charge:
        """Give back all of the charge, held or captured. A refund that is pending is not asked for twice."""
        ...

    def look_up(self, reference: str) -> Charge | None:
        """The charge as it is now; None if the provider does not know it, or has not decided yet."""
        ...

    def charges(self, *, since: datetime, until: datetime, after: str) -> ChargePage:
        """One page of this shop's charges that were created from ``since`` until before ``until``, whichever process
        asked for them. Those not decided yet may be missing.
        """
        ...

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | None:
        """Read the body of a webhook; None if it does not concern us. Raises ForgedNotice."""
        ...
