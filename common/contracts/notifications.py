"""What notify_svc tells."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Somebody was told of an order."""

    order_id: str
    event: str
    """The fact that it was about."""
    audience: str
    """``buyer`` or ``seller``."""
    channel: str
    """``feed`` when it was written down for them, ``email`` when the letter left."""
    at: str
    """RFC 3339."""


@dataclass(frozen=True, kw_only=True)
class PeopleTold(Contract, name="notifications.people_told.v1", aggregate="batch_id", required=False):
    """Some people were told of some orders: many in one fact, since nothing waits for it."""

    batch_id: str
    tellings: tuple[Telling, ...]
