"""What order_svc tells of payments; only it needs to hear."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class PaymentReported(Contract, name="payments.payment_reported.v1", aggregate="reference"):
    """A payment provider says that something became of a charge; what, it is to be asked."""

    provider: str
    key: str
    """What we gave the charge for a name; perhaps nothing that we know."""
    reference: str
    """What the provider calls it."""


@dataclass(frozen=True, kw_only=True)
class RefundRequested(Contract, name="payments.refund_requested.v1", aggregate="order_id"):
    """An order was cancelled after it had been paid; its money must go back."""

    order_id: str
