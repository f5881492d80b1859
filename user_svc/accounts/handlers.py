"""What user_svc hears: browsers that were signed out, and, from itself, letters to send, which takes too long for a
request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from common import clock
from common.contracts import BrowserSignedOut, CredentialsChanged, EmailVerificationRequested, PasswordResetRequested
from common.events.subscriptions import TryAgainLater, subscribe
from common.letters import is_refused_for_good
from user_svc.accounts import services

logger = logging.getLogger(__name__)


@subscribe(BrowserSignedOut)
def end_session_when_browser_signed_out(fact: BrowserSignedOut) -> None:
    services.end_session(session_id=UUID(fact.session_id), now=clock.now())


@subscribe(PasswordResetRequested, outside=True)
def mail_token_when_password_reset_requested(fact: PasswordResetRequested) -> None:
    """To the account with this address, if there is one."""
    _write(
        lambda: services.mail_password_reset(letter_id=fact.request_id, email=fact.email, now=clock.now()),
    )


@subscribe(EmailVerificationRequested, outside=True)
def mail_token_when_email_verification_requested(fact: EmailVerificationRequested) -> None:
    """To the address that is to be verified."""
    _write(
        lambda: services.mail_email_verification(
            letter_id=fact.request_id, user_id=UUID(fact.user_id), now=clock.now()
        ),
    )


@subscribe(CredentialsChanged, outside=True)
def warn_owner_when_credentials_changed(fact: CredentialsChanged) -> None:
    """To the address before the change, in case it was not the owner who made it."""
    _write(
        lambda: services.mail_credentials_changed(
            letter_id=fact.change_id,
            user_id=UUID(fact.user_id),
            email=fact.email,
            change=fact.change,
            changed_at=datetime.fromisoformat(fact.changed_at),
        ),
    )


def _write(letter: Callable[[], None]) -> None:
    """Hide the text of an error: mail servers like to quote addresses, which belong neither in logs nor in failures."""
    try:
        letter()
    except OSError as error:
        if is_refused_for_good(error):
            logger.warning("a letter has no reader: the mail server refuses it for good")
            return
        raise TryAgainLater(type(error).__name__) from None
