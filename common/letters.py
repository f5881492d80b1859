"""Handing letters over to the mail server, and counting how that went."""

from __future__ import annotations

from django.core.mail import EmailMessage

from common.observability import metrics

_LETTERS = metrics.counter(
    "opencommerce_letters_total", "Letters that the mail server was given: sent, failed.", "outcome"
)


def hand_over(letter: EmailMessage) -> None:
    """Send it. Raises OSError (SMTPException is one) when it cannot be handed over."""
    try:
        letter.send()
    except Exception:
        _LETTERS.labels("failed").inc()
        raise
    _LETTERS.labels("sent").inc()
