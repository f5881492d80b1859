"""Finding rules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.models import Q, QuerySet

from gateway_svc.house_rules import errors, rules
from gateway_svc.house_rules.models import Block, Limit, Route, Rules


def blocks_that_hold(*, now: datetime) -> QuerySet[Block]:
    """Those that keep somebody out."""
    return Block.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))


def forgettable_blocks(*, now: datetime) -> QuerySet[Block]:
    """Those that ended so long ago that nobody asks any more."""
    return Block.objects.filter(ends_at__lt=now - rules.KEPT_AFTER_ITS_END)


def locked_limit(label: str) -> Limit:
    """One limit, for this transaction alone to change. Raises UnknownRule."""
    if limit := Limit.objects.select_for_update().filter(label=label).first():
        return limit
    raise errors.UnknownRule(label=label)


def locked_route(path: str) -> Route:
    """One route, for this transaction alone to change. Raises UnknownRule."""
    if route := Route.objects.select_for_update().filter(path=path).first():
        return route
    raise errors.UnknownRule(path=path)


def locked_limits() -> QuerySet[Limit]:
    """All of them, for this transaction alone to change."""
    return Limit.objects.select_for_update()


def locked_routes() -> QuerySet[Route]:
    """All of them, for this transaction alone to change."""
    return Route.objects.select_for_update()


def locked_block(block_id: UUID) -> Block:
    """One block, for this transaction alone to change. Raises BlockNotFound."""
    if block := Block.objects.select_for_update().filter(id=block_id).first():
        return block
    raise errors.BlockNotFound(block_id=block_id)


def rules_that_hold(*, now: datetime) -> Rules:
    """What is set now."""
    blocks = blocks_that_hold(now=now).order_by("kind", "value")
    return Rules(tuple(Limit.objects.all()), tuple(Route.objects.all()), tuple(blocks))


def standing_rules(*, now: datetime) -> Rules:
    """The same, for threads outside a request: the connection is closed again."""
    try:
        return rules_that_hold(now=now)
    finally:
        connections.close_all()
