"""Reading recipients."""

from __future__ import annotations

from uuid import UUID

from notify_svc.recipients.models import Recipient


def recipient_of(*, user_id: UUID) -> Recipient | None:
    """Whom to write to, or None while that has not been told yet."""
    return Recipient.objects.filter(user_id=user_id).first()
