"""Mailing notifications: at least once, and outside of transactions."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F

from common.errors import NotFound
from common.letters import is_refused_for_good
from notify_svc.notifications import rules, selectors
from notify_svc.notifications.adapters import mail
from notify_svc.notifications.models import Delivery
from notify_svc.notifications.services import reporting
from notify_svc.recipients import selectors as recipients

BATCH = 20
"""How many letters a worker claims at once. If it dies before it has noted them as sent, they are sent again."""
_MOST_BATCHES = 20

logger = logging.getLogger(__name__)


def deliver_mail(*, now: datetime) -> None:
    """Send letters that are due, a few hundred at most.

    One that cannot be sent does not hold up the others. A mail server that is out of reach ends the run: otherwise the
    worker would wait for it with each letter.
    """
    for _ in range(_MOST_BATCHES):
        deliveries = _claim(now=now)
        if not _deliver(deliveries, now=now) or len(deliveries) < BATCH:
            return


@transaction.atomic
def try_again_now(*, delivery_id: UUID, now: datetime) -> None:
    """Make a letter due that waits, was given up or was refused. Raises NotFound, AlreadySent."""
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None:
        raise NotFound
    delivery.hasten(now=now)
    delivery.save(update_fields=["status", "next_attempt_at"])


@transaction.atomic
def _claim(*, now: datetime) -> list[Delivery]:
    """Claim letters that are due, until the lease ends; those that another worker claims just now are skipped."""
    due = selectors.due_deliveries(now=now)
    deliveries = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    _put_off(deliveries, until=now + rules.MAIL_LEASE)
    return deliveries


def _deliver(deliveries: Sequence[Delivery], *, now: datetime) -> bool:
    """Send letters and note the outcome; what was not tried is due again. False if the mail server is out of reach."""
    people = recipients.recipients_of(user_ids={delivery.notification.user_id for delivery in deliveries})
    sent, left, is_away = [], deque(deliveries), False
    while left and not is_away:
        delivery = left.popleft()
        recipient = people.get(delivery.notification.user_id)
        if recipient is None:
            _note_failure(delivery, "nobody has told us yet whom to write to", now=now)
        elif not recipient.is_active:
            _note_refusal(delivery, "the account is disabled")
        elif (error := _send(delivery, recipient)) is None:
            sent.append(delivery)
        else:
            _note_error(delivery, error, recipient, now=now)
            is_away = not _is_of_one_letter(error)
    _note_sent(sent, now=now)
    _put_off(left, until=now)
    return not is_away


def _send(delivery: Delivery, recipient: recipients.Recipient) -> Exception | None:
    """Returns the error, if there was one, to be noted with the letter."""
    try:
        mail.send(delivery.id, delivery.notification, email=recipient.email, full_name=recipient.full_name)
    except Exception as error:
        # Servers like to quote addresses, which belong neither in logs nor in another table.
        logger.warning("letter %s failed, attempt %d: %s", delivery.id, delivery.attempts + 1, type(error).__name__)
        return error
    return None


def _is_of_one_letter(error: Exception) -> bool:
    """Whether other letters can still be sent: the server refused only this one, or it could not be rendered."""
    if isinstance(error, SMTPRecipientsRefused | SMTPDataError):
        return True
    return not isinstance(error, OSError | SoftTimeLimitExceeded)


def _note_error(delivery: Delivery, error: Exception, recipient: recipients.Recipient, *, now: datetime) -> None:
    said = f"{type(error).__name__}: {error}".replace(recipient.email, "…")
    if is_refused_for_good(error):
        _note_refusal(delivery, said)
    else:
        _note_failure(delivery, said, now=now)


def _note_refusal(delivery: Delivery, error: str) -> None:
    delivery.refuse(error=error)
    delivery.save()


def _note_failure(delivery: Delivery, error: str, *, now: datetime) -> None:
    delivery.fail(error=error, now=now)
    delivery.save()


@transaction.atomic
def _note_sent(deliveries: Collection[Delivery], *, now: datetime) -> None:
    ids = [delivery.id for delivery in deliveries]
    Delivery.objects.filter(id__in=ids).update(
        status=Delivery.Status.SENT, sent_at=now, attempts=F("attempts") + 1, last_error=""
    )
    reporting.note_mailed([delivery.notification for delivery in deliveries], at=now)


def _put_off(deliveries: Iterable[Delivery], *, until: datetime) -> None:
    ids = [delivery.id for delivery in deliveries]
    Delivery.objects.filter(id__in=ids).update(next_attempt_at=until)
