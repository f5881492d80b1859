"""Keeping the local copy of recipients."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from notify_svc.recipients.models import Recipient


@transaction.atomic
def remember_recipient(
    *, user_id: UUID, email: str, full_name: str, roles: Sequence[str], version: int, is_active: bool = True
) -> None:
    """Store what was told of a person, unless a newer version is known."""
    told = {
        "email": email,
        "full_name": full_name,
        "roles": list(roles),
        "is_active": is_active,
        "version": version,
    }
    recipient, is_new = Recipient.objects.select_for_update().get_or_create(user_id=user_id, defaults=told)
    if not is_new and recipient.version < version:
        Recipient.objects.filter(user_id=user_id).update(**told)
