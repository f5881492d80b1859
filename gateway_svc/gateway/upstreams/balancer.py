"""A service as the gateway asks it: at one of its instances, and no more than it can bear."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from typing import TypeVar

from gateway_svc.gateway import measures
from gateway_svc.gateway.errors import (
    CircuitOpen,
    Stuck,
    UpstreamClosed,
    UpstreamError,
    UpstreamGarbled,
    UpstreamUnreachable,
    UpstreamUnwell,
)
from gateway_svc.gateway.upstreams.addresses import Addresses, Resolve, resolve
from gateway_svc.gateway.upstreams.breaker import Breaker
from gateway_svc.gateway.upstreams.instance import CONNECT_SECONDS, Instance
from gateway_svc.gateway.upstreams.lease import Lease
from gateway_svc.gateway.upstreams.line import SOON_SECONDS, Line
from gateway_svc.gateway.upstreams.pool import Pool
from gateway_svc.gateway.upstreams.retry_budget import RetryBudget
from gateway_svc.gateway.upstreams.treatment import Treatment

logger = logging.getLogger(__name__)

MOST_CONNECTS = 3
RECONNECT_SECONDS = 0.1
UNKNOWN_NAME_SECONDS = 0.5

# Who waited in vain has waited enough, as has the service.
NOT_DONE = (UpstreamUnreachable, UpstreamClosed, UpstreamGarbled, UpstreamUnwell)

T = TypeVar("T")
Reach = Callable[[Instance], Awaitable[T]]
Errors = type[UpstreamError] | tuple[type[UpstreamError], ...]

now = time.monotonic


class Balancer:
    """The instances of one service, and what stands in front of all of them: a bulkhead, a breaker, a retry budget."""

    def __init__(
        self, urls: Iterable[str], *, service: str = "", treatment: Treatment | None = None, resolve: Resolve = resolve
    ) -> None:
        self.treatment = treatment or Treatment()
        self.service = service
        self.in_flight = 0
        self.pool = Pool(service, ejection_seconds=self.treatment.ejection_seconds)
        self.breaker = Breaker(
            least_requests=self.treatment.circuit_requests, open_seconds=self.treatment.circuit_seconds
        )
        self.line = Line(self._free)
        self._retries = RetryBudget()
        self._addresses = Addresses(urls, resolve)
        self.pool.become(self._addresses.known, now())

    @property
    def instances(self) -> list[Instance]:
        """Those that there are now."""
        return self.pool.instances

    @property
    def most_in_flight(self) -> int:
        """The bulkhead: what all its instances can work on. Beyond it one waits here, where waiting costs nothing."""
        return self.treatment.in_flight_an_instance * max(1, len(self.pool.instances))

    def pick(self, *, not_at: Collection[Instance] = ()) -> Instance:
        """The next to be asked, and another than those if there is one. Raises UpstreamUnreachable."""
        return self.pool.pick(now(), not_at=not_at)

    def at_hand(self) -> Lease | None:
        """A connection that is there already, if nobody has to wait for a place either."""
        if self.breaker.is_open or self.in_flight >= self.most_in_flight or not self.instances:
            return None
        began_at = now()
        instance = self.pool.pick(began_at)
        connection = instance.kept(began_at)
        if connection is None:
            return None
        self.in_flight += 1
        instance.in_flight += 1
        self._retries.note(began_at)
        return Lease(instance, connection, began_at, self._end)

    async def lease(
        self, *, not_at: Collection[Instance] = (), anew: bool = False, within: float = CONNECT_SECONDS
    ) -> Lease:
        """A connection to one of them, for one request. Raises UpstreamUnreachable, CircuitOpen or Overloaded."""
        began_at = now()
        if self.breaker.is_open:
            self.spare(began_at)
        if self.in_flight < self.most_in_flight:
            self.in_flight += 1
        else:
            await self._wait(began_at)
            began_at = now()
        try:
            self._admit(began_at)
        except CircuitOpen:
            self._free()
            raise
        try:
            instance = self.pool.pick(began_at, not_at=not_at)
            if not anew and (kept := instance.kept(began_at)):
                connection = kept
                instance.in_flight += 1
            else:
                instance, connection = await self._anywhere(instance, partial(Instance.connect, within=within), not_at)
        except BaseException as error:
            self._leave(began_at, now(), is_good=False if isinstance(error, UpstreamUnreachable) else None)
            raise
        if not not_at:
            self._retries.note(began_at)
        return Lease(instance, connection, began_at, self._end)

    async def open(self, reach: Reach[T]) -> tuple[Instance, T]:
        """What stays open for long, at whichever instance gives it; that counts as busy with it, until whoever has it
        says otherwise. It takes no place of a request's. Raises UpstreamError.
        """
        began_at = now()
        self._admit(began_at)
        self._retries.note(began_at)
        is_good: bool | None = None
        try:
            again = NOT_DONE if len(self.instances) > 1 else UpstreamUnreachable
            instance, opened = await self._anywhere(self.pick(), reach, again=again)
            instance.ejection.succeeded()
            is_good = True
        except UpstreamError:
            is_good = False
            raise
        finally:
            self._report(began_at, now(), is_good=is_good)
        return instance, opened

    def spare(self, at: float) -> None:
        """Ask nothing of it while the breaker is open, nor wait until it could be asked. Raises CircuitOpen."""
        seconds = self.breaker.open_for(at)
        if seconds or (self.breaker.is_open and self.in_flight >= self.most_in_flight):
            raise CircuitOpen(seconds or SOON_SECONDS)

    def try_again_after(self, error: UpstreamError) -> None:
        """Another try is made after this error, which is raised where too many others were made again of late."""
        self._spend_after(error)
        measures.RETRIES.labels(self.service).inc()

    async def look_up(self) -> None:
        """Find out where the names lead now."""
        if self._addresses.names:
            self.pool.become(await self._addresses.look_up(), now())

    async def keep_looking_up(self) -> None:
        """Again and again, as long as there are names."""
        while self._addresses.names:
            await asyncio.sleep(self.treatment.resolve_seconds if self.instances else UNKNOWN_NAME_SECONDS)
            await self.look_up()

    def close(self) -> None:
        """Close the connections that are kept."""
        for instance in self.instances:
            instance.close()

    def _spend_after(self, error: UpstreamError) -> None:
        if not self._retries.spend(now()):
            measures.RETRIES_REFUSED.labels(self.service).inc()
            raise error

    def _admit(self, at: float) -> None:
        if not self.breaker.admit(at):
            raise CircuitOpen(self.breaker.open_for(at) or SOON_SECONDS)

    async def _wait(self, came_at: float) -> None:
        """For a place. Raises Overloaded; where nobody at all was answered meanwhile, that is a failure of the service,
        for it hangs: those that hold the places are too few for the breaker to notice.
        """
        try:
            await self.line.wait(came_at)
        except Stuck:
            if not self.breaker.is_open and all(each.answered_at < came_at for each in self.instances):
                self._report(came_at, now(), is_good=False)
            raise

    async def _anywhere(
        self,
        instance: Instance,
        reach: Reach[T],
        not_at: Collection[Instance] = (),
        *,
        again: Errors = UpstreamUnreachable,
    ) -> tuple[Instance, T]:
        """Whoever cannot be reached has seen nothing, so another (or the same, a moment later) is tried, whatever the
        request.
        """
        tried = list(not_at)
        left = min(MOST_CONNECTS, max(2, len(self.instances)))
        while True:
            try:
                return instance, await self._reach(instance, reach)
            except again as error:
                left -= 1
                if not left:
                    raise
                if not isinstance(error, UpstreamUnreachable):
                    self._spend_after(error)
            measures.RETRIES.labels(self.service).inc()
            if instance in tried or len(self.instances) == 1:
                await asyncio.sleep(RECONNECT_SECONDS)
            tried.append(instance)
            instance = self.pick(not_at=tried)

    async def _reach(self, instance: Instance, reach: Reach[T]) -> T:
        """It counts as busy from now on, so that others are chosen meanwhile."""
        instance.in_flight += 1
        try:
            return await reach(instance)
        except BaseException as error:
            instance.in_flight -= 1
            if isinstance(error, UpstreamError):
                self.pool.note_failure(instance, now())
            raise

    def _end(self, lease: Lease, is_good: bool | None, is_clean: bool) -> None:  # noqa: FBT001 - a lease's own
        at = now()
        lease.instance.in_flight -= 1
        lease.instance.take_back(lease.connection, is_clean=is_clean, now=at)
        if is_good:
            lease.instance.ejection.succeeded()
        elif is_good is False:
            self.pool.note_failure(lease.instance, at)
        self._leave(lease.began_at, at, is_good=is_good)

    def _leave(self, began_at: float, at: float, *, is_good: bool | None) -> None:
        self._report(began_at, at, is_good=is_good)
        self._free()

    def _report(self, began_at: float, at: float, *, is_good: bool | None) -> None:
        if self.breaker.report(is_good=is_good, began_at=began_at, now=at):
            told = "not asked for a while, since it fails" if self.breaker.is_open else "asked again"
            logger.warning("%s: %s", self.service, told)
            if self.breaker.is_open:
                self.line.dissolve(partial(CircuitOpen, self.breaker.open_for(at)))

    def _free(self) -> None:
        """One place; or more, where instances came meanwhile."""
        self.in_flight -= 1
        while self.in_flight < self.most_in_flight and self.line.hand_over(now()):
            self.in_flight += 1


def balancers(urls: Mapping[str, Iterable[str]], treatment: Treatment) -> dict[str, Balancer]:
    """One for each service."""
    return {service: Balancer(each, service=service, treatment=treatment) for service, each in urls.items()}
