"""What becomes of keys when something happens to the people whose they are."""

from uuid import UUID

from common import clock
from common.contracts import CredentialsChanged, ProfileChanged
from common.events.subscriptions import subscribe
from gateway_svc.api_keys import services

# Whoever came in by what was changed may have made keys.
_ENDING = frozenset({"password_changed", "factors_removed"})


@subscribe(ProfileChanged)
def follow_owner_when_profile_changed(fact: ProfileChanged) -> None:
    services.follow_owner(
        user_id=UUID(fact.user_id),
        name=fact.full_name,
        roles=fact.roles,
        is_active=fact.is_active,
        version=fact.version,
        now=clock.now(),
    )


@subscribe(CredentialsChanged)
def revoke_keys_when_credentials_changed(fact: CredentialsChanged) -> None:
    if fact.change in _ENDING:
        services.revoke_keys_of(user_id=UUID(fact.user_id), now=clock.now())
