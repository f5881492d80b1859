"""Appointing and dismissing staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from user_svc.accounts import errors, events, selectors
from user_svc.accounts.models import Role, User
from user_svc.accounts.services.sessions import end_sessions_of

_STAFF = (Role.SUPPORT, Role.ADMIN)


@transaction.atomic
def appoint(*, user_id: UUID, role: str, now: datetime) -> None:
    """Give a person this staff role and no other one. Raises UserNotFound."""
    user = selectors.locked_user(user_id=user_id)
    _set_roles(user, [*_others(user), role], now=now)


@transaction.atomic
def dismiss(*, user_id: UUID, by: UUID, now: datetime) -> None:
    """Take away a person's staff role. Raises UserNotFound, or OwnRole for one's own."""
    if user_id == by:
        raise errors.OwnRole
    user = selectors.locked_user(user_id=user_id)
    _set_roles(user, _others(user) or [Role.CUSTOMER], now=now)


def _others(user: User) -> list[str]:
    return [role for role in user.roles if role not in _STAFF]


def _set_roles(user: User, roles: list[str], *, now: datetime) -> None:
    """Also ends their sessions, whose tokens name the old roles. The caller has locked the account."""
    if set(roles) == set(user.roles):
        return
    user.roles = roles
    user.version += 1
    user.save(update_fields=["roles", "version", "updated_at"])
    publish(events.profile_changed(user))
    end_sessions_of(user_id=user.id, now=now)
