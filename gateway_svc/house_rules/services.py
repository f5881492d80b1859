"""Setting rules. Each change holds in every gateway process within two seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from common.errors import InvalidInput
from gateway_svc.house_rules import errors, rules, selectors
from gateway_svc.house_rules.adapters.announcements import announce
from gateway_svc.house_rules.models import Block, Limit, Route, Rules

Rule = Limit | Route | Block


@dataclass(frozen=True)
class Change:
    """What of a rule became otherwise."""

    rule: Rule
    values: Mapping[str, Any]


@transaction.atomic
def know_rules(*, limits: Iterable[str], routes: Iterable[str]) -> None:
    """Have a row of each limit and each route that there is, and none of those that are gone."""
    _know(Limit, set(limits))
    _know(Route, set(routes))


@transaction.atomic
def set_limit(*, label: str, requests: int | None, window_seconds: int | None, is_off: bool) -> None:
    """None: as the environment and the code say. Raises UnknownRule or InvalidInput."""
    _change(selectors.locked_limit(label), {"requests": requests, "window_seconds": window_seconds, "is_off": is_off})
    transaction.on_commit(announce)


@transaction.atomic
def set_route(*, path: str, **values: int | None) -> None:
    """What its requests may cost, as the model's fields; None: as the code says. Raises UnknownRule or InvalidInput."""
    _change(selectors.locked_route(path), values)
    transaction.on_commit(announce)


@transaction.atomic
def close_route(*, path: str, because: str, back_in_seconds: int | None = None) -> None:
    """Have whoever comes told this, and let nobody through. Raises UnknownRule or InvalidInput."""
    if not because:
        raise InvalidInput(errors={"closed_because": ["Say something to those who come."]})
    _change(selectors.locked_route(path), {"closed_because": because, "back_in_seconds": back_in_seconds})
    transaction.on_commit(announce)


@transaction.atomic
def open_route(*, path: str) -> None:
    """Let everybody through again. Raises UnknownRule."""
    _change(selectors.locked_route(path), {"closed_because": "", "back_in_seconds": None})
    transaction.on_commit(announce)


@transaction.atomic
def block(
    *,
    kind: str,
    value: str,
    reason: str,
    ends_at: datetime | None,
    now: datetime,
    by: UUID | None = None,
    at_address: str = "",
) -> Block:
    """Let them in nowhere; said again it gives a new reason and end. ``by`` and ``at_address`` are whoever does it.

    Raises InvalidInput, LocksOneselfOut or TooManyBlocks.
    """
    made, _ = _block(Block(kind=kind, value=value, reason=reason, ends_at=ends_at), now=now)
    if kind == rules.ACCOUNT and made.value == str(by):
        raise errors.LocksOneselfOut
    if kind == rules.NETWORK and rules.is_within(made.value, at_address):
        raise errors.LocksOneselfOut("You are in that network: once signed out you would not get in to lift it again.")
    _require_room(now=now)
    transaction.on_commit(announce)
    return made


@transaction.atomic
def lift_block(*, block_id: UUID, now: datetime) -> None:
    """Let them in again; the row stays for a while. Raises BlockNotFound."""
    _change(selectors.locked_block(block_id), {"ends_at": now})
    transaction.on_commit(announce)


@transaction.atomic
def take_over(wanted: Rules, *, now: datetime) -> list[Change]:
    """Have these rules and no others: what is not among them is as the environment and the code say, or lifted.

    Returns what became otherwise. Raises UnknownRule, InvalidInput or TooManyBlocks; then nothing is changed.
    """
    limits = {limit.label: limit for limit in wanted.limits}
    routes = {route.path: route for route in wanted.routes}
    changes = [_change(limit, _values(limits.pop(limit.label, Limit()))) for limit in selectors.locked_limits()]
    changes += [_change(route, _values(routes.pop(route.path, Route()))) for route in selectors.locked_routes()]
    if unknown := [*limits, *routes]:
        raise errors.UnknownRule(f"There is no such limit or route: {', '.join(unknown)}.")
    names = {(each.kind, each.value) for each in wanted.blocks}
    for old in selectors.blocks_that_hold(now=now).select_for_update():
        if (old.kind, old.value) not in names:
            changes.append(_change(old, {"ends_at": now}))
    changes += [_block(each, now=now)[1] for each in wanted.blocks]
    _require_room(now=now)
    transaction.on_commit(announce)
    return [change for change in changes if change.values]


@transaction.atomic
def rehearse(wanted: Rules, *, now: datetime) -> None:
    """Refuse what ``take_over`` would refuse, and change nothing."""
    take_over(wanted, now=now)
    transaction.set_rollback(True)


def forget_old_blocks(*, now: datetime) -> int:
    """Delete those that ended long ago; returns how many."""
    deleted, _ = selectors.forgettable_blocks(now=now).delete()
    return deleted


def _know(model: type[Limit] | type[Route], names: Collection[str]) -> None:
    model._default_manager.exclude(pk__in=names).delete()
    rows: list[Any] = [model(pk=name) for name in sorted(names)]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _block(wanted: Block, *, now: datetime) -> tuple[Block, Change]:
    """The row of whom it keeps out, as it says."""
    try:
        value = rules.named(wanted.kind, wanted.value)
    except ValueError as error:
        raise InvalidInput(errors={"value": [str(error)]}) from error
    if not wanted.holds(now=now):
        raise InvalidInput(errors={"ends_at": [f"{wanted} would be over already."]})
    made, _ = Block.objects.select_for_update().get_or_create(kind=wanted.kind, value=value)
    return made, _change(made, {"reason": wanted.reason, "ends_at": wanted.ends_at})


def _require_room(*, now: datetime) -> None:
    if selectors.blocks_that_hold(now=now).count() > rules.MOST_BLOCKS:
        raise errors.TooManyBlocks


def _values(rule: Limit | Route) -> dict[str, Any]:
    """All that can be set of it."""
    return {field.name: getattr(rule, field.name) for field in rule._meta.concrete_fields if not field.primary_key}


def _change(row: Rule, values: Mapping[str, Any]) -> Change:
    change = Change(row, {name: value for name, value in values.items() if getattr(row, name) != value})
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(errors=error.message_dict) from error
    row.save()
    return change
