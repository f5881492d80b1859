"""Mail servers that fail, as Django's mail backend meets them."""

from collections.abc import Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.core.mail.backends.base import BaseEmailBackend

NOBODY = "nobody@example.com"
SPAMMER = "spammer@example.com"


class EmailBackend(BaseEmailBackend):
    """Refuses every letter, quoting its address as servers do."""

    tried: ClassVar[list[str]] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        [message] = email_messages
        self.tried.append(message.subject)
        raise ConnectionRefusedError(f"no mailbox for {message.to[0]}")


class ChoosyEmailBackend(locmem.EmailBackend):
    """Takes letters, except to some."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        [address] = messages[0].to
        if address == NOBODY:
            raise SMTPRecipientsRefused({address: (550, b"no such user")})
        if address == SPAMMER:
            raise SMTPDataError(554, b"looks like spam")
        return super().send_messages(messages)
