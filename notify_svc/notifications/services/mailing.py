"""Mailing what people were told: at least once, and out of every transaction."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.errors import NotFound
from notify_svc.notifications import rules, selectors
from notify_svc.notifications.adapters import mail
from notify_svc.notifications.models import Delivery
from notify_svc.notifications.services import reporting
from notify_svc.recipients import selectors as recipients

BATCH = 50

logger = logging.getLogger(__name__)


def deliver_mail(*, now: datetime) -> None:
    """Send what is due, a batch at most.

    The first letter that fails ends the batch: a mail server that is away must not hold the worker once a letter.
    """
    for _ in range(BATCH):
        delivery = _claim_next(now=now)
        if delivery is None or not _deliver(delivery, now=now):
            return


@transaction.atomic
def try_again_now(*, delivery_id: UUID, now: datetime) -> None:
    """Have a letter sent next that waits or was given up. Raises NotFound, AlreadySent."""
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None:
        raise NotFound
    delivery.hasten(now=now)
    delivery.save(update_fields=["status", "next_attempt_at"])


@transaction.atomic
def _claim_next(*, now: datetime) -> Delivery | None:
    """Take a letter for ourselves, for as long as the lease says; another worker takes another one."""
    due = selectors.due_deliveries(now=now)
    delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
    if delivery is not None:
        delivery.next_attempt_at = now + rules.MAIL_LEASE
        delivery.save(update_fields=["next_attempt_at"])
    return delivery


def _deliver(delivery: Delivery, *, now: datetime) -> bool:
    """Send one letter and note how that went. False when it failed."""
    recipient = recipients.recipient_of(user_id=delivery.notification.user_id)
    if recipient is None:
        delivery.fail(error="nobody has told us yet whom to write to", now=now)
        delivery.save()
        return True
    try:
        mail.send(delivery.id, delivery.notification, email=recipient.email, full_name=recipient.full_name)
    except Exception as error:
        # Whatever one letter suffers from is noted with it and must not stop the others. Servers like to quote
        # addresses, and those belong neither into logs nor into more tables than one.
        logger.warning("letter %s failed, attempt %d: %s", delivery.id, delivery.attempts + 1, type(error).__name__)
        delivery.fail(error=f"{type(error).__name__}: {error}".replace(recipient.email, "…"), now=now)
        delivery.save()
        return False
    with transaction.atomic():
        delivery.succeed(now=now)
        delivery.save()
        reporting.note_mailed(delivery.notification, at=now)
    return True
