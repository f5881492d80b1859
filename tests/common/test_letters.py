"""Letters are counted as they are handed over."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from prometheus_client import REGISTRY

from common.letters import hand_over, is_refused_for_good


class Refusing(BaseEmailBackend):
    """A server that takes nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise OSError("no letters today")


def letters(outcome: str) -> float:
    return REGISTRY.get_sample_value("opencommerce_letters_total", {"outcome": outcome}) or 0.0


class TestHandOver:
    def test_counts_what_is_sent(self) -> None:
        before = letters("sent")

        hand_over(EmailMessage("Hello", "…", "shop@example.com", ["ada@example.com"]))

        assert len(mail.outbox) == 1
        assert letters("sent") == before + 1

    def test_counts_what_cannot_be_and_raises_why(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = f"{__name__}.Refusing"
        before = letters("failed")

        with pytest.raises(OSError, match="no letters today"):
            hand_over(EmailMessage("Hello", "…", "shop@example.com", ["ada@example.com"]))

        assert letters("failed") == before + 1


class TestIsRefusedForGood:
    @pytest.mark.parametrize(
        ("error", "is_for_good"),
        [
            (SMTPRecipientsRefused({"ada@example.com": (550, b"no such user")}), True),
            (SMTPRecipientsRefused({"ada@example.com": (450, b"mailbox busy")}), False),
            (SMTPDataError(554, b"looks like spam"), True),
            (SMTPDataError(451, b"try later"), False),
            (SMTPSenderRefused(530, b"sign in first", "shop@example.com"), False),
            (SMTPServerDisconnected("gone"), False),
            (ConnectionRefusedError("away"), False),
        ],
    )
    def test_of_this_letter_alone(self, error: Exception, is_for_good: bool) -> None:
        assert is_refused_for_good(error) is is_for_good
