"""Measuring the gateway beside nginx, beside the service alone, and beside a plain function on the same server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle
from types import MappingProxyType
from urllib.request import urlopen

from common.topology import GATEWAY, NOTIFICATIONS, PRODUCTS
from ops.bench.gateway import nginx, overload, plain, sockets, ways
from ops.bench.gateway.cores import parted
from ops.bench.gateway.figures import ENOUGH_CORES, ROUNDS, Door, Figure, Way, compared, on_cores
from ops.bench.gateway.overload import Overload
from ops.bench.gateway.own import Own
from ops.bench.gateway.server import Running
from ops.bench.gateway.sockets import Held
from ops.bench.order.crowd import sign_up
from ops.bench.stage import Stage
from ops.progress import Say

CONNECTIONS = 16
_PEOPLE = 100
"""They hold the sockets, each as many as the gateway is set to allow one person."""
_PRODUCTS_PATH = "/api/v1/products/"


class Bench:
    """All measurements, on one stage."""

    def __init__(self, stage: Stage, *, seconds: float, say: Say) -> None:
        self._stage = stage
        self._seconds = seconds
        self._say = say
        self._own = Own(stage)
        self._person = sign_up(stage.platform.url)
        self._port = stage.port(f"{GATEWAY.name}.web")
        first = json.loads(self._body(_PRODUCTS_PATH))["results"][0]
        self._product = f"{_PRODUCTS_PATH}{first['slug']}/"

    def figures(self) -> Iterator[Figure]:
        """Proxied to the real service and to a trivial one; from the gateway's cache; and by two gateway processes."""
        plain.BODY.write_bytes(self._body(self._product))
        name = f"{PRODUCTS.name}.web"
        service = Running(self._stage.port(name), self._stage.roots(name)[name])
        yield from self._passed_on(ways.REAL, service, (1, CONNECTIONS), {ways.NGINX: True})
        with self._own.trivial_service() as service:
            # It has no threads, and accepts any number of requests at once.
            takes_all = {"GATEWAY_SVC_IN_FLIGHT_AN_INSTANCE": str(CONNECTIONS)}
            fronts = {ways.AS_IT_COMES: False, ways.NGINX: True}
            yield from self._passed_on(ways.TRIVIAL, service, (CONNECTIONS,), fronts, **takes_all)
        yield from self._two()
        yield from self._kept("a product", self._product)
        yield from self._kept("a list of 20", _PRODUCTS_PATH)

    def held(self) -> list[Held]:
        """The memory that a socket takes in a gateway; behind each gateway is the same server with a plain function."""
        self._say(f"{_PEOPLE} people")
        tokens = [sign_up(self._stage.platform.url).shop.access for _ in range(_PEOPLE)]
        processes, many = sockets.room()
        self._say(f"{many:,} sockets")
        own = {
            "GATEWAY_SVC_SOCKETS_A_PERSON": str(many // _PEOPLE + 1),
            "GATEWAY_SVC_CONNECTIONS_AN_ADDRESS": "0",
        }
        with ExitStack() as running:
            behind = [running.enter_context(self._own.plain()) for _ in range(processes)]
            urls = [{NOTIFICATIONS.socket_url_variable: f"http://127.0.0.1:{each.port}"} for each in behind]
            gateways = [running.enter_context(self._own.gateway(keeps=True, **own, **url)) for url in urls]
            watched = {ways.GATEWAY: [each.pid for each in gateways], ways.SERVER: [each.pid for each in behind]}
            return sockets.hold([each.port for each in gateways], tokens, watched, many=many)

    def overload(self) -> list[Overload]:
        """The gateway in front of a service of little capacity."""
        self._say(f"{overload.TIMES:g} × too much, {overload.ROUNDS} times")
        with self._own.working_service() as service:
            url = {PRODUCTS.url_variable: f"http://127.0.0.1:{service.port}"}
            with self._own.gateway(keeps=False, **url) as gateway:
                return list(overload.floods(gateway.port, self._product, self._signed_in()))

    def _passed_on(
        self, page: str, service: Running, connections: Sequence[int], fronts: Mapping[str, bool], **variables: str
    ) -> Iterator[Figure]:
        """Proxied requests, beside nginx with and without kept connections; proxies on one core, the rest on others."""
        one, others = parted(os.sched_getaffinity(0))
        url = {PRODUCTS.url_variable: f"http://127.0.0.1:{service.port}"}
        with ExitStack() as running:
            gateway = running.enter_context(self._own.gateway(keeps=False, **url, **variables))
            straight = self._stage.gateways_header(PRODUCTS)
            doors = {ways.ALONE: self._door(service, straight)}
            for name, keeps in fronts.items() if nginx.find() else ():
                front = running.enter_context(nginx.in_front_of(service.port, keeps=keeps))
                doors[name] = self._door(front, straight, upstream=service)
            doors[ways.PUBLIC] = self._door(gateway, upstream=service)
            doors[ways.SIGNED_IN] = self._door(gateway, self._signed_in(), upstream=service)
            servers = {name: others if name == ways.ALONE else one for name in doors}
            kept = {name: on_cores(door, server=servers[name], others=others) for name, door in doors.items()}
            asked = {name: [running.enter_context(each)] for name, each in kept.items()}
            for count in connections:
                yield from self._compared(page, asked, count)

    def _kept(self, page: str, path: str) -> Iterator[Figure]:
        plain.BODY.write_bytes(self._body(path))
        with self._own.plain() as ceiling, self._own.gateway(keeps=True) as gateway:
            doors = {ways.CEILING: self._door(ceiling, path=path), ways.KEPT: self._door(gateway, path=path)}
            yield from self._compared(page, {name: [door] for name, door in doors.items()}, CONNECTIONS)

    def _two(self) -> Iterator[Figure]:
        """Two gateways that answer from their cache, since a service behind them would need cores as well.

        With fewer than ``ENOUGH_CORES``, each is pinned to one.
        """
        with ExitStack() as running:
            gateways = [running.enter_context(self._own.gateway(keeps=True)) for _ in range(2)]
            both = [self._door(gateway, self._signed_in()) for gateway in gateways]
            if (os.cpu_count() or 1) < ENOUGH_CORES:
                cores = cycle(frozenset({core}) for core in os.sched_getaffinity(0))
                kept = [on_cores(door, server=core, others=core) for door, core in zip(both, cores, strict=False)]
                both = [running.enter_context(each) for each in kept]
            yield from self._compared(ways.PROCESSES, {ways.ONE: both[:1], ways.TWO: both}, CONNECTIONS)

    def _compared(self, page: str, doors: Mapping[str, Way], connections: int) -> Iterator[Figure]:
        self._say(f"{page}, {connections} connections: {ROUNDS} rounds of {len(doors)} × {self._seconds:g} s")
        return compared(page, doors, connections=connections, seconds=self._seconds)

    def _door(
        self,
        server: Running,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        upstream: Running | None = None,
        path: str = "",
    ) -> Door:
        behind = {"upstream": upstream.pid} if upstream else {}
        return Door(server.port, path or self._product, {"server": server.pid, **behind}, headers)

    def _signed_in(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._person.renew()}"}

    def _body(self, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as answer:
            body: bytes = answer.read()
        return body
