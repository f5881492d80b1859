"""The rules of the door, each beside what holds where nothing is set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from common import clock
from common.admin.actions import ServiceAction, service_action
from common.admin.columns import BAD, EMPTY, GOOD, PLAIN, WAITING, Column, badge
from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator
from gateway_svc.house_rules import rules, services
from gateway_svc.house_rules.models import Block, Limit, Route


def _asked(model: Any, *names: str) -> type[forms.Form]:
    """A form of these fields, with the bounds that the model has."""
    return type("Form", (forms.Form,), {name: model._meta.get_field(name).formfield() for name in names})


def _begins_with(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda row: {name: getattr(row, name) for name in names}


def _number(label: str, name: str, default_of: Callable[[Any], Any]) -> Column:
    """What is set, or what holds without."""

    def write(row: Any) -> str:
        value, default = getattr(row, name), default_of(row)
        return f"{value:,} (else {default:,})" if value is not None else f"{default:,}"

    return Column(label, write)


def _known_limit(name: str) -> Callable[[Limit], Any]:
    return lambda limit: getattr(settings.KNOWN_LIMITS[limit.label], name)


def _known_route(name: str) -> Callable[[Route], Any]:
    return lambda row: getattr(settings.KNOWN_ROUTES[row.path].limits, name)


def _state_of_limit(limit: Limit) -> str:
    if not settings.RATE_LIMITS:
        return badge("all are off", WAITING)
    if limit.is_off:
        return badge("off", WAITING)
    is_set = limit.requests is not None or limit.window_seconds is not None
    return badge("set" if is_set else "as it comes", GOOD if is_set else PLAIN)


@admin.register(Limit)
class LimitAdmin(ServiceAdmin):
    """How many requests of a kind one may make, by whom: an address, a person, or staff."""

    requests = _number("requests", "requests", _known_limit("quota"))
    window = _number("in seconds", "window_seconds", _known_limit("window_seconds"))
    state = Column("state", _state_of_limit)
    list_display = ("label", requests, window, state)
    shows = list_display
    ordering = ("label",)

    @service_action(
        "Set",
        asks=_asked(Limit, "requests", "window_seconds", "is_off"),
        is_dangerous=True,
        begins_with=_begins_with("requests", "window_seconds", "is_off"),
    )
    def set_limit(self, _person: Operator, limit: Limit, **values: Any) -> str:
        """It holds in every gateway process within two seconds. What is left empty is as it comes."""
        services.set_limit(label=limit.label, **values)
        return ", ".join(f"{name} {value}" for name, value in values.items())


@admin.register(Route)
class RouteAdmin(ServiceAdmin):
    """What the requests of a route may cost, and whether it is open. Which service answers is the topology's to say."""

    service = Column("service", lambda row: settings.KNOWN_ROUTES[row.path].service.name)
    body = _number("body in bytes", "body_bytes", _known_route("body_bytes"))
    body_time = _number("body, s", "body_seconds", _known_route("body_seconds"))
    connect = _number("connection, s", "connect_seconds", _known_route("connect_seconds"))
    first_byte = _number("first byte, s", "first_byte_seconds", _known_route("first_byte_seconds"))
    idle = _number("idle, s", "idle_seconds", _known_route("idle_seconds"))
    total = _number("in all, s", "total_seconds", _known_route("total_seconds"))
    state = Column("state", lambda row: badge("closed", BAD) if row.closed_because else badge("open", GOOD))
    # What the row is looked for first: the rest may lie beyond the edge of a narrow window.
    list_display = ("path", state, service, body, body_time, connect, first_byte, idle, total)
    shows = (*list_display, "closed_because", "back_in_seconds")
    ordering = ("path",)

    @service_action("Set", asks=_asked(Route, *rules.COSTS), is_dangerous=True, begins_with=_begins_with(*rules.COSTS))
    def set_route(self, _person: Operator, row: Route, **values: Any) -> str:
        """It holds in every gateway process within two seconds. What is left empty is as it comes."""
        services.set_route(path=row.path, **values)
        return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)

    @service_action(
        "Close",
        asks=_asked(Route, "closed_because", "back_in_seconds"),
        is_dangerous=True,
        applies=lambda row: not row.closed_because,
    )
    def close(self, _person: Operator, row: Route, *, closed_because: str, back_in_seconds: int | None) -> str:
        """Whoever comes is told this (503); what lies below is closed with it. The admins stay where they are."""
        services.close_route(path=row.path, because=closed_because, back_in_seconds=back_in_seconds)
        return closed_because

    @service_action("Open", is_dangerous=True, applies=lambda row: bool(row.closed_because))
    def open(self, _person: Operator, row: Route) -> None:
        """Everybody gets through again."""
        services.open_route(path=row.path)


class BlockForm(forms.Form):
    """Whom, why, for how long."""

    kind = forms.ChoiceField(choices=rules.KINDS)
    value = forms.CharField(
        max_length=50, help_text="A network such as 203.0.113.0/24 or one address; or the id of an account or API key."
    )
    reason = forms.CharField(max_length=300, help_text="For those who run the shop; whoever is blocked is not told.")
    hours = forms.IntegerField(min_value=1, max_value=8760, required=False, help_text="Empty: until it is lifted.")


def _end(hours: int | None, *, now: datetime) -> datetime | None:
    return None if hours is None else now + timedelta(hours=hours)


@admin.register(Block)
class BlockAdmin(ServiceAdmin):
    """Those who are let in nowhere, the newest first."""

    holds = Column("state", lambda row: badge("holds", BAD) if row.holds(now=clock.now()) else badge("is over", PLAIN))
    end = Column("ends at", lambda row: row.ends_at or EMPTY)
    list_display = ("value", "kind", "reason", "created_at", end, holds)
    shows = list_display
    ordering = ("-created_at", "-id")
    search_by = {"value": lambda term: term if "/" in term or "." in term or ":" in term else str(UUID(term))}
    search_help_text = "A network, or the id of an account or a key, as it stands here."

    def do(self, request: HttpRequest, action: ServiceAction, row: Any, answers: Mapping[str, Any]) -> bool:
        """Whoever blocks is at some address themselves."""
        here = {"at_address": request.META["REMOTE_ADDR"]} if action.name == "block" else {}
        return super().do(request, action, row, {**answers, **here})

    @service_action("Block", asks=BlockForm, is_for_list=True)
    def block(self, person: Operator, *, kind: str, value: str, reason: str, hours: int | None, at_address: str) -> str:
        """Within two seconds they get 403, wherever they knock. Staff who are signed in get in from every network."""
        now = clock.now()
        made = services.block(
            kind=kind,
            value=value,
            reason=reason,
            ends_at=_end(hours, now=now),
            now=now,
            by=person.id,
            at_address=at_address,
        )
        return f"{made}: {reason}"

    @service_action("Lift", in_bulk=True, applies=lambda row: row.holds(now=clock.now()))
    def lift(self, _person: Operator, row: Block) -> None:
        """Within two seconds they get in again."""
        services.lift_block(block_id=row.id, now=clock.now())
