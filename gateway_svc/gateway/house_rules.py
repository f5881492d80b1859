"""What staff have set, as it holds in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from common import clock
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.limits.policies import Policy
from gateway_svc.gateway.problems import Blocked
from gateway_svc.gateway.proxies import Networks, read_network
from gateway_svc.gateway.routes import Closing, Route, RouteTable, http_routes, socket_routes
from gateway_svc.house_rules import models, rules
from gateway_svc.house_rules.models import Rules

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 300.0
"""After so long they are read again, whatever is heard."""

Policies = Mapping[tuple[str, str], Policy]
Read = Callable[..., Rules]
_NEVER = datetime.max.replace(tzinfo=UTC)
_AGAIN = timedelta(seconds=RELOAD_SECONDS)


class Blocks:
    """Those who are let in nowhere."""

    def __init__(self, blocks: tuple[models.Block, ...] = ()) -> None:
        self.ids = frozenset(each.value for each in blocks if each.kind != rules.NETWORK)
        self.networks = Networks(read_network(each.value) for each in blocks if each.kind == rules.NETWORK)

    def check(self, exchange: Exchange) -> None:
        """Let everybody else pass. Raises Blocked.

        A network is not blocked for staff who are signed in: somebody has to lift what was set by mistake.
        """
        principal = exchange.principal
        if self.ids and not self.ids.isdisjoint((principal.user_id, principal.session_id)):
            raise Blocked
        if self.networks and exchange.client in self.networks and not principal.is_staff:
            raise Blocked


@dataclass(frozen=True)
class Standing:
    """All of it at one moment."""

    policies: Policies
    http: RouteTable
    sockets: RouteTable
    blocks: Blocks
    is_plain: bool
    """Nobody is kept from anything that everybody may see."""
    until: datetime
    """Then the first of the blocks ends."""


class HouseRules:
    """``now`` is what holds, whole, and is replaced whole: a request reads attributes and waits for nothing.

    The database is the truth, and Redis says that it has changed. Out of reach, what was read last holds; at a start,
    what the environment and the code say.
    """

    def __init__(self, *, read: Read, policies: Mapping[str, Policy]) -> None:
        self._read = read
        self._policies = policies
        self._reading = asyncio.Lock()
        self._was_read = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.now = self._standing(Rules())
        self.followers: list[Callable[[Set[str]], None]] = []
        """They are told which accounts and keys are blocked, again and again."""

    async def begin(self) -> None:
        """Read what was set before the listening began."""
        await self.load()

    def hear(self, _message: str) -> None:
        """Something was set."""
        task = asyncio.get_running_loop().create_task(self.load())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def lose(self) -> None:
        """Without Redis the database says it."""
        await self.load()

    async def keep_fresh(self) -> None:
        """Read them again when a block ends, until cancelled."""
        while True:
            self._was_read.clear()
            left = (self.now.until - clock.now()).total_seconds()
            try:
                async with asyncio.timeout(max(0.0, min(left, RELOAD_SECONDS))):
                    await self._was_read.wait()
            except TimeoutError:
                await self.load()

    async def load(self) -> None:
        """Read what is set."""
        async with self._reading:
            try:
                self.now = await asyncio.to_thread(self._look_up)
            except Exception as error:  # what we have is better than nothing
                logger.warning("house rules: the database is out of reach: %r", error)
                self.now = replace(self.now, until=clock.now() + _AGAIN)
            self._was_read.set()
        for follower in self.followers:
            follower(self.now.blocks.ids)

    def _look_up(self) -> Standing:
        """In a thread: to put ten thousand blocks in order would hold up all requests for a while."""
        return self._standing(self._read(now=clock.now()))

    def _standing(self, found: Rules) -> Standing:
        http, sockets = (_under(table, found) for table in (http_routes(), socket_routes()))
        blocks = Blocks(found.blocks)
        is_any_closed = any(route.closing for route in http.routes)
        return Standing(
            policies=_policies(self._policies, found),
            http=http,
            sockets=sockets,
            blocks=blocks,
            is_plain=not blocks.networks and not is_any_closed,
            until=min((each.ends_at for each in found.blocks if each.ends_at), default=_NEVER),
        )


def _policies(before: Mapping[str, Policy], found: Rules) -> Policies:
    """Those that hold; who asks for what has none is not counted."""
    set_ = {limit.label: limit for limit in found.limits}
    policies = (_policy(policy, set_.get(policy.label)) for policy in before.values())
    return {(policy.name, policy.of): policy for policy in policies if policy}


def _policy(before: Policy, limit: models.Limit | None) -> Policy | None:
    if limit is None:
        return before
    if limit.is_off:
        return None
    return Policy(before.name, before.of, limit.requests or before.quota, limit.window_seconds or before.window_seconds)


def _under(table: RouteTable, found: Rules) -> RouteTable:
    """The same routes, as they are set."""
    by_name = {route.path: route for route in found.routes}
    closed = [(route, by_name[route.name]) for route in table.routes if _is_closed(by_name.get(route.name))]
    return RouteTable(_set(route, by_name.get(route.name), closed) for route in table.routes)


def _is_closed(row: models.Route | None) -> bool:
    return row is not None and bool(row.closed_because)


def _set(route: Route, row: models.Route | None, closed: list[tuple[Route, models.Route]]) -> Route:
    """With its own limits; closed with whatever covers it."""
    values = {name: value for name in rules.COSTS if (value := getattr(row, name, None))}
    closing = next((_closing(each) for other, each in closed if other is route or other.covers(route)), None)
    return replace(route, limits=replace(route.limits, **values), closing=closing)


def _closing(row: models.Route) -> Closing:
    return Closing(row.closed_because, row.back_in_seconds or rules.BACK_IN_SECONDS)
