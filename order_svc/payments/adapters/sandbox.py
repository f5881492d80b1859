"""The provider for trying the shop out: its tokens say how it will answer, and its books survive a crash of ours."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection

from common.money import Money
from order_svc.payments.adapters.provider import (
    Bill,
    Charge,
    ChargePage,
    ChargeState,
    ForgedNotice,
    NamedCharge,
    Notice,
    ProviderTimedOut,
    ProviderUnavailable,
)
from order_svc.payments.adapters.signature import require_signature
from order_svc.payments.models import SandboxCharge

FAILURE_CODES = {"tok_declined": "card_declined", "tok_insufficient_funds": "insufficient_funds"}
GOOD_TOKENS = frozenset({"tok_success", "tok_timeout", "tok_flaky"})
FLAKY_FAILURES = 2
PAGE = 100
SIGNATURE_HEADER = "Sandbox-Signature"

Status = SandboxCharge.Status

_STATES = {
    Status.AUTHORISED: ChargeState.AUTHORISED,
    Status.SUCCEEDED: ChargeState.CAPTURED,
    Status.DECLINED: ChargeState.DECLINED,
    Status.VOIDED: ChargeState.VOIDED,
    Status.REFUNDED: ChargeState.REFUNDED,
}
_RECEIVE = """
    INSERT INTO payments_sandboxcharge AS known
        (idempotency_key, token, amount_minor, currency, status, failure_code, calls)
    VALUES (%s, %s, %s, %s, %s, %s, 1)
    ON CONFLICT (idempotency_key) DO UPDATE SET calls = known.calls + 1 RETURNING *
"""
_VOID = """
    INSERT INTO payments_sandboxcharge AS known
        (idempotency_key, token, amount_minor, currency, status, failure_code, calls)
    VALUES (%s, %s, %s, %s, 'voided', '', 0)
    ON CONFLICT (idempotency_key) DO UPDATE SET
        status = CASE WHEN known.status IN ('received', 'authorised') THEN 'voided' ELSE known.status END
    RETURNING *
"""
_CAPTURE = """
    UPDATE payments_sandboxcharge SET status = CASE status WHEN 'authorised' THEN 'succeeded' ELSE status END
    WHERE id = %s RETURNING *
"""
_REFUND = """
    UPDATE payments_sandboxcharge SET
        status = CASE status WHEN 'authorised' THEN 'voided' WHEN 'succeeded' THEN 'refunded' ELSE status END
    WHERE id = %s RETURNING *
"""


class Sandbox:
    """Charges nobody. Any token that it does not know is declined as ``invalid_token``."""

    def authorise(self, bill: Bill) -> Charge:
        """Decide once a key; ``tok_flaky`` twice fails before, ``tok_timeout`` once answers too late afterwards."""
        is_flaky = bill.token == "tok_flaky"  # noqa: S105 - a name, not a secret
        charge = _write(_RECEIVE, *_terms(bill), *((Status.RECEIVED, "") if is_flaky else _decision_on(bill.token)))
        if is_flaky and charge.calls <= FLAKY_FAILURES:
            raise ProviderUnavailable("the sandbox answered 503")
        charge = _decide(charge)
        if bill.token == "tok_timeout" and charge.calls == 1:  # noqa: S105
            time.sleep(settings.PROVIDER_TIMEOUT_SECONDS)
            raise ProviderTimedOut(f"the sandbox did not answer within {settings.PROVIDER_TIMEOUT_SECONDS:g} s")
        return _answer(charge)

    def capture(self, reference: str) -> Charge:
        """A second time changes nothing."""
        return _answer(_write(_CAPTURE, _number(reference)))

    def void(self, bill: Bill) -> Charge:
        """A key that was not seen before is spent by this."""
        return _answer(_write(_VOID, *_terms(bill)))

    def refund(self, reference: str) -> Charge:
        """A second time changes nothing."""
        return _answer(_write(_REFUND, _number(reference)))

    def look_up(self, reference: str) -> Charge | None:
        """What was decided, if anything was."""
        _require_outside()
        charge = SandboxCharge.objects.filter(pk=_number(reference)).exclude(status=Status.RECEIVED).first()
        return _answer(charge) if charge else None

    def charges(self, *, since: datetime, until: datetime, after: str) -> ChargePage:
        """In the order in which they stand in the books."""
        _require_outside()
        decided = SandboxCharge.objects.exclude(status=Status.RECEIVED).filter(pk__gt=int(after or 0))
        found = list(decided.filter(created_at__gte=since, created_at__lt=until).order_by("pk")[:PAGE])
        return ChargePage(
            charges=[NamedCharge(key=charge.idempotency_key, charge=_answer(charge)) for charge in found],
            after=str(found[-1].pk) if len(found) == PAGE else "",
        )

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | None:
        """``{"id", "key", "reference"}``, signed with the secret that the settings hold."""
        secret = settings.SANDBOX_WEBHOOK_SECRET
        require_signature(headers.get(SIGNATURE_HEADER, ""), body=body, secret=secret, now=now)
        try:
            said = json.loads(body)
            return Notice(id=str(said["id"]), key=str(said["key"]), reference=str(said["reference"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ForgedNotice("it is not what the sandbox sends") from None


def _write(sql: str, *parameters: object) -> SandboxCharge:
    """Write one line of the books, and read what stands there now, in one statement."""
    _require_outside()
    return SandboxCharge.objects.raw(sql, parameters)[0]


def _terms(bill: Bill) -> tuple[object, ...]:
    return bill.key, bill.token, bill.amount.minor, bill.amount.currency


def _decide(charge: SandboxCharge) -> SandboxCharge:
    if charge.status != Status.RECEIVED:
        return charge
    status, code = _decision_on(charge.token)
    undecided = SandboxCharge.objects.filter(pk=charge.pk, status=Status.RECEIVED)
    if not undecided.update(status=status, failure_code=code):
        return SandboxCharge.objects.get(pk=charge.pk)  # decided meanwhile, under the same key
    charge.status, charge.failure_code = status, code
    return charge


def _decision_on(token: str) -> tuple[Status, str]:
    code = "" if token in GOOD_TOKENS else FAILURE_CODES.get(token, "invalid_token")
    return (Status.DECLINED if code else Status.AUTHORISED), code


def _number(reference: str) -> int:
    digits = reference.removeprefix("sandbox_")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def _answer(charge: SandboxCharge) -> Charge:
    return Charge(
        reference=f"sandbox_{charge.pk}",
        state=_STATES[Status(charge.status)],
        amount=Money(charge.amount_minor, charge.currency),
        failure_code=charge.failure_code,
    )


def _require_outside() -> None:
    """A real provider does not forget a charge because our transaction was rolled back; neither may this one."""
    if connection.in_atomic_block:
        raise RuntimeError("a payment provider was asked inside a transaction")
