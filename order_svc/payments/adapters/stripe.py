"""Stripe, by its official library: a PaymentIntent a payment, captured by hand (docs.stripe.com/api/payment_intents).

An intent is made first and confirmed afterwards. Making one takes no money and answers the same for one key, so it is
also how to find the intent of a payment whose answer was lost, and how to spend a key that must not be charged.

All else is asked without a key: under one, Stripe would answer a failure of its own for ever. What an intent is already
guards it: it is confirmed, captured and cancelled once, and a charge that was refunded whole cannot be again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

import stripe
from django.conf import settings
from stripe import PaymentIntent

from common import clock
from order_svc.payments.adapters.provider import (
    Bill,
    Charge,
    ChargePage,
    ChargeState,
    ForgedNotice,
    NamedCharge,
    Notice,
    PlaceLost,
    ProviderUnavailable,
)
from order_svc.payments.adapters.signature import TOLERANCE
from order_svc.payments.adapters.stripe_amounts import from_stripe, to_stripe

logger = logging.getLogger(__name__)

KEYS_LAST_FOR = timedelta(hours=23)
"""Stripe prunes idempotency keys that are a day old (docs.stripe.com/api/idempotent_requests)."""

SIGNATURE_HEADER = "Stripe-Signature"
CONNECT_TIMEOUT_SECONDS = 3
PAGE = 100
"""As many as Stripe lists at once."""

# It cannot be done in the state that the intent, or its charge, has meanwhile: then that state is the answer.
_TOO_LATE = {"payment_intent_unexpected_state", "charge_already_captured", "charge_already_refunded"}
_STATES = {
    "requires_capture": ChargeState.AUTHORISED,
    "succeeded": ChargeState.CAPTURED,
    "canceled": ChargeState.VOIDED,
}

# Of refunds. A card's is pending while our balance at Stripe does not cover it: until then nothing is sent to its
# owner, and a dispute makes it fail (support.stripe.com/questions/pending-refunds-due-to-insufficient-stripe-balance).
_FAILED = {"failed", "canceled"}
_WAITING = {"pending", "requires_action"}

# So many failures of its own may Stripe have saved, one after the other, under the keys of one payment.
_MOST_FAILURES = 20

Answer = TypeVar("Answer")


class Stripe:
    """Charges cards. One whose bank wants to ask its owner is declined: nobody is there who could answer."""

    def __init__(self, *, secret_key: str, webhook_secret: str, api_url: str, timeout_seconds: float) -> None:
        self._webhook_secret = webhook_secret
        client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_url},
            http_client=stripe.RequestsClient(timeout=(CONNECT_TIMEOUT_SECONDS, timeout_seconds)),
            # Whoever asked tries again, with pauses that hold up nobody else.
            max_network_retries=0,
        )
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds

    def authorise(self, bill: Bill) -> Charge:
        """Confirm the intent of this key. What Stripe takes for no card, or no amount, is declined."""
        try:
            intent = self._intent_of(bill)
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            return _refused(bill, ChargeState.DECLINED, error.code or "invalid_request")
        return self._move(intent.id, lambda: self._intents.confirm(intent.id, {"error_on_requires_action": True}))

    def capture(self, reference: str) -> Charge:
        """Take what is held."""
        return self._move(reference, lambda: self._intents.capture(reference))

    def void(self, bill: Bill) -> Charge:
        """Cancel the intent of this key; one that was not made yet is made for that."""
        try:
            intent = self._intent_of(bill)
        except (stripe.CardError, stripe.InvalidRequestError):
            return _refused(bill, ChargeState.VOIDED)
        return self._move(intent.id, lambda: self._intents.cancel(intent.id))

    def refund(self, reference: str) -> Charge:
        """Refund what was captured, cancel what is merely held."""
        intent = self._retrieve(reference)
        found = _charge_of(intent)
        if found.state == ChargeState.AUTHORISED:
            return self._move(reference, lambda: self._intents.cancel(reference))
        if found.state == ChargeState.CAPTURED:
            found = self._move(reference, lambda: self._refund(intent))
        if found.state == ChargeState.CAPTURED:
            raise ProviderUnavailable(f"the refund of {reference} failed")
        if found.state == ChargeState.REFUNDING:
            logger.warning("the refund of %s is pending: see that the balance at Stripe covers it", reference)
        return found

    def look_up(self, reference: str) -> Charge | None:
        """What stands now."""
        try:
            intent = self._retrieve(reference)
        except stripe.InvalidRequestError:
            return None
        return _charge_of(intent) if _is_decided(intent) else None

    def charges(self, *, since: datetime, until: datetime, after: str) -> ChargePage:
        """The intents, the newest first, of which others share the account."""
        created: Any = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        wanted: Any = {"created": created, "limit": PAGE, "expand": ["data.latest_charge.refunds"]}
        if after:
            wanted["starting_after"] = after
        try:
            page = _ask(lambda: self._intents.list(wanted))
        except stripe.InvalidRequestError as error:
            refusal = PlaceLost if error.param == "starting_after" else ProviderUnavailable
            raise refusal(f"Stripe does not list intents: {error.code}") from error
        return ChargePage(
            charges=[charge for intent in page.data for charge in _listed(intent)],
            after=page.data[-1].id if page.has_more and page.data else "",
        )

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | None:
        """An event about an intent, or the charge of one, that this shop made: others may share the account."""
        header, tolerance = headers.get(SIGNATURE_HEADER), int(TOLERANCE.total_seconds())
        try:
            stripe.WebhookSignature.verify_header(body, header, self._webhook_secret, tolerance)
            event = json.loads(body)
            return _notice_of(event["id"], event["data"]["object"])
        except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise ForgedNotice(type(error).__name__) from None

    def _intent_of(self, bill: Bill) -> PaymentIntent:
        """The intent of this key as it was when it was made.

        Where Stripe failed and saved that, the next key of a sequence is used: by everybody, and not before the failure
        is known to be saved, so that all come to the one intent.
        """
        if bill.opened_at is not None and clock.now() - bill.opened_at > KEYS_LAST_FOR:
            found = self._found(bill)
            if found is not None:
                return found
        terms: Any = {
            "amount": to_stripe(bill.amount),
            "currency": bill.amount.currency.lower(),
            "capture_method": "manual",
            "payment_method_types": ["card"],
            "metadata": {"shop": settings.PUBLIC_URL, "payment": bill.key},
            **_method(bill.token),
        }
        for failures in range(_MOST_FAILURES):
            key = f"{bill.key}:create" + (f":{failures}" if failures else "")
            try:
                return _ask(partial(self._intents.create, terms, {"idempotency_key": key}))
            except ProviderUnavailable as unavailable:
                if not _is_saved_failure(unavailable.__cause__):
                    raise
        raise ProviderUnavailable(f"Stripe failed {_MOST_FAILURES} times to make an intent for {bill.key}")

    def _found(self, bill: Bill) -> PaymentIntent | None:
        """The intent of a key that Stripe has forgotten, by its name: one that is older than minutes is found so."""
        query = f"metadata['payment']:'{bill.key}' AND metadata['shop']:'{settings.PUBLIC_URL}'"
        try:
            return next(iter(_ask(lambda: self._intents.search({"query": query})).data), None)
        except stripe.InvalidRequestError as error:
            raise ProviderUnavailable(f"Stripe does not search for {bill.key}: {error.code}") from error

    def _move(self, reference: str, step: Callable[[], PaymentIntent]) -> Charge:
        """Take a step with an intent; where it is too late for that, or refused, what stands is the answer."""
        try:
            return _charge_of(_ask(step))
        except stripe.InvalidRequestError as error:
            if error.code not in _TOO_LATE:
                raise ProviderUnavailable(f"{reference}: {error.code}") from error
        except stripe.CardError:
            pass
        return _charge_of(self._retrieve(reference))

    def _refund(self, intent: PaymentIntent) -> PaymentIntent:
        """Named as ours, so that what Stripe tells of it later is heard."""
        self._refunds.create({"payment_intent": intent.id, "metadata": intent.metadata.to_dict()})
        return self._retrieve(intent.id)

    def _retrieve(self, reference: str) -> PaymentIntent:
        return _ask(lambda: self._intents.retrieve(reference, {"expand": ["latest_charge.refunds"]}))


def _ask(question: Callable[[], Answer]) -> Answer:
    """Refusals are answers; all else that goes wrong says nothing of what was done."""
    try:
        return question()
    except (stripe.CardError, stripe.InvalidRequestError):
        raise
    except stripe.StripeError as error:
        raise ProviderUnavailable(
            f"{type(error).__name__}: {error.code or error.http_status or 'no answer'}"
        ) from error


def _is_saved_failure(error: BaseException | None) -> bool:
    """Whether Stripe will answer this to everybody who uses the key (docs.stripe.com/error-low-level).

    Of the header, Stripe's own libraries know: github.com/stripe/stripe-ruby/pull/1553.
    """
    return (
        isinstance(error, stripe.APIError)
        and (error.http_status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
        and (error.headers or {}).get("Idempotent-Replayed") == "true"
    )


def _charge_of(intent: PaymentIntent) -> Charge:
    amount = from_stripe(intent.amount, intent.currency)
    failure = intent.last_payment_error
    if intent.status == "requires_payment_method" and failure is not None:
        code = getattr(failure, "decline_code", None) or getattr(failure, "code", None) or "card_declined"
        return Charge(reference=intent.id, state=ChargeState.DECLINED, amount=amount, failure_code=code)
    if intent.status not in _STATES:
        raise ProviderUnavailable(f"{intent.id} is {intent.status}")
    given_back, waiting = _given_back(intent.latest_charge)
    if given_back and given_back >= intent.amount_received:
        state = ChargeState.REFUNDING if waiting else ChargeState.REFUNDED
        return Charge(reference=intent.id, state=state, amount=amount)
    part = from_stripe(given_back, intent.currency).minor
    return Charge(reference=intent.id, state=_STATES[intent.status], amount=amount, given_back_minor=part)


def _listed(intent: PaymentIntent) -> list[NamedCharge]:
    """Nothing, if it is not of this shop, or stands in a state that nobody can tell yet."""
    metadata = intent.metadata.to_dict() if intent.metadata else {}
    if not _is_ours(metadata):
        return []
    try:
        return [NamedCharge(key=str(metadata.get("payment", "")), charge=_charge_of(intent))]
    except ProviderUnavailable:
        return []


def _given_back(charge: Any) -> tuple[int, int]:
    """How much of a charge went back or is to, and how much of that still waits; a bank may return it days later.

    The refunds themselves say so: what a charge counts may be refunds that failed. Of very many, Stripe names ten.
    """
    refunds = getattr(charge, "refunds", None)  # of a charge that was not asked for in full, only its name is known
    if refunds is None:
        return 0, 0
    waiting = sum(refund.amount for refund in refunds.data if refund.status in _WAITING)
    if refunds.has_more:
        return charge.amount_refunded, waiting
    return sum(refund.amount for refund in refunds.data if refund.status not in _FAILED), waiting


def _is_decided(intent: PaymentIntent) -> bool:
    return intent.status in _STATES or intent.last_payment_error is not None


def _refused(bill: Bill, state: ChargeState, code: str = "") -> Charge:
    return Charge(reference="", state=state, amount=bill.amount, failure_code=code)


def _method(token: str) -> dict[str, Any]:
    """A PaymentMethod, or a token of the older kind."""
    if token.startswith("tok_"):
        return {"payment_method_data": {"type": "card", "card": {"token": token}}}
    return {"payment_method": token}


def _is_ours(metadata: Mapping[str, Any]) -> bool:
    return bool(metadata.get("shop") == settings.PUBLIC_URL)


def _notice_of(event_id: str, thing: dict[str, Any]) -> Notice | None:
    reference = thing["id"] if thing["object"] == "payment_intent" else thing.get("payment_intent")
    metadata = thing.get("metadata") or {}
    if reference and thing["object"] == "refund" and not metadata:
        return Notice(id=str(event_id), key=None, reference=str(reference))  # made by hand
    if not reference or not _is_ours(metadata):
        return None
    return Notice(id=str(event_id), key=str(metadata.get("payment", "")), reference=str(reference))
