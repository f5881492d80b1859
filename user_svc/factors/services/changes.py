"""The consequences of every change of a person's second factors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from user_svc.accounts import services as accounts
from user_svc.factors import selectors
from user_svc.factors.services import recovery_codes


def turned_on(*, user_id: UUID, email: str, change: accounts.Change, session_id: str, now: datetime) -> list[str]:
    """End the owner's other sessions, and warn them by letter. Returns recovery codes if there are none."""
    _settle(user_id=user_id, email=email, change=change, session_id=session_id, now=now)
    return [] if selectors.recovery_codes_of(user_id=user_id).exists() else recovery_codes.replace(user_id=user_id)


def turned_off(*, user_id: UUID, email: str, change: accounts.Change, session_id: str, now: datetime) -> None:
    """The same when a factor was removed; with the last one the recovery codes are deleted too."""
    _settle(user_id=user_id, email=email, change=change, session_id=session_id, now=now)
    if set(selectors.methods_of(user_id=user_id)) <= {"recovery_code"}:
        selectors.recovery_codes_of(user_id=user_id).delete()


def _settle(*, user_id: UUID, email: str, change: accounts.Change, session_id: str, now: datetime) -> None:
    accounts.end_sessions_of(user_id=user_id, now=now, but=session_id)
    accounts.warn_owner(user_id=user_id, email=email, change=change, now=now)
