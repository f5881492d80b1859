"""The provider for trying the shop out: its tokens say how it will answer, and its books survive a crash of ours."""

from __future__ import annotations

import time

from django.db import connection
from django.db.models import F

from common.money import Money
from order_svc.payments.adapters.provider import Charge, ProviderTimedOut, ProviderUnavailable
from order_svc.payments.models import SandboxCharge

FAILURE_CODES = {"tok_declined": "card_declined", "tok_insufficient_funds": "insufficient_funds"}
GOOD_TOKENS = frozenset({"tok_success", "tok_timeout", "tok_flaky"})
FLAKY_FAILURES = 2

Status = SandboxCharge.Status


class Sandbox:
    """Charges nobody. Any token that it does not know is declined as ``invalid_token``."""

    def charge(self, *, idempotency_key: str, token: str, amount: Money, timeout_seconds: float) -> Charge:
        """Decide once a key; ``tok_flaky`` twice fails before, ``tok_timeout`` once answers too late afterwards."""
        charge = _receive(idempotency_key, token, amount)
        if token == "tok_flaky" and charge.calls <= FLAKY_FAILURES:  # noqa: S105 - a name, not a secret
            raise ProviderUnavailable("the sandbox answered 503")
        _decide(charge)
        if token == "tok_timeout" and charge.calls == 1:  # noqa: S105
            time.sleep(timeout_seconds)
            raise ProviderTimedOut(f"the sandbox did not answer within {timeout_seconds:g} s")
        return _answer(charge)

    def look_up(self, *, idempotency_key: str, timeout_seconds: float) -> Charge | None:
        """What was decided, if anything was."""
        _require_outside()
        charge = SandboxCharge.objects.filter(idempotency_key=idempotency_key).exclude(status=Status.RECEIVED).first()
        return _answer(charge) if charge else None

    def refund(self, *, idempotency_key: str, timeout_seconds: float) -> None:
        """A second time changes nothing."""
        _require_outside()
        charges = SandboxCharge.objects.filter(idempotency_key=idempotency_key, status=Status.SUCCEEDED)
        charges.update(status=Status.REFUNDED)


def _receive(idempotency_key: str, token: str, amount: Money) -> SandboxCharge:
    _require_outside()
    new = SandboxCharge(
        idempotency_key=idempotency_key, token=token, amount_minor=amount.minor, currency=amount.currency
    )
    SandboxCharge.objects.bulk_create([new], ignore_conflicts=True)
    SandboxCharge.objects.filter(idempotency_key=idempotency_key).update(calls=F("calls") + 1)
    return SandboxCharge.objects.get(idempotency_key=idempotency_key)


def _decide(charge: SandboxCharge) -> None:
    if charge.status != Status.RECEIVED:
        return
    charge.failure_code = "" if charge.token in GOOD_TOKENS else FAILURE_CODES.get(charge.token, "invalid_token")
    charge.status = Status.DECLINED if charge.failure_code else Status.SUCCEEDED
    undecided = SandboxCharge.objects.filter(pk=charge.pk, status=Status.RECEIVED)
    undecided.update(status=charge.status, failure_code=charge.failure_code)


def _answer(charge: SandboxCharge) -> Charge:
    return Charge(reference=f"sandbox_{charge.pk}", failure_code=charge.failure_code)


def _require_outside() -> None:
    """A real provider does not forget a charge because our transaction was rolled back; neither may this one."""
    if connection.in_atomic_block:
        raise RuntimeError("a payment provider was asked inside a transaction")
