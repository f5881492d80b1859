"""Notifications as facts."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from common import contracts
from notify_svc.notifications.models import UnreportedTelling

# Nothing more is ever told of a batch.
_ONLY_VERSION = 1


def people_told(tellings: Iterable[UnreportedTelling], *, batch_id: UUID) -> contracts.PeopleTold:
    """Some people were told of some orders."""
    return contracts.PeopleTold(
        version=_ONLY_VERSION,
        batch_id=str(batch_id),
        tellings=tuple(
            contracts.Telling(
                order_id=str(telling.order_id),
                event=telling.event,
                audience=telling.audience,
                channel=telling.channel,
                at=telling.at.isoformat(),
            )
            for telling in tellings
        ),
    )
