"""Keeping recipients up to date with user_svc."""

from uuid import UUID

from common.contracts import ProfileChanged, UserRegistered
from common.events.subscriptions import subscribe
from notify_svc.recipients import services


@subscribe(UserRegistered)
def remember_recipient_when_user_registered(fact: UserRegistered) -> None:
    """Remember whom to write to."""
    services.remember_recipient(
        user_id=UUID(fact.user_id),
        email=fact.email,
        full_name=fact.full_name,
        roles=fact.roles,
        version=fact.version,
    )


@subscribe(ProfileChanged)
def remember_recipient_when_profile_changed(fact: ProfileChanged) -> None:
    """Remember their current address and name, and whether their account is disabled."""
    services.remember_recipient(
        user_id=UUID(fact.user_id),
        email=fact.email,
        full_name=fact.full_name,
        roles=fact.roles,
        version=fact.version,
        is_active=fact.is_active,
    )
