"""Sending letters (e-mails), in text and HTML, through Django's mail backend."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from common.letters import hand_over
from user_svc.accounts.rules import Change

# The gateway's page, for people, and the path of the API, for programs.
_RESET = ("/account/reset-password/", "/api/v1/auth/password/reset/confirm/")
_VERIFY = ("/account/verify-email/", "/api/v1/auth/email/verify/")
_CHANGES = {
    Change.PASSWORD_CHANGED: ("Your password was changed", "the password of your account was changed"),
    Change.EMAIL_WANTED: (
        "Is your e-mail address to change?",
        "somebody asked for another e-mail address for your account; it will be the new one once a letter there is"
        " answered, and you will get no letters here then",
    ),
    Change.EMAIL_CHANGED: (
        "Your e-mail address was changed",
        "the e-mail address of your account was changed, and letters no longer come here",
    ),
    Change.TOTP_ON: ("One-time codes are on", "one-time codes were turned on for signing in to your account"),
    Change.TOTP_OFF: ("One-time codes are off", "one-time codes were turned off for signing in to your account"),
    Change.PASSKEY_ADDED: ("A passkey was added", "a passkey was added to your account"),
    Change.PASSKEY_REMOVED: ("A passkey was removed", "a passkey was removed from your account"),
    Change.RECOVERY_CODES_RENEWED: (
        "You have new recovery codes",
        "new recovery codes were made for your account, and the old ones are void",
    ),
    Change.RECOVERY_CODE_USED: (
        "A recovery code was used",
        "somebody signed in to your account with a recovery code",
    ),
    Change.FACTORS_REMOVED: (
        "Your second factors were removed",
        "all second factors of your account were removed by us: a password is enough to sign in again",
    ),
}


def send_password_reset(letter_id: str, *, to: str, full_name: str, token: str) -> None:
    """The letter with which a forgotten password is replaced. Raises OSError (SMTPException is one)."""
    subject = "Choose a new password"
    _send_token(letter_id, "password_reset", subject, _RESET, to=to, full_name=full_name, token=token)


def send_email_verification(letter_id: str, *, to: str, full_name: str, token: str) -> None:
    """The letter with which an address is verified. Raises OSError (SMTPException is one)."""
    subject = "Is this your address?"
    _send_token(letter_id, "email_verification", subject, _VERIFY, to=to, full_name=full_name, token=token)


def send_credentials_changed(letter_id: str, *, to: str, full_name: str, change: Change, changed_at: datetime) -> None:
    """The letter that warns of a change that somebody else may have made. Raises OSError (SMTPException is one)."""
    subject, what = _CHANGES[change]
    at = f"{changed_at:%d %B %Y, %H:%M} UTC"
    _send(letter_id, "credentials_changed", subject, {"full_name": full_name, "what": what, "at": at}, to=to)


def _send_token(
    letter_id: str, template: str, subject: str, paths: tuple[str, str], *, to: str, full_name: str, token: str
) -> None:
    page, path = paths
    # A browser sends no URL's fragment to a server, so the token gets into no server's log.
    url = f"{settings.PUBLIC_URL}{page}#token={token}"
    _send(letter_id, template, subject, {"full_name": full_name, "token": token, "path": path, "url": url}, to=to)


def _send(letter_id: str, template: str, subject: str, about: dict[str, str], *, to: str) -> None:
    """A letter that is sent twice has the same Message-ID both times."""
    context = {**about, "shop_url": settings.PUBLIC_URL, "subject": subject}
    sender_domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    letter = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"accounts/{template}.txt", context),
        to=[to],
        headers={"Message-ID": f"<{letter_id}@{sender_domain}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"accounts/{template}.html", context), "text/html")
    hand_over(letter)
