"""Answers from the gateway's memory beside a plain ASGI function that gives the same bytes: paired, one after another.

A machine that others use is faster at one moment than at the next, so the two are asked in turn, and of the rounds'
ratios the one in the middle counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any
from urllib.request import urlopen

import msgspec

from common.topology import GATEWAY
from ops.bench.gateway import plain
from ops.bench.gateway.server import server
from ops.bench.load.jobs import FloodJob, Measured, do
from ops.bench.stage import Stage
from ops.progress import Say
from ops.supervisor.spec import Spec

CEILING = "plain ASGI function"
KEPT = "kept answer"
TO_REACH = 0.5
"""Of the ceiling's requests a second."""

ROUNDS = 5
CONNECTIONS = 16
_GATEWAY = f"{GATEWAY.name}.web"


@dataclass(frozen=True)
class Figure:
    """One way of asking for one page."""

    page: str
    asked: str
    of_ceiling: float
    """The rate as a part of the ceiling's: the middle one of the rounds."""
    measured: Measured
    """The middle round."""

    @property
    def failed(self) -> int:
        """How many answers were none."""
        return sum(self.measured.errors.values())


def measure(stage: Stage, *, seconds: float, say: Say) -> Iterator[Figure]:
    """All figures, the ceiling first for each page."""
    spec = stage.spec(_GATEWAY)
    # One of its own, with limits, whose log nobody reads: what reading it costs is not the gateway's.
    variables = {**spec.environment, "OPENCOMMERCE_RATE_LIMITS": "on", "OPENCOMMERCE_INSIDE_ADDRESS": ""}
    with server(_argv(spec), variables, probe="/health/ready") as gateway:
        for page, path in _pages(stage).items():
            plain.BODY.write_bytes(_body(stage.port(_GATEWAY), path))
            ceiling = [*_argv(spec), "--application", "ops.bench.gateway.plain:application"]
            with server(ceiling, spec.environment, probe="/") as door:
                say(f"{page}: {ROUNDS} rounds of 2 × {seconds:g} s")
                yield from _compared(page, path, {CEILING: door, KEPT: gateway}, seconds=seconds)


def _compared(page: str, path: str, doors: Mapping[str, tuple[int, int]], *, seconds: float) -> Iterator[Figure]:
    rounds = [{name: _ask(path, *door, seconds=seconds) for name, door in doors.items()} for _ in range(ROUNDS)]
    for name in doors:
        of_ceiling = median(each[name].rate / each[CEILING].rate for each in rounds)
        middle = sorted((each[name] for each in rounds), key=lambda measured: measured.rate)[ROUNDS // 2]
        yield Figure(page, name, of_ceiling, middle)


def _ask(path: str, port: int, pid: int, *, seconds: float) -> Measured:
    headers = {"Accept": "application/json"}
    return do(
        FloodJob(
            connections=CONNECTIONS, seconds=seconds, watched={"server": pid}, port=port, path=path, headers=headers
        )
    )


def _argv(spec: Spec) -> list[str]:
    """As the gateway starts, at another port."""
    argv = list(spec.argv)
    argv[argv.index("--port") + 1] = "{port}"
    return argv


def _pages(stage: Stage) -> dict[str, str]:
    """A small and a large answer of the catalogue."""
    products = "/api/v1/products/"
    first = json.loads(_body(stage.port(_GATEWAY), products))["results"][0]
    return {"a product": f"{products}{first['slug']}/", "a list of 20": products}


def _body(port: int, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        body: bytes = answer.read()
    return body


def as_json(figure: Figure) -> dict[str, Any]:
    """A figure as plain data."""
    measured: dict[str, Any] = msgspec.to_builtins(figure.measured)
    return {**asdict(figure), "measured": {"requests_per_second": figure.measured.rate, **measured}}
