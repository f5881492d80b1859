"""What the shop asks of a payment provider, whoever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from common.money import Money


class ProviderUnavailable(Exception):
    """The provider did not answer: what it did is not known until it is asked again."""


class ProviderTimedOut(ProviderUnavailable):
    """The provider did not answer in time."""


class PlaceLost(ProviderUnavailable):
    """The provider does not know any more what the last page ended with."""


class ForgedNotice(Exception):
    """A notice that does not bear the provider's signature, or bears an old one."""


class ChargeState(StrEnum):
    """What became of a charge."""

    AUTHORISED = "authorised"
    """The money is held for us; it becomes ours when we capture it."""
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"
    """It was let go before it became ours, and never will."""
    REFUNDING = "refunding"
    """All of it is to go back, and has not: the provider waits for something, and may fail yet."""
    REFUNDED = "refunded"


@dataclass(frozen=True, kw_only=True)
class Bill:
    """So much, from whoever gave the token. A provider charges one key once, however often it is asked."""

    key: str
    token: str
    amount: Money
    opened_at: datetime | None = None
    """Since when it may have been asked for: some providers forget keys."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a provider says of a charge."""

    reference: str
    """The provider's own name for it; empty where it made none."""
    state: ChargeState
    amount: Money
    failure_code: str = ""
    """Why it was declined."""
    given_back_minor: int = 0
    """How much of what was captured went back, or is to, where that is not all."""


@dataclass(frozen=True, kw_only=True)
class NamedCharge:
    """A charge, and the key that it was asked for under."""

    key: str
    charge: Charge


@dataclass(frozen=True, kw_only=True)
class ChargePage:
    """Some of a provider's charges."""

    charges: Sequence[NamedCharge]
    after: str
    """From where to go on; empty where there are no more."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A provider says that something became of a charge. What, one asks: notices come late, twice and in any order."""

    id: str
    key: str | None
    """None where the provider does not say of which payment, if any of ours, the charge is."""
    reference: str


class Provider(Protocol):
    """Each call may be repeated and then answers what stands. All that ask raise ProviderUnavailable."""

    def authorise(self, bill: Bill) -> Charge:
        """Have the money held."""
        ...

    def capture(self, reference: str) -> Charge:
        """Take what is held."""
        ...

    def void(self, bill: Bill) -> Charge:
        """Let go what is held, and see to it that nothing is ever held under this key; too late for what is captured.

        It is final also for a key that the provider has not seen: whoever was about to use it is refused.
        """
        ...

    def refund(self, reference: str) -> Charge:
        """Give back all that is held or was taken; what is on its way back already is not given once more."""
        ...

    def look_up(self, reference: str) -> Charge | None:
        """What stands now; None for a charge that the provider does not know, or that is not decided yet."""
        ...

    def charges(self, *, since: datetime, until: datetime, after: str) -> ChargePage:
        """The charges of this shop that were begun since then and before ``until``, a page at a time, whoever asked for
        them. Those that are not decided may be left out.
        """
        ...

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | None:
        """Read what came over a webhook; None for what does not concern us. Raises ForgedNotice."""
        ...
