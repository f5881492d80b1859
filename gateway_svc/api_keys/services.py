"""What can be done with keys."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gateway_svc.api_keys import errors, rules, selectors
from gateway_svc.api_keys.models import ApiKey
from gateway_svc.sessions import services as sessions


@transaction.atomic
def make_key(
    *,
    user_id: UUID,
    user_name: str,
    roles: Sequence[str],
    name: str,
    scopes: Sequence[str],
    days: int,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A new key of somebody with these roles, and what is shown of it this once. Raises TooManyApiKeys."""
    owner = selectors.locked_owner(user_id=user_id)
    if not owner.version:  # else what was told since is newer than their token
        owner.name, owner.roles = user_name, sorted(roles)
        owner.save()
    if selectors.keys_of(user_id=user_id, now=now).count() >= rules.MAX_KEYS:
        raise errors.TooManyApiKeys
    key = rules.written(secrets.token_hex(4), secrets.token_urlsafe(rules.SECRET_BYTES))
    made = ApiKey.objects.create(
        owner=owner,
        name=name,
        hint=rules.hint_of(key),
        digest=rules.digest_of(key),
        scopes=sorted(set(scopes)),
        expires_at=now + timedelta(days=days),
    )
    return made, key


def use_key(*, digest: str, now: datetime) -> ApiKey | None:
    """The key of this digest while it is good; that it was used is noted once in a while."""
    key = selectors.key_with_digest(digest)
    if key is None or not key.is_good(now=now):
        return None
    if key.last_used_at is None or now - key.last_used_at >= rules.USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return key


@transaction.atomic
def revoke_key(*, user_id: UUID, key_id: UUID, now: datetime) -> None:
    """Have one of somebody's keys open nothing any more, in every gateway process. Raises ApiKeyNotFound."""
    _revoke(selectors.key_of(user_id=user_id, key_id=key_id, now=now), now=now)


@transaction.atomic
def revoke_keys_of(*, user_id: UUID, now: datetime) -> None:
    """All of somebody's keys."""
    for key in selectors.keys_of(user_id=user_id, now=now):
        _revoke(key, now=now)


@transaction.atomic
def follow_owner(
    *, user_id: UUID, name: str, roles: Sequence[str], is_active: bool, version: int, now: datetime
) -> None:
    """Somebody is now known like this; the newest word counts, whenever it comes."""
    owner = selectors.locked_owner(user_id=user_id)
    if version <= owner.version:
        return
    owner.name, owner.roles, owner.is_active, owner.version = name, sorted(roles), is_active, version
    owner.save()
    if not is_active:
        revoke_keys_of(user_id=user_id, now=now)


def forget_dead_keys(*, now: datetime) -> int:
    """Delete those that opened their last door long ago; returns how many."""
    deleted, _ = selectors.forgettable_keys(now=now).delete()
    return deleted


def _revoke(key: ApiKey, *, now: datetime) -> None:
    key.revoked_at = now
    key.save(update_fields=["revoked_at", "updated_at"])
    sessions.end_session(session_id=key.session_id, user_id=str(key.owner_id), ended_at=now)
