"""A Django mail backend that fails."""

from collections.abc import Sequence
from typing import ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Refuses every message, quoting its address as servers do."""

    tried: ClassVar[list[str]] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        [message] = email_messages
        self.tried.append(message.subject)
        raise ConnectionRefusedError(f"no mailbox for {message.to[0]}")
