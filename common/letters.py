"""Handing letters over to the mail server, and counting how that went."""

from __future__ import annotations

from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.core.mail import EmailMessage

from common.observability import metrics

_LETTERS = metrics.counter(
    "opencommerce_letters_total", "Letters that the mail server was given: sent, refused for good, failed.", "outcome"
)
_PERMANENT = 500


def hand_over(letter: EmailMessage) -> None:
    """Send it. Raises OSError (SMTPException is one) when it cannot be handed over."""
    try:
        letter.send()
    except Exception as error:
        _LETTERS.labels("refused" if is_refused_for_good(error) else "failed").inc()
        raise
    _LETTERS.labels("sent").inc()


def is_refused_for_good(error: Exception) -> bool:
    """Whether the server takes neither this letter nor this reader, now or later (5yz replies, RFC 5321, 4.2.1).

    What it has against us, as when we must sign in first, concerns all letters and may be mended.
    """
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= _PERMANENT
