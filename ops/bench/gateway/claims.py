"""Targets of the gateway, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ops.bench.claim import Claim
from ops.bench.gateway.figures import ENOUGH_CORES, Figure
from ops.bench.gateway.overload import TIMES, Overload, middle
from ops.bench.gateway.sockets import Held
from ops.bench.gateway.ways import ALONE, CEILING, GATEWAY, KEPT, NGINX, ONE, REAL, SIGNED_IN, TWO

OF_NGINX = OF_CEILING = 0.5
TWO_OF_ONE = 1.8
# Two processes, each with a core to itself, answer at twice the rate of one if a request costs each the same.
_CPU_OF_ONE = 2 / TWO_OF_ONE
KIB_A_SOCKET = 25.0
P95_IN_A_FLOOD, BACK_AFTER_SECONDS = 2.0, 10.0


def claims(
    figures: Iterable[Figure], held: Iterable[Held], floods: Sequence[Overload] = (), *, cores: int
) -> Iterator[Claim]:
    """All targets that can be judged by these figures."""
    found = list(figures)
    for figure in found:
        where = f"{figure.page}, {figure.asked}"
        if figure.asked == SIGNED_IN and NGINX in figure.rates and figure.connections > 1:
            yield Claim(f"{where}: requests a second, × {NGINX}", figure.rates[NGINX], OF_NGINX)
        if figure.asked == KEPT:
            yield Claim(f"{where}: requests a second, × plain ASGI function", figure.rates[CEILING], OF_CEILING)
        if figure.asked == TWO:
            yield _of_two(where, figure, cores)
    yield from _added(found)
    for each in held:
        if each.process == GATEWAY:
            yield Claim("an idle WebSocket: KiB in the gateway", each.kib_each, KIB_A_SOCKET, is_most=True)
    if floods:
        yield from _of_floods(floods)


def _of_two(where: str, figure: Figure, cores: int) -> Claim:
    if cores >= ENOUGH_CORES:
        return Claim(f"{where}: requests a second, × one process", figure.rates[ONE], TWO_OF_ONE)
    return Claim(f"{where}: gateway CPU µs a request, × one process", figure.cpu[ONE], _CPU_OF_ONE, is_most=True)


def _of_floods(floods: Sequence[Overload]) -> Iterator[Claim]:
    flood = f"{TIMES:g} × what a service can answer"
    yield Claim(f"{flood}: of the refused, told when to come back", middle(floods, "refused_well"), 1.0)
    ratio = f"{flood}: p95 of the answered, × that of a quiet time"
    yield Claim(ratio, middle(floods, "p95_ratio"), P95_IN_A_FLOOD, is_most=True)
    back = f"{flood}: seconds until it is as before"
    yield Claim(back, middle(floods, "back_after_seconds"), BACK_AFTER_SECONDS, is_most=True)


def _added(figures: Iterable[Figure]) -> Iterator[Claim]:
    """What the gateway adds, judged where no request waits for another: on one connection, before the real service."""
    lone = {figure.asked: figure for figure in figures if figure.page == REAL and figure.connections == 1}
    if ALONE in lone and SIGNED_IN in lone:
        said = f"{REAL}, {SIGNED_IN}: added p50 ms, under the service's own"
        yield Claim(said, lone[SIGNED_IN].added_p50_ms[ALONE], lone[ALONE].measured.p50_ms, is_most=True)
