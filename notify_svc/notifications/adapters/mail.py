"""Sending letters (e-mails), through Django's mail backend."""

from __future__ import annotations

from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from common.letters import hand_over
from notify_svc.notifications import rules
from notify_svc.notifications.models import Notification


def send(letter_id: UUID, notification: Notification, *, email: str, full_name: str) -> None:
    """Send a notification as a letter, in plain text and in HTML.

    A letter that is sent twice has the same Message-ID both times. Raises OSError (SMTPException is one) when it
    cannot be handed over to the mail server.
    """
    url = f"{settings.PUBLIC_URL.rstrip('/')}{rules.path_of(notification.data)}"
    context = {"notification": notification, "full_name": full_name, "url": url}
    letter = EmailMultiAlternatives(
        subject=notification.title,
        body=render_to_string("notifications/letter.txt", context),
        to=[email],
        headers={"Message-ID": f"<{letter_id}@{_sender_domain()}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string("notifications/letter.html", context), "text/html")
    hand_over(letter)


def _sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
