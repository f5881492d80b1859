"""Choosing what to be told of at once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from notify_svc.notifications import rules
from notify_svc.notifications.models import Feed


def choose(*, user_id: UUID, wanted: Mapping[str, Mapping[str, bool]]) -> None:
    """Replace all of a person's choices; what is not named is on."""
    muted = [
        rules.choice(group, channel)
        for group in rules.GROUPS
        for channel in rules.CHANNELS
        if not wanted.get(group, {}).get(channel, True)
    ]
    Feed.objects.update_or_create(user_id=user_id, defaults={"muted": muted})
