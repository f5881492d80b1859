"""Reading recipients."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from notify_svc.recipients.models import Recipient

__all__ = ["Recipient", "recipients_of"]


def recipients_of(*, user_ids: Collection[UUID]) -> dict[UUID, Recipient]:
    """The recipients with these ids, by id; without those of whom user_svc has told nothing yet."""
    return Recipient.objects.in_bulk(user_ids)
