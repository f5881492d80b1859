"""Signatures of notices as Stripe makes them: ``t=<unix time>,v1=<HMAC-SHA256 of "<t>.<body>">``."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from order_svc.payments.adapters.provider import ForgedNotice

TOLERANCE = timedelta(minutes=5)
"""A notice that was signed longer ago is taken for one that somebody recorded."""

_MAX_DIGITS = 12


def require_signature(header: str, *, body: bytes, secret: str, now: datetime) -> None:
    """Raises ForgedNotice; always where no secret was agreed on."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    signed_at = next((value for name, value in parts if name == "t"), "")
    if not secret or not (signed_at.isascii() and signed_at.isdigit() and len(signed_at) <= _MAX_DIGITS):
        raise ForgedNotice("it is not signed")
    expected = sign(body, secret=secret, signed_at=int(signed_at))
    if not any(hmac.compare_digest(expected.encode(), value.encode()) for name, value in parts if name == "v1"):
        raise ForgedNotice("the signature is not of this body")
    if abs(now.timestamp() - int(signed_at)) > TOLERANCE.total_seconds():
        raise ForgedNotice("the signature is too old, or of the future")


def sign(body: bytes, *, secret: str, signed_at: int) -> str:
    """The signature alone."""
    return hmac.new(secret.encode(), b"%d." % signed_at + body, hashlib.sha256).hexdigest()
