"""Letters, in text and HTML, through Django's mail backend."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

_RESET_PATH = "/api/v1/auth/password/reset/confirm/"
_VERIFY_PATH = "/api/v1/auth/email/verify/"


def send_password_reset(letter_id: str, *, to: str, full_name: str, token: str) -> None:
    """The letter with which a forgotten password is replaced. Raises OSError (SMTPException is one)."""
    subject = "Choose a new password"
    _send(letter_id, "password_reset", subject, _RESET_PATH, to=to, full_name=full_name, token=token)


def send_email_verification(letter_id: str, *, to: str, full_name: str, token: str) -> None:
    """The letter with which an address is verified. Raises OSError (SMTPException is one)."""
    _send(
        letter_id, "email_verification", "Is this your address?", _VERIFY_PATH, to=to, full_name=full_name, token=token
    )


def _send(letter_id: str, template: str, subject: str, path: str, *, to: str, full_name: str, token: str) -> None:
    """What is sent twice bears the same Message-ID, by which one can tell."""
    # What follows the # stays in the browser: a token must stand in no server's log.
    context = {
        "full_name": full_name,
        "token": token,
        "path": path,
        "url": f"{settings.PUBLIC_URL}{path}#token={token}",
        "shop_url": settings.PUBLIC_URL,
        "subject": subject,
    }
    sender_domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    letter = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"accounts/{template}.txt", context),
        to=[to],
        headers={"Message-ID": f"<{letter_id}@{sender_domain}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"accounts/{template}.html", context), "text/html")
    letter.send()
