"""Finding keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from gateway_svc.api_keys import errors, rules
from gateway_svc.api_keys.models import ApiKey, Owner


def keys_of(*, user_id: UUID, now: datetime) -> QuerySet[ApiKey]:
    """Somebody's keys that are good."""
    return ApiKey.objects.filter(owner_id=user_id, revoked_at=None, expires_at__gt=now)


def key_of(*, user_id: UUID, key_id: UUID, now: datetime) -> ApiKey:
    """One of somebody's own. Raises ApiKeyNotFound."""
    key = keys_of(user_id=user_id, now=now).filter(id=key_id).first()
    if key is None:
        raise errors.ApiKeyNotFound(key_id=key_id)
    return key


def key_with_digest(digest: str) -> ApiKey | None:
    """The key, good or not, with whose it is."""
    return ApiKey.objects.select_related("owner").filter(digest=digest).first()


def locked_owner(*, user_id: UUID) -> Owner:
    """Somebody, for this transaction alone to change, even if we hear of them for the first time."""
    Owner.objects.bulk_create([Owner(user_id=user_id)], ignore_conflicts=True)
    return Owner.objects.select_for_update().get(user_id=user_id)


def forgettable_keys(*, now: datetime) -> QuerySet[ApiKey]:
    """Those that have opened nothing for so long that nobody asks any more."""
    before = now - rules.KEPT_AFTER_ITS_END
    return ApiKey.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
