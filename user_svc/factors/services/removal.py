"""Factors that those who run the shop take away from whoever lost them all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from user_svc.accounts import selectors as people
from user_svc.accounts import services as accounts
from user_svc.factors import selectors
from user_svc.factors.services import changes


@transaction.atomic
def remove_all_factors(*, email: str, now: datetime) -> None:
    """Let a password be enough again; its owner is signed out everywhere and told. Raises UserNotFound."""
    user = people.locked_user_with_email(email=email)
    selectors.totps_of(user_id=user.id).delete()
    selectors.passkeys_of(user_id=user.id).delete()
    changes.turned_off(
        user_id=user.id, email=user.email, change=accounts.Change.FACTORS_REMOVED, session_id="", now=now
    )
