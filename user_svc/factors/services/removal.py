"""Removing all second factors of an account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from user_svc.accounts import selectors as people
from user_svc.accounts import services as accounts
from user_svc.factors import selectors
from user_svc.factors.services import changes


@transaction.atomic
def remove_all_factors(*, email: str, now: datetime) -> None:
    """Remove those of a person who lost them, end all their sessions, and tell them by letter. Raises UserNotFound."""
    user = people.locked_user_with_email(email=email)
    _remove(user_id=user.id, email=user.email, now=now)


@transaction.atomic
def remove_factors_of_another(*, user_id: UUID, now: datetime) -> None:
    """Remove those, if any, that were added before the account's owner verified its address. Raises UserNotFound."""
    user = people.locked_user(user_id=user_id)
    if selectors.totps_of(user_id=user_id).exists() or selectors.methods_of(user_id=user_id):
        _remove(user_id=user_id, email=user.email, now=now)


def _remove(*, user_id: UUID, email: str, now: datetime) -> None:
    """Make a password enough again. The caller has locked the account."""
    selectors.totps_of(user_id=user_id).delete()
    selectors.passkeys_of(user_id=user_id).delete()
    changes.turned_off(user_id=user_id, email=email, change=accounts.Change.FACTORS_REMOVED, session_id="", now=now)
