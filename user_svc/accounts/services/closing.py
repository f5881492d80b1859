"""Disabling and enabling of accounts by staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from user_svc.accounts import events, selectors
from user_svc.accounts.models import Role, User
from user_svc.accounts.services.sessions import end_sessions_of
from user_svc.sellers import services as sellers


@transaction.atomic
def disable_account(*, email: str, now: datetime) -> None:
    """Disable an account, end all its sessions, and suspend its shop. Raises UserNotFound."""
    user = selectors.locked_user_with_email(email=email)
    if not user.is_active:
        return
    _turn(user, is_active=False)
    end_sessions_of(user_id=user.id, now=now)
    if Role.SELLER in user.roles:
        sellers.suspend_seller(seller_id=user.id, reason="The account was disabled.")


@transaction.atomic
def enable_account(*, email: str) -> None:
    """Enable an account again; its shop stays suspended until it is approved again. Raises UserNotFound."""
    user = selectors.locked_user_with_email(email=email)
    if not user.is_active:
        _turn(user, is_active=True)


def tell_disabled_again() -> int:
    """Tell again of all disabled accounts, for services that did not use this information when it was first told.

    Returns how many. Interrupting and repeating it does no harm.
    """
    told = 0
    for user_id in selectors.disabled_ids():
        told += _tell_if_disabled(user_id)
    return told


@transaction.atomic
def _tell_if_disabled(user_id: UUID) -> bool:
    """Tell it with a new version, since subscribers ignore a version that they have seen."""
    user = User.objects.select_for_update(no_key=True).filter(id=user_id, is_active=False).first()
    if user is not None:
        _turn(user, is_active=False)
    return user is not None


def _turn(user: User, *, is_active: bool) -> None:
    user.is_active = is_active
    user.version += 1
    user.save(update_fields=["is_active", "version", "updated_at"])
    publish(events.profile_changed(user))
