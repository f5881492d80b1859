"""The instances of one service as they come, go, fail and recover, and which of them is asked next."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence

from gateway_svc.gateway import measures
from gateway_svc.gateway.errors import UpstreamUnreachable
from gateway_svc.gateway.upstreams.addresses import Address
from gateway_svc.gateway.upstreams.choice import able_ones, less_busy
from gateway_svc.gateway.upstreams.ejection import FOREVER, most_ejected
from gateway_svc.gateway.upstreams.instance import Instance

logger = logging.getLogger(__name__)


class Pool:
    """Whoever is asked is chosen from those that are able; who they are changes seldom, and is kept."""

    def __init__(self, service: str, *, ejection_seconds: float) -> None:
        self._service = service
        self._ejection_seconds = ejection_seconds
        self.instances: list[Instance] = []
        self._able: Sequence[Instance] = ()
        self._able_until = FOREVER

    def become(self, addresses: Iterable[Address], now: float) -> None:
        """Let in who is new, and let go of who is not there any more: what is under way at those goes on."""
        before = {each.address: each for each in self.instances}
        wanted = {str(each): each for each in addresses}
        self.instances = [before.get(name) or self._new(each) for name, each in wanted.items()]
        for name in before.keys() - wanted.keys():
            logger.info("%s at %s: gone", self._service, name)
            before[name].retire()
            measures.forget_instance(self._service, name)
        self._look(now)

    def pick(self, now: float, *, not_at: Collection[Instance] = ()) -> Instance:
        """The less busy of two, and another one than those, if there is. Raises UpstreamUnreachable."""
        if now >= self._able_until:
            self._look(now)
        choice = self._able
        if not_at:
            choice = _without(self._able, not_at) or _without(self.instances, not_at) or choice
        if not choice:
            raise UpstreamUnreachable("no address of it is known")
        return less_busy(choice)

    def note_failure(self, instance: Instance, now: float) -> None:
        """It did not answer as it should. Who fails again and again is left out for a while."""
        instance.ejection.failed()
        if instance.ejection.is_due and not instance.ejection.is_out(now) and self._may_eject(now):
            instance.ejection.begin(now)
            measures.EJECTIONS.labels(self._service, instance.address).inc()
            seconds = instance.ejection.until - now
            logger.warning("%s at %s: left out for %.0f s", self._service, instance.address, seconds)
            self._look(now)

    def note_check(self, instance: Instance, *, is_good: bool, now: float) -> None:
        """It was asked whether it is ready."""
        before = instance.health.is_ready
        instance.health.note(is_good=is_good)
        if instance.health.is_ready and instance.health.is_sure:
            instance.ejection.pardon(now)
        if instance.health.is_ready is not before:
            logger.warning("%s at %s: %s", self._service, instance.address, "not ready" if before else "ready")
        self._look(now)

    def _may_eject(self, now: float) -> bool:
        out = sum(each.ejection.is_out(now) for each in self.instances)
        return out < most_ejected(len(self.instances))

    def _look(self, now: float) -> None:
        """Who is able, and until when that holds."""
        self._able = able_ones(self.instances, lambda each: each.is_able(now))
        self._able_until = min(
            (each.ejection.until for each in self.instances if each.ejection.is_out(now)), default=FOREVER
        )

    def _new(self, address: Address) -> Instance:
        return Instance(address, ejection_seconds=self._ejection_seconds)


def _without(instances: Iterable[Instance], those: Collection[Instance]) -> Sequence[Instance]:
    return [each for each in instances if each not in those]
